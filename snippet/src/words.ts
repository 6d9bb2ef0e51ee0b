// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /cc-|code|\bcv[cv]|\bpin|senha|\bssn|card|\bexp|secret|\btax|otp|pwd|wo+r[td]\b|passw|contras|passe?\b|parola/;

// Somebody else's.
export const STRANGER = /friend[^l]|\brefer|recipi/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /role|pet|user.?na|title|nick|login|size|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.+last/,
  first_name: /\bf.?name|given|mei\b|pr.nom|vo+rn|first/,
  last_name: /\bl.?name|apellid|ach(ter)?na|\|cogn|sei\b|surname|family|last/,
  city: /\bort\b|level2|town|[^aio]city|stadt/,
  state: /province|region|state\b|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /firma|employer|empresa|instit|organi.a|company|business/,
  location: /location/,
  n: /nom(bre|e)?\b|name[^a-z]*\|/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|f=\S*passw|connexion|current-p|(log|sign).?in/i;
export const NEW = /regist|creat|new-p|sign.?up/i;
