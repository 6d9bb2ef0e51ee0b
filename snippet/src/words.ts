// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /wachtw|otp|pass.?[wc]|secret|senha|contras|\bcv[cv]|card|\bpin|pwd|\btax|mot de|\bexp|parola|cc-|\bssn|code/;

// Somebody else's.
export const STRANGER = /friend[^l]|\brefer|recipi/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /job|title|pet|nick|role|login|search|user.?na/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /\bf.?name|first|mei\b|vorname|given|pr.nom/,
  last_name: /\bl.?name|surname|nachname|sei\b|family|apellid|last/,
  city: /\bort\b|level2|town|[^aio]city/,
  state: /province|state\b|level1|region/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /employer|empresa|instit|company|business|firma|organi.a/,
  location: /location/,
  n: /nom(bre|e)?\b|name[^a-z]*\|/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion/i;
export const NEW = /new-p|regist|creat|sign.?up/i;
