// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /cc-|pwd|\bcv[cv]|secret|senha|\bssn|\bexp|\btax|wo+r[td]\b|passw|otp|contras|passe?\b|parola|\bpin|code|card/;

// Somebody else's.
export const STRANGER = /recipi|friend[^l]|\brefer/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /search|title|role|nick|lay.?n|user.?n|size|pet|login/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.+last/,
  first_name: /\bf.?name|pr.nom|given|vo+rn|first/,
  last_name: /\bl.?name|apellid|ach(ter)?na|family|surname|\|cogn|last/,
  city: /\bort\b|level2|town|[^aio]city|stadt/,
  state: /province|region|state\b|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /company|organi.a|business|employer|empresa|instit|firma/,
  location: /location/,
  n: /name[^a-z]*\||nom(bre|e)?\b/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion|f=\S*passw/i;
export const NEW = /regist|creat|sign.?up|new-p/i;
