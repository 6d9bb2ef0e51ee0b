// One field of a made-up page: what it is, how it is dressed, what is entered. Honest fields and secrets.
//
// A secret is one only if somebody could know it: at least one honest sign stands on the field, while the page may lie
// with all the others. What counts as a sign:
//   type      type=password while the script is there, also if it is changed later (by a click on "show", while typing);
//   name      a name or id of vocabulary.mjs SECRET;
//   label     a label element, aria-label, aria-labelledby or placeholder with a text of SECRET, in a language of LANGUAGES;
//   autocomplete  a token of SECRET (cc-number, one-time-code, new-password ...), read as browsers do;
//   shape     the value alone: digits that pass Luhn's check as a card's 15 to 19, a US SSN with its dashes;
//   hidden    type=hidden;       ignore    sl-ignore or data-sl-ignore on it or around it;
//   same      the same value stands, or stood, in a field with type=password (a copy of a password).
// Text that merely stands near a field (a table's cell) is no sign, nor is a title.
import { card, expiry, GOVERNMENT, password, spelled } from "./secrets.mjs";
import { HONEST, LANGUAGES, MISLEADING, NEUTRAL, PEOPLE, SECRET } from "./vocabulary.mjs";

/**
 * @typedef {object} Field
 * @property {number} id       the number by which the driver finds it: data-f
 * @property {string} kind     a key of HONEST or SECRET, or "csrf", "private", "copy"
 * @property {string} control  "input", "select" or "textarea"
 * @property {Record<string, string>} attributes  of the control, in order
 * @property {string} label    its text, "" if none
 * @property {string} labelled how the label is tied to it: for, wrap, aria, placeholder, title, by, cell, none
 * @property {string} value    what is entered
 * @property {string} [param]  the parameter that it holds
 * @property {string} [secret] kind of the secret that it holds
 * @property {string[]} [signs] which honest signs it bears
 * @property {boolean} [ignored] stands in sl-ignore
 * @property {string} [toggle] before, during, after: when "show password" is clicked; "typing": the page does it itself
 * @property {string} [copyOf] data-f of the password whose value it takes
 */

const TIED = ["for", "wrap", "aria", "placeholder", "by"];
const LOOSE = ["cell", "title"];

/** Return an honest field, recognisable by one sign or more; now and then by none. */
export function honest(d, kind, language, id) {
  const words = HONEST[kind];
  const value = honestValue(d, kind);
  const field = {
    id,
    kind,
    control: words.control || "input",
    attributes: {},
    label: "",
    labelled: "none",
    value,
    param: words.param,
  };
  if (kind === "country" && d.chance(0.5)) field.control = "select";
  const sign = drawSign(d, kind, words);
  // A friend's address must be told from the visitor's by more than a title.
  const isOwn = Boolean(words.param);
  const says = (which, p) => which === sign || d.chance(p);
  if (field.control === "input") field.attributes.type = d.chance(0.6) ? words.type || "text" : "text";
  name(d, field, says("name", 0.4) ? d.pick(words.names) : d.pick(NEUTRAL));
  if (says("label", 0.6))
    dressLabel(
      d,
      field,
      d.pick(words.labels[language] || words.labels.en),
      sign === "label" || !isOwn ? TIED : [...TIED, ...LOOSE],
    );
  if (says("autocomplete", 0.2) && words.autocomplete.length)
    field.attributes.autocomplete = d.pick(words.autocomplete);
  else if (d.chance(0.15)) field.attributes.autocomplete = d.pick(["off", "nope", "on"]);
  if (sign === "explicit") explicit(d, field, words.param);
  return field;
}

// Only the address may stand in a field that says nothing: nobody can tell the rest from each other.
function drawSign(d, kind, words) {
  if (kind === "email" && !d.chance(0.95)) return "";
  const isOurs = Boolean(words.param);
  const autocomplete = isOurs && words.autocomplete.length ? 2 : 0;
  return d.weigh({ name: 5, label: 3, autocomplete, explicit: isOurs ? 1 : 0 });
}

function honestValue(d, kind) {
  const letters = () => d.text(d.int(4, 8), "abcdefghijklmnopqrstuvwxyz");
  const values = {
    email: () => `${letters()}${d.pick([".", "_", "+", ""])}${letters()}@${letters()}.example`,
    first_name: () => d.pick(PEOPLE.first),
    last_name: () => d.pick(PEOPLE.last),
    name: () => `${d.pick(PEOPLE.first)} ${d.pick(PEOPLE.last)}`,
    company_website: () => `https://${letters()}.example`,
    location: () => `${d.pick(PEOPLE.city)}, ${d.pick(PEOPLE.country)}`,
    linkedin: () => `https://www.linkedin.com/in/${letters()}`,
    twitter: () => `@${letters()}`,
    phone: () => d.pick(["+1 303 555 0142", "(303) 555-0199", "+49 30 5550123", "3035550117"]),
    message: () => d.pick(["Please call me", "Write to office@elsewhere.example instead", "Two tickets please"]),
    search: () => d.pick(["red shoes", "sales@elsewhere.example", "opening hours"]),
    friend: () => `${letters()}@friends.example`,
    coupon: () => d.pick(["SPRING", "WELCOME-TEN", "save@checkout.example"]),
    username: () => d.pick([letters(), `${letters()}@old-account.example`]),
  };
  return (values[kind] || (() => d.pick(PEOPLE[kind])))();
}

/** Return the fields of one secret: one, or four for a card in parts, six for a code in boxes, two for a confirmed password. */
export function secret(d, kind, language, nextId) {
  if (kind === "private") return [ignored(d, nextId())];
  if (kind === "csrf") return [hidden(d, nextId())];
  if (kind === "password") return passwords(d, language, nextId);
  if (kind === "card" && d.chance(0.2)) return parts(d, kind, language, nextId, card(d).match(/.{1,4}/g));
  if (kind === "otp" && d.chance(0.4)) return parts(d, kind, language, nextId, [...d.text(6)]);
  return [lone(d, kind, language, nextId())];
}

function lone(d, kind, language, id) {
  const values = {
    card: () => spelled(d, card(d)),
    cvc: () => d.text(d.int(3, 4)),
    expiry: () => expiry(d),
    otp: () => d.text(d.pick([6, 6, 8])),
    pin: () => d.text(d.pick([4, 6])),
  };
  const value = (values[kind] || (() => GOVERNMENT[kind](d)))();
  const shape = kind === "card" || (kind === "us_ssn" && d.chance(0.5)) ? ["shape"] : [];
  return dress(d, { ...blank(id, kind), value, secret: kind }, language, shape);
}

const blank = (id, kind) => ({ id, kind, control: "input", attributes: { type: "text" }, label: "", labelled: "none" });

function passwords(d, language, nextId) {
  const value = password(d);
  const one = () => dress(d, { ...blank(nextId(), "password"), value, secret: "password" }, language, ["type"]);
  const first = one();
  if (d.chance(0.5)) first.toggle = d.pick(["before", "during", "after", "typing"]);
  const fields = [first];
  if (d.chance(0.3)) fields.push(one());
  if (d.chance(0.3)) fields.push(copy(d, nextId(), first));
  if (first.toggle || fields.at(-1).kind === "copy") {
    first.attributes.type = "password";
    first.signs = [...new Set(["type", ...first.signs])];
  }
  return fields;
}

// A text field that comes to hold the password: the page mirrors it, or the visitor types it there again.
function copy(d, id, first) {
  const field = { ...blank(id, "copy"), value: first.value, secret: "copied password", signs: ["same"] };
  name(d, field, d.pick([...NEUTRAL, ...MISLEADING.names]));
  if (d.chance(0.3)) explicit(d, field, d.pick(MISLEADING.explicit));
  if (d.chance(0.6)) field.copyOf = String(first.id);
  return field;
}

function ignored(d, id) {
  const field = {
    ...blank(id, "private"),
    value: `private ${d.text(9, "abcdefghijklmnop")}`,
    secret: "ignored",
    signs: ["ignore"],
    ignored: true,
  };
  name(d, field, d.pick(["company", "name", "location", "twitter", ...NEUTRAL]));
  if (d.chance(0.3)) explicit(d, field, d.pick(["company", "note"]));
  return field;
}

function hidden(d, id) {
  const field = {
    ...blank(id, "csrf"),
    value: d.text(24, "abcdefABCDEF0123456789+/=_-"),
    secret: "hidden",
    signs: ["hidden"],
  };
  field.attributes.type = d.pick(["hidden", "hidden", "HIDDEN"]);
  name(d, field, d.pick(["csrf_token", "authenticity_token", "_token", "company", "name", "first_name", "q7"]));
  if (field.attributes.name === "name" && d.chance(0.5)) field.value = `${field.value.slice(0, 9)}@hidden.example`;
  if (d.chance(0.2)) explicit(d, field, "company");
  return field;
}

// Number in several boxes: every box has a sign of its own.
function parts(d, kind, language, nextId, values) {
  const label = d.pick(SECRET[kind].labels[language] || SECRET[kind].labels.en);
  const names = d.pick(SECRET[kind].names);
  const isNamed = d.chance(0.5);
  return values.map((value, i) => {
    const field = { ...blank(nextId(), kind), value, secret: kind, signs: [isNamed ? "name" : "label"] };
    field.attributes.maxlength = String(value.length);
    name(d, field, isNamed ? `${names}${d.pick(["_", "-", "."])}${i + 1}` : d.pick([...NEUTRAL, ...MISLEADING.names]));
    if (!isNamed) dressLabel(d, field, `${label} ${i + 1}`, ["aria", "for", "placeholder"]);
    if (d.chance(0.1)) explicit(d, field, d.pick(MISLEADING.explicit));
    return field;
  });
}

// Put on one honest sign or more; each of the others is honest, misleading or absent.
function dress(d, field, language, more) {
  const words = SECRET[field.kind];
  const own = words.labels[language] || Object.entries(words.labels).find(([l]) => LANGUAGES.includes(l))[1];
  const possible = [...more, "name", "label", ...(words.autocomplete?.length ? ["autocomplete"] : [])];
  const signs = [...new Set([d.pick(possible), ...possible.filter(() => d.chance(0.3))])];
  if (signs.includes("type") || (d.chance(0.15) && field.kind !== "us_ssn"))
    field.attributes.type = d.pick(["password", "password", "PASSWORD"]);
  else field.attributes.type = d.pick(["text", "text", "tel", "search"]);
  const lie = (honestOnes, which, lies, p) =>
    signs.includes(which) ? d.pick(honestOnes) : d.chance(p) ? d.pick(lies) : "";
  name(d, field, lie(words.names, "name", MISLEADING.names, 0.4) || d.pick(NEUTRAL));
  const label = lie(own, "label", MISLEADING.labels, 0.4);
  if (label) dressLabel(d, field, label, TIED);
  const token = lie(words.autocomplete || [""], "autocomplete", MISLEADING.autocomplete, 0.4);
  if (token)
    field.attributes.autocomplete = signs.includes("autocomplete") && d.chance(0.2) ? `section-pay ${token}` : token;
  if (d.chance(0.15)) explicit(d, field, d.pick(MISLEADING.explicit));
  field.signs = field.attributes.type.toLowerCase() === "password" ? [...new Set(["type", ...signs])] : signs;
  return field;
}

// The word stands in the name, the id, or both.
function name(d, field, text) {
  const where = text ? d.weigh({ name: 5, both: 2, id: 1 }) : "name";
  const said = where === "id" ? d.pick(NEUTRAL) : text;
  if (said) field.attributes.name = said;
  if (where !== "name") field.attributes.id = `${text}-${field.id}`;
  else if (d.chance(0.3)) field.attributes.id = `c${field.id}`;
}

const explicit = (d, field, param) => {
  field.attributes[d.pick(["sl-field", "data-sl-field"])] = param;
};

function dressLabel(d, field, text, ways) {
  field.label = text;
  field.labelled = d.pick(ways);
  if (["for", "by"].includes(field.labelled)) field.attributes.id ||= `c${field.id}`;
  if (field.labelled === "aria") field.attributes["aria-label"] = text;
  if (field.labelled === "by") field.attributes["aria-labelledby"] = `l${field.id}`;
  if (["placeholder", "title"].includes(field.labelled)) field.attributes[field.labelled] = text;
}
