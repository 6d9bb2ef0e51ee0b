// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /wachtw|\bpin|\bssn|\bcv[cv]|card|pwd|otp|\btax|code|secret|senha|contras|mot de|pass.?[wc]|parola|cc-|\bexp/;

// Somebody else's.
export const STRANGER = /friend[^l]|recipi|\brefer/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /search|login|job|displ|size|title|nick|file|pet|role|user.?na/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /\bf.?name|first|pr.nom|given|vorname|mei\b/,
  last_name: /\bl.?name|surname|last|nachname|apellid|family|sei\b/,
  city: /\bort\b|[^aio]city|town|level2/,
  state: /province|level1|region|state\b/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /organi.a|firma|employer|instit|company|business|empresa/,
  location: /location/,
  n: /name[^a-z]*\||nom(bre|e)?\b/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /connexion|current-p|anmeld|(log|sign).?in/i;
export const NEW = /creat|sign.?up|new-p|regist/i;
