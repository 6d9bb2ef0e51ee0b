// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /secret|card|pass.?[wc]|\bssn|\bcv[cv]|\btax|pwd/;

// Somebody else's.
export const STRANGER = /friend|recip|\brefer/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /job|login|title|role|pet|coupon|file|user.?n|search|event|nick|display|code/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location.
export const TABLE: [string, RegExp][] = [
  ["linkedin", /linked.?in/],
  ["twitter", /twitter/],
  ["name", /full.?n|first.{1,5}last/],
  ["first_name", /pr.nom|vorname|first|given|\bf.?name/],
  ["last_name", /apellid|last|nachname|surname|family|\bl.?name/],
  ["city", /town|level2|([^aio]|^)city\b/],
  ["state", /level1|region|state\b|province/],
  ["country", /\bland\b|country/],
  ["", ASIDE],
  ["company_website", /\burl|web.?s/],
  ["company", /company|firma|organi.a|business|empresa|employer/],
  ["location", /location/],
  ["name", /name[^a-z]*\||nom(bre|e)?\b/],
];

// A log-in form has one of these and none of those.
export const LOGIN = /anmeld|(log|sign).?in|current-p|connexion/i;
export const NEW = /new-p|creat|regist|sign.?up/i;
