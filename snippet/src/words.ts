// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /wachtw|pwd|\btax|contras|secret|otp|senha|\bcv[cv]|passe\b|\bexp|code|parola|\bssn|card|cc-|pass.?[wc]|\bpin/;

// Somebody else's.
export const STRANGER = /recipi|\brefer|friend[^l]/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /search|pet|login|role|job|nick|title|user.?na/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /\bf.?name|first|given|vorname|mei\b|pr.nom/,
  last_name: /\bl.?name|surname|last|nachname|sei\b|apellid|family/,
  city: /\bort\b|town|level2|[^aio]city/,
  state: /region|province|state\b|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /employer|instit|firma|company|organi.a|business|empresa/,
  location: /location/,
  n: /nom(bre|e)?\b|name[^a-z]*\|/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion|f=\S*passw/i;
export const NEW = /sign.?up|regist|creat|new-p/i;
