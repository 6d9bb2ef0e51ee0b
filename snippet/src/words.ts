// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /pass.?[wc]|card|\bssn|mot de|parola|senha|\btax|pwd|\bcv[cv]|secret/;

// Somebody else's.
export const STRANGER = /friend|recip|\brefer/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /search|display|user.?n|event|file|job|code|login|pet|nick|title|coupon|role/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location.
export const TABLE: [string, RegExp][] = [
  ["linkedin", /linked.?in/],
  ["twitter", /twitter/],
  ["name", /full.?n|first.{1,5}last/],
  ["first_name", /vorname|first|pr.nom|\bf.?name|given/],
  ["last_name", /family|apellid|\bl.?name|last|nachname|surname/],
  ["city", /([^aio]|^)city\b|town|level2/],
  ["state", /region|state\b|province|level1/],
  ["country", /\bland\b|country/],
  ["", ASIDE],
  ["company_website", /web.?s|\burl/],
  ["company", /empresa|company|business|organi.a|employer|firma/],
  ["location", /location/],
  ["name", /name[^a-z]*\||nom(bre|e)?\b/],
];

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion/i;
export const NEW = /regist|new-p|creat|sign.?up/i;
