// A made-up page from its seed: pure, the same for the same seed. Everything a driver needs stands in the Plan.
import { Dice } from "./dice.mjs";
import { honest, secret } from "./fields.mjs";
import { renderDocument, renderGroup, renderTag } from "./layout.mjs";
import { makeSteps } from "./steps.mjs";
import { LANGUAGES } from "./vocabulary.mjs";

/**
 * @typedef {object} Plan
 * @property {string} name       seed and number, the page's path is /p/<name>
 * @property {string} query      of the page's address, with "?" and "#", or ""
 * @property {string} html       of the page; {{src}} is the address of the script
 * @property {string} frame      of the same-origin iframe, served at /f/<name>; "" if there is none
 * @property {object[]} steps    what the visitor does, see steps.mjs
 * @property {{kind: string, value: string, signs: string[]}[]} secrets  what may not leave the page
 * @property {string[]} addresses  what is typed into the address field
 * @property {Record<string, string>} people  parameter -> value, what a perfect reader would capture
 * @property {string[][] | null} own  name and value of everything that the page's own submit holds, null if it sends none
 * @property {object} config     of the tag
 * @property {object} about      what kind of page it is, for those who read reports
 */

const SECRETS = {
  password: 8,
  card: 5,
  cvc: 3,
  expiry: 2,
  otp: 3,
  pin: 1,
  csrf: 3,
  private: 2,
  us_ssn: 2,
  br_cpf: 1,
  de_steuer_id: 1,
  fr_nir: 1,
  es_dni: 1,
  es_nie: 1,
  in_aadhaar: 1,
  uk_nino: 1,
  it_codice_fiscale: 1,
};
const OTHERS = [
  "first_name",
  "last_name",
  "name",
  "company",
  "company_website",
  "city",
  "country",
  "location",
  "linkedin",
  "twitter",
  "phone",
  "message",
  "search",
  "friend",
  "coupon",
  "username",
];
const HOME = { br_cpf: "pt", de_steuer_id: "de", fr_nir: "fr", es_dni: "es", es_nie: "es", it_codice_fiscale: "it" };
const BUTTONS = { en: "Send", de: "Absenden", fr: "Envoyer", es: "Enviar", pt: "Enviar", it: "Invia", nl: "Versturen" };

/** Make the page of a number under a seed. */
export function makePage(seed, number) {
  const name = `${seed}-${number}`;
  const d = new Dice(name);
  const language = d.pick(LANGUAGES);
  let last = 0;
  const nextId = () => ++last;
  const fields = arrange(d, [...drawSecrets(d, language, nextId), ...drawHonest(d, language, nextId)]);
  const group = makeGroup(d, name, language, fields);
  const aside = d.chance(0.25) ? makeAside(d, name, language, nextId) : null;
  const config = makeConfig(d, name, group.way);
  if (config.automatic === false) callByHand(group);
  const tag = renderTag(config, d.weigh({ inline: 6, data: 2, late: 1, async: 1, defer: 1, twice: 1 }));
  const token = d.chance(0.15) ? makeToken(d) : null;
  const main = renderGroup(d, group);
  const plan = {
    name,
    query: token ? d.pick([`?utm_source=news&reset_token=${token.value}`, `#access_token=${token.value}`]) : "",
    secrets: [...secretsOf(fields), ...(aside ? secretsOf(aside.fields) : []), ...(token ? [token] : [])],
    ...truthOf(fields, aside, config),
    own: ownOf(group),
    config,
    about: aboutOf(language, group, aside),
  };
  Object.assign(plan, makeDocuments(d, { name, language, group, aside, main, tag }));
  plan.steps = makeSteps(d, plan, group, aside);
  return plan;
}

const makeToken = (d) => ({
  kind: "address token",
  value: d.text(20, "abcdefghjkmnpqrstuvw23456789"),
  signs: ["name"],
});

const aboutOf = (language, { way, place, isForm, late, data }, aside) => ({
  language,
  way,
  place,
  isForm,
  late,
  rerender: data["data-rerender"],
  aside: aside?.kind,
});

const START = '<button type="button" data-f="start" onclick="behave.late()">+</button>';

// The page, and the frame that holds the group if it is in one; the tag stands in one of the two.
function makeDocuments(d, { name, language, group, aside, main, tag }) {
  const shell = { language, handlers: d.pick(["", "", "early"]), late: group.late === "load" ? "load" : "" };
  const late = `<template data-late>${main}</template>${group.late === "click" ? START : ""}`;
  const inner = group.late ? late : main;
  if (group.place !== "frame")
    return { frame: "", html: renderDocument({ ...shell, body: around(d, inner, aside), tag }) };
  const isTagInFrame = d.chance(0.6);
  const view = `<iframe src="/f/${name}" width="700" height="900"></iframe>`;
  return {
    frame: renderDocument({ ...shell, body: inner, tag: isTagInFrame ? tag : "" }),
    html: renderDocument({ ...shell, body: around(d, view, aside), tag: isTagInFrame ? "" : tag }),
  };
}

function drawSecrets(d, language, nextId) {
  if (d.chance(0.04)) return [];
  const kinds = new Set(Array.from({ length: d.int(1, 3) }, () => d.weigh(SECRETS)));
  return [...kinds].map((kind) => secret(d, kind, HOME[kind] || language, nextId));
}

function drawHonest(d, language, nextId) {
  const kinds = d.some(OTHERS, d.int(1, 4));
  // A full name beside its halves, or a location beside its parts, has no one right answer.
  const clash = (kind) =>
    (kind === "name" && kinds.some((k) => /^(first|last)_name$/.test(k))) ||
    (kind === "location" && kinds.some((k) => /^(city|country)$/.test(k)));
  return ["email", ...kinds.filter((kind) => !clash(kind))].map((kind) => [honest(d, kind, language, nextId())]);
}

// Shuffle, but keep together what belongs together: boxes of a code, a password and its copies.
const arrange = (d, bundles) => d.some(bundles, bundles.length).flat();

function makeGroup(d, name, language, fields) {
  const isForm = d.chance(0.75);
  const place = d.weigh({ page: 6, shadow: 1, frame: 1 });
  const shape = d.pick(["plain", "deep", "table", "fieldset"]);
  const late = place === "page" && d.chance(0.2) ? d.pick(["load", "click"]) : "";
  const way = isForm
    ? d.weigh({ native: 5, fetch: 3, stop: 1, onclick: 1, programmatic: 1, request: 1, leave: 1 })
    : d.weigh({ onclick: 4, leave: 1 });
  const group = {
    fields,
    isForm,
    place,
    shape,
    late,
    way,
    own: `/own/${name}`,
    method: d.pick(["post", "post", "get"]),
    data: {},
    legend: "...",
    heading: d.pick(["Sign up", "Contact", "Newsletter", "Checkout", "Registrierung", "Contacto"]),
    before: "",
    terms: "",
  };
  const rerender = d.weigh({ "": 5, node: 2, group: 2 });
  for (const field of fields) quirks(d, field, fields, rerender);
  group.data["data-rerender"] = rerender;
  if (/^(fetch|stop|onclick)$/.test(way)) group.data["data-then"] = d.pick(["", "thanks", "reset"]);
  group.before = noise(d, group);
  group.button = button(d, group, BUTTONS[language]);
  return group;
}

function quirks(d, field, fields, rerender) {
  const { attributes: at } = field;
  field.isInElement = rerender !== "group" && field.kind !== "csrf" && d.chance(0.06);
  if (field.ignored && d.chance(0.5)) at["sl-ignore"] = "";
  if (field.toggle) {
    // In a clone that was never type=password a longer text is known only by what the clone says of itself.
    if (rerender && field.signs.every((sign) => sign === "type")) field.toggle = "after";
    if (field.toggle === "typing") at["data-untype"] = String(d.int(1, field.value.length));
    // The visitor goes on typing in what took the field's place: known only if it says so itself.
    else field.replaces = d.chance(0.3) && (field.toggle === "after" || field.signs.some((sign) => sign !== "type"));
  }
  if (field.copyOf) fields.find((f) => String(f.id) === field.copyOf).attributes["data-mirror"] = String(field.id);
  if (field.kind === "card" && /^\d{15,19}$/.test(field.value) && d.chance(0.5)) group4(field);
  if (field.attributes.maxlength === "1" && field.id < Math.max(...fields.map((f) => f.id)))
    at["data-advance"] = String(field.id + 1);
  if (field.kind === "csrf") at.value = field.value;
  else if (field.control === "input" && field.param && field.kind !== "email" && d.chance(0.1)) at.value = "prefilled";
  else if (field.kind === "email" && d.chance(0.1)) at.value = "you@prefilled.example";
}

// The page writes spaces into the number while it is typed.
function group4(field) {
  field.typed = field.value;
  field.value = field.value.replace(/(.{4})(?=.)/g, "$1 ");
  field.attributes["data-grouped"] = "4";
}

// Things beside the fields: an address that is not the visitor's, an editor, a hidden field that hides a form's property.
function noise(d, group) {
  let html = "";
  group.extra = [];
  if (d.chance(0.2)) html += '<p>Questions? <input readonly value="support@shop.example"> help@shop.example</p>';
  if (d.chance(0.15)) html += '<div contenteditable="true" data-f="editor">Write to editor@elsewhere.example</div>';
  if (d.chance(0.1) && group.isForm) {
    const clobbered = d.pick(["elements", "id", "action", "children", "querySelectorAll", "getAttribute"]);
    if (clobbered !== "action") {
      html += `<input type="hidden" name="${clobbered}" value="1">`;
      group.extra.push([clobbered, "1"]);
    }
  }
  return html;
}

function button(d, group, text) {
  if (/^(onclick|programmatic|request)$/.test(group.way))
    return `<button type="button" data-f="go" onclick="behave.click(this)">${text}</button>`;
  if (group.way === "leave") return d.pick(["", `<button type="button" data-f="idle">${text}</button>`]);
  if (d.chance(0.5)) group.extra.push(["go", "1"]);
  const named = group.extra.some(([key]) => key === "go") ? ' name="go" value="1"' : "";
  return d.chance(0.7) || !named
    ? `<button data-f="go"${named}>${text}</button>`
    : `<input type="submit" data-f="go"${named}>`;
}

// Without the automatic mode the page asks for the capture itself, and does what it does besides.
function callByHand(group) {
  group.data["data-capture"] = "1";
  if (!/^(onclick|programmatic|request)$/.test(group.way)) group.way = group.isForm ? "programmatic" : "onclick";
  group.extra = group.extra.filter(([key]) => key !== "go");
  group.button = '<button type="button" data-f="go" onclick="behave.click(this)">OK</button>';
}

// A second form on the page, filled in and never submitted.
function makeAside(d, name, language, nextId) {
  const kind = d.pick(["search", "login", "payment"]);
  const draw = {
    search: () => [honest(d, "search", language, nextId())],
    login: () => [
      { ...honest(d, "email", language, nextId()), isLogin: true },
      ...secret(d, "password", language, nextId).slice(0, 1),
    ],
    payment: () => [...secret(d, "card", language, nextId), ...secret(d, "cvc", language, nextId)],
  };
  const fields = draw[kind]();
  for (const field of fields) Object.assign(field, { toggle: undefined, copyOf: undefined });
  if (kind === "login") Object.assign(fields[1].attributes, { type: "password", autocomplete: "current-password" });
  const words = { search: "Search", login: d.pick(["Log in", "Sign in"]), payment: "Pay" }[kind];
  return {
    kind,
    fields,
    isForm: true,
    place: "page",
    shape: "plain",
    way: "leave",
    own: `/aside/${name}`,
    method: "post",
    data: {},
    heading: words,
    before: "",
    button: `<button data-f="aside">${words}</button>`,
  };
}

function makeConfig(d, name, way) {
  const config = { client_key: "client_abc123", params: { page_no: name } };
  const how = d.weigh({ "": 12, submit: 3, consent: 2, login: 1, manual: 2 });
  // Who never submits is not to be captured then: such a page shows nothing.
  if (how === "submit" && way !== "leave") config.capture_on = "submit";
  if (how === "consent") config.consent = "required";
  if (how === "login") config.login_forms = true;
  if (how === "manual") config.automatic = false;
  return config;
}

const secretsOf = (fields) =>
  joined(fields.filter((f) => f.secret)).map(({ secret: kind, value, signs, parts }) => ({
    kind,
    value,
    signs,
    parts,
  }));

// Boxes of one number are one secret that has parts.
function joined(fields) {
  const out = [];
  for (const field of fields) {
    const before = out[out.length - 1];
    if (field.attributes.maxlength && before?.kind === field.kind && before.parts) {
      before.parts.push(field.value);
      before.value += field.value;
    } else out.push(field.attributes.maxlength ? { ...field, parts: [field.value] } : field);
  }
  return out;
}

function truthOf(fields, aside, config) {
  const people = {};
  for (const field of fields)
    if (field.param)
      people[field.attributes["sl-field"] || field.attributes["data-sl-field"] || field.param] = field.value;
  const addresses = [people.email];
  if (config.login_forms && aside?.kind === "login") addresses.push(aside.fields[0].value);
  // Then a user name that is an address may be the visitor's.
  if (config.login_forms) addresses.push(...fields.filter((f) => f.kind === "username").map((f) => f.value));
  const place = [people.city, people.country].filter(Boolean).join(", ");
  if (place) people.location = place;
  return { people, addresses };
}

// What stands in a shadow root is no part of the form outside.
function ownOf(group) {
  if (group.way === "leave") return null;
  const sent = group.fields.filter((f) => f.attributes.name && !f.isInElement).map((f) => [f.attributes.name, f.value]);
  return [...sent, ...(group.isForm ? group.extra : [])];
}

function around(d, main, aside) {
  const parts = [`<main>${main}</main>`, ...(aside ? [`<aside>${renderGroup(d, aside)}</aside>`] : [])];
  return `<header><h1>Shop</h1></header>\n${(d.chance(0.5) ? parts : parts.reverse()).join("\n")}`;
}
