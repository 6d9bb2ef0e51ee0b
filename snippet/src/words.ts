// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER =
  /contras|card|pass.?[wc]|\bssn|senha|cc-|wachtw|\bpin|secret|\bcv[cv]|\bexp|code|otp|passe\b|pwd|parola|\btax/;

// Somebody else's.
export const STRANGER = /friend[^l]|\brefer|recipi/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /role|login|pet|title|job|user.?na|nick|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /full.?n|first.{1,5}last/,
  first_name: /\bf.?name|vorname|mei\b|first|given|pr.nom/,
  last_name: /\bl.?name|last|surname|family|nachname|sei\b|apellid/,
  city: /\bort\b|[^aio]city|level2|town/,
  state: /level1|region|state\b|province/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /business|employer|empresa|firma|company|organi.a|instit/,
  location: /location/,
  n: /nom(bre|e)?\b|name[^a-z]*\|/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion|f=\S*passw/i;
export const NEW = /new-p|creat|regist|sign.?up/i;
