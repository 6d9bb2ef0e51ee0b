// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /wo+r[td]\b|\bssn|\bpin|code|\bexp|passe\b|\bcv[cv]|parola|contras|otp|passw|pwd|secret|\btax|cc-|senha|card/;

// Somebody else's.
export const STRANGER = /friend[^l]|recipi|\brefer/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /user.?n|search|size|lay.?n|title|nick|pet|role|login/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /first.+last|full.?n/,
  first_name: /first|vo+rn|given|\bf.?name|pr.nom/,
  last_name: /\|cogn|\bl.?name|ach(ter)?na|surname|apellid|family|last/,
  city: /\bort\b|level2|town|[^aio]city|stadt/,
  state: /region|state\b|level1|province/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /employer|empresa|organi.a|company|instit|business|firma/,
  location: /location/,
  n: /name[^a-z]*\||nom(bre|e)?\b/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion|f=\S*passw/i;
export const NEW = /creat|regist|new-p|sign.?up/i;
