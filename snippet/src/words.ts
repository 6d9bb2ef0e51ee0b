// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /card|\bssn|pwd|\bexp|\bpin|\bcv[cv]|secret|pass.?[wc]|senha|otp|\btax|mot de|parola|code/;

// Somebody else's.
export const STRANGER = /friend[^l]|\brefer|recipi/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /size|displ|job|pet|file|search|title|nick|user.?na|role|login/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /vorname|\bf.?name|mei\b|first|given|pr.nom/,
  last_name: /family|nachname|surname|apellid|\bl.?name|sei\b|last/,
  city: /\bort\b|level2|[^aio]city|town/,
  state: /region|province|state\b|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /employer|empresa|firma|business|organi.a|instit|company/,
  location: /location/,
  n: /name[^a-z]*\||nom(bre|e)?\b/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|connexion|current-p|(log|sign).?in/i;
export const NEW = /creat|sign.?up|new-p|regist/i;
