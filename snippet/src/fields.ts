// Which documented parameter is this field, if any? Pure: strings in, a parameter's name out.

/** What a visitor has entered, by parameter. */
export type Found = Record<string, string>;

// What is no parameter yet. Numbers, because an object keeps those in their order.
export const MAIL = "0";
const CITY = "1";
const STATE = "2";
const COUNTRY = "3";

// Hard stop, whatever else a field says: passwords, cards, and what is somebody else's.
const NEVER = /pass.?[wc]|pwd|card|\bcv[cv]|\bssn|\btax|secret|friend|recip|\brefer/;

// Numbers are no value of any of ours: telephone numbers, dates, codes; a URL may have some. Nor are card numbers one
// of whatever the owner has named.
const NUMBER = /^([^/\d]*\d){6}[^/]*$|^[ -@]*$|\w@/;
const CARD = /(\d\D?){13}/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
const ASIDE = /login|user.?n|search|coupon|title|job/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location.
const TABLE: [string, RegExp][] = [
  ["linkedin", /linked.?in/],
  ["twitter", /twitter/],
  ["name", /full.?n|first.{1,5}last/],
  ["first_name", /first|given|\bf.?name|pr.nom|vorname/],
  ["last_name", /last|surname|family|\bl.?name|nachname|apellid/],
  [CITY, /([^aio]|^)city\b|level2|ville\b|ciudad|stadt/],
  [STATE, /state\b|province|level1|region/],
  [COUNTRY, /country|pays\b|\bland\b|pa.s\b/],
  ["", ASIDE],
  ["company_website", /web.?s|\burl/],
  ["company", /company|organi|business|firma|empresa|soci.t/],
  ["location", /location/],
  ["name", /your.?name|[|[.\d]\W*(name\b|nom(bre|e)?\b)/],
];

/** True if the whole text is one address. Syntax only: any domain with a dot is fine. */
export const isEmail = (text: string): boolean => /^[^\s@,;:<>()"\\]+@([\p{L}\d-]+\.)+[\p{L}\d-]{2,}$/u.test(text);

/**
 * Name the parameter that a field holds: the owner's own word, a documented parameter, or one of city, state and
 * country (see `documented`); "" if it is none or a secret. `words` is all that the field says of itself, a | between.
 */
export function recognise(explicit: string | null, words: string, value: string): string {
  const said = `|${words}`.toLowerCase().replace(/_/g, " ");
  if (NEVER.test(said)) return "";
  if (explicit) return (explicit === "email" ? !isEmail(value) : CARD.test(value)) ? "" : explicit;
  if (isEmail(value)) return /mail|correo/.test(said) ? "email" : ASIDE.test(said) ? "" : MAIL;
  if (!NUMBER.test(value)) for (const [param, pattern] of TABLE) if (pattern.test(said)) return param;
  return "";
}

/**
 * Turn city, state and country into the one documented `location`, the best address into the `email`, and "Name" beside
 * "Vorname", "Nombre" beside "Apellidos" into what is missing. What is not known is empty.
 */
export function documented(found: Found): Found {
  const { "": _, [MAIL]: mail, [CITY]: city, [STATE]: state, [COUNTRY]: country, name, ...person } = found;
  const { first_name, last_name } = person;
  let place = "";
  for (const part of [city, state, country]) if (part) place += (place && ", ") + part;
  person.email = (person.email || mail) as string;
  person.location = person.location || place;
  person[!first_name === !last_name ? "name" : first_name ? "last_name" : "first_name"] = name as string;
  return person;
}
