// What stands in the panel: warnings, captures, forms and options.
import { type Call, calls } from "./calls";
import { h } from "./dom";
import type { FieldView, FormView } from "./model";
import { optionRows, warnings } from "./options";

/** Called when somebody points at a row, or no longer does; with true when they choose it. */
export type Point = (field: Element | null, isChosen?: boolean) => void;

/** Build the whole content. */
export function content(forms: FormView[], strangers: string[], point: Point): Node[] {
  const said = warnings();
  for (const host of new Set(strangers)) said.push(`A frame of ${host}: its fields cannot be read from this page.`);
  return [
    ...said.map((text) => h("p", { class: "warn" }, text)),
    h("h2", {}, `Captures (${calls.length})`),
    ...captures(),
    h("h2", {}, `Forms (${forms.length})`),
    ...(forms.length
      ? forms.map((form) => formCard(form, point))
      : [h("p", { class: "soft" }, "No field on this page.")]),
    h("details", { "data-key": "options" }, h("summary", {}, "Options"), pairs(optionRows())),
  ];
}

function captures(): Node[] {
  if (!calls.length) return [h("p", { class: "soft" }, "None yet. Fill in a form and leave the field.")];
  const cards = [...calls].reverse().map(callCard);
  const earlier = cards.splice(1);
  if (!earlier.length) return cards;
  const title = h("summary", {}, `${earlier.length} earlier`);
  return [...cards, h("details", { "data-key": "earlier" }, title, ...earlier)];
}

function callCard(call: Call): HTMLElement {
  const { at, lead, stage, person, state, outcome } = call;
  const time = at.toTimeString().slice(0, 8);
  return h(
    "div",
    { class: "card call" },
    h("div", {}, h("span", { class: `chip ${state}` }, stage), `lead ${lead}`, h("small", {}, time)),
    h("div", {}, h("span", { class: state === "bad" ? "" : "soft" }, outcome)),
    person ? pairs(Object.entries(person)) : h("small", {}, "Nothing new about the person: the stage alone."),
  );
}

const pairs = (rows: [string, string][]): HTMLElement =>
  h(
    "dl",
    { class: "pairs" },
    rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, `${value}`)]),
  );

function formCard(form: FormView, point: Point): HTMLElement {
  const { title, place, fields, hidden, fate, isLogin } = form;
  return h(
    "section",
    { class: "card", "aria-label": title },
    h(
      "div",
      { class: "head" },
      h("h3", {}, title, isLogin && " ", isLogin && h("span", { class: "chip" }, "log-in")),
      place && h("small", {}, place),
      h("p", { class: "soft" }, fate),
    ),
    fields.map((view) => fieldRow(view, point)),
    hidden > 0 &&
      h(
        "p",
        { class: "row" },
        h("span", { class: "chip never" }, "hidden"),
        h("small", {}, `${hidden} hidden, never sent`),
      ),
  );
}

function fieldRow(view: FieldView, point: Point): HTMLElement {
  const { field, kind, what, why, value, label } = view;
  return h(
    "button",
    {
      class: "row",
      type: "button",
      "data-key": `field ${label}`,
      click: () => point(field, true),
      mouseenter: () => point(field),
      mouseleave: () => point(null),
      focus: () => point(field),
      blur: () => point(null),
    },
    h("span", { class: `chip ${kind}` }, what),
    h("b", {}, label),
    h("small", {}, `${REASON[kind]}${why}`),
    value && h("q", {}, value),
  );
}

const REASON = { sent: "by ", known: "by ", never: "never sent: ", none: "" };
