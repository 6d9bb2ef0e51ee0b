// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /code|card|\bssn|pwd|\bexp|\bpin|\bcv[cv]|secret|pass.?[wc]|senha|\btax|otp|mot de|parola/;

// Somebody else's.
export const STRANGER = /\brefer|friend[^l]|recipi/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /pet|file|size|displ|search|job|title|nick|user.?na|role|login/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /\bf.?name|given|first|pr.nom|vorname|mei\b/,
  last_name: /family|nachname|\bl.?name|apellid|surname|sei\b|last/,
  city: /\bort\b|level2|[^aio]city|town/,
  state: /region|province|state\b|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /company|employer|empresa|organi.a|firma|instit|business/,
  location: /location/,
  n: /name[^a-z]*\||nom(bre|e)?\b/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|connexion|current-p|(log|sign).?in/i;
export const NEW = /creat|regist|new-p|sign.?up/i;

// Or one of these, anywhere in it.
export const FORGOT = /forgot|vergess/i;
