// Which documented parameter is this field, if any? Pure: strings in, a parameter's name out.

/** What a field says about itself. */
export interface Signals {
  /** The owner's word: sl-field or data-sl-field. */
  explicit: string;
  /** The control's type: "text", "select-one" ... */
  type: string;
  name: string;
  /** Other texts in the order they are asked: autocomplete, name, id, aria-label, label, placeholder. */
  words: string[];
}

// Controls of one line or one choice. Everything else (password, hidden, checkbox, textarea) never leaves the page.
const READABLE = /^(text|email|url|tel|search|select-one)$/;

// Hard stop, whatever else a field says: passwords, cards, codes, government numbers, captchas.
const SECRET =
  /pass ?[wcpk]|\bpass\b|\bp(wd|sw|in)\b|\bcard|card ?n|\bcc\b|credit|\bc[vs][vc]2?\b|iban|routing|\bssn\b|social sec|\btax|\botp\b|one ?time|verif|security|captcha|secret|token/;

// First match wins, so the narrow ones stand above the wide ones; "-" is a field of no interest to us: somebody
// else's address, a search, a coupon, a user name. City, state and country become the one documented location.
const TABLE: Record<string, RegExp> = {
  // A page may have put things of its own on every object.
  __proto__: null as never,
  "-": /search|coupon|voucher|promo|gift|friend|recipient|user ?n|nick|login|middle|additional|display|holder|phone|title/,
  email: /e ?mail|correo|courriel/,
  linkedin: /linked ?in/,
  twitter: /twitter/,
  company_website: /web ?site|\burl\b|home ?page/,
  first_name: /first|given|fore ?n|\bf ?name|pr[eé]nom|vorname/,
  last_name: /last ?n|sur ?n|family|\bl ?name|nachname|apellido/,
  company: /company|organi[sz]ation|business|firma|empresa|entreprise/,
  city: /\bcity|\btown|level2/,
  state: /\bstate|province|level1/,
  country: /country/,
  location: /location/,
  name: /full ?n|\bname\b|\bnom/,
};

/** True if the whole text is one address. Syntax only: any domain with a dot is fine. */
export const isEmail = (text: string): boolean =>
  /^[^\s@<>(),;:"\\]{1,64}@([^\s@<>(),;:"\\.]+\.)+[^\s@<>(),;:"\\.]{2,}$/.test(text);

/** True for what no parameter looks like: card numbers, codes, government numbers, telephone numbers. */
export const isNumber = (text: string): boolean => /^[\d\s().+/-]+$/.test(text);

const tidy = (text: string): string =>
  text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ");

/**
 * Name the parameter that a field holds: the owner's own word, a documented parameter, or one of
 * city, state and country (see `documented`); "" if it is none, or may never leave the page.
 */
export function recognise(s: Signals): string {
  const said = tidy(s.words.join(" | "));
  if (!READABLE.test(s.type) || SECRET.test(said)) return "";
  if (s.explicit) return s.explicit;
  if (TABLE[s.name]) return s.name;
  if ((TABLE["-"] as RegExp).test(said)) return "";
  if (s.type === "email") return s.type;
  for (let i = 0; i < s.words.length; i++)
    for (const param in TABLE) if ((TABLE[param] as RegExp).test(tidy(s.words[i] as string))) return param;
  return "";
}

/** Turn city, state and country into the one documented `location`. */
export function documented(found: Record<string, string>): Record<string, string> {
  const person: Record<string, string> = { __proto__: null as never };
  let place = "";
  for (const param in found) {
    if (/^(city|state|country)$/.test(param)) place += (place && ", ") + found[param];
    else person[param] = found[param] as string;
  }
  if (place && !person.location) person.location = place;
  return person;
}
