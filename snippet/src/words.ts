// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /\bexp|\bssn|card|pwd|code|\bcv[cv]|secret|pass.?[wc]|senha|otp|\bpin|mot de|\btax|parola/;

// Somebody else's.
export const STRANGER = /\brefer|friend[^l]|recipi/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /size|job|search|title|user.?na|pet|displ|role|nick|file|login/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /\bf.?name|first|given|vorname|pr.nom|mei\b/,
  last_name: /\bl.?name|last|nachname|apellid|sei\b|family|surname/,
  city: /\bort\b|[^aio]city|level2|town/,
  state: /region|level1|province|state\b/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /business|instit|empresa|firma|employer|company|organi.a/,
  location: /location/,
  n: /nom(bre|e)?\b|name[^a-z]*\|/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /connexion|current-p|anmeld|(log|sign).?in/i;
export const NEW = /regist|new-p|creat|sign.?up/i;
