// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /code|\bpin|secret|senha|pwd|\bcv[cv]|parola|\bssn|pass.?[wc]|card|mot de|\bexp|\btax|otp/;

// Somebody else's.
export const STRANGER = /\brefer|recip|friend/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /user.?n|nick|pet|search|login|job|role|file|title/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location.
export const TABLE: [string, RegExp][] = [
  ["linkedin", /linked.?in/],
  ["twitter", /twitter/],
  ["name", /full.?n|first.{1,5}last/],
  ["first_name", /pr.nom|vorname|\bf.?name|given|first/],
  ["last_name", /apellid|family|nachname|\bl.?name|surname|last/],
  ["city", /level2|([^aio]|^)city\b|town/],
  ["state", /level1|province|state\b|region/],
  ["country", /\bland\b|country/],
  ["", ASIDE],
  ["company_website", /\burl|web.?s/],
  ["company", /empresa|organi.a|company|firma/],
  ["location", /location/],
  ["name", /name[^a-z]*\||nom(bre|e)?\b/],
];

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion/i;
export const NEW = /new-p|regist|sign.?up|creat/i;
