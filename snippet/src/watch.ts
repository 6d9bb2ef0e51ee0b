// Automatic mode: listen on the window, read the fields of a form when the visitor has finished one.
import { capture, type Lead, newId, type Stage } from "./capture";
import { documented, isEmail, isNumber, recognise } from "./fields";

type Field = HTMLInputElement | HTMLSelectElement;

interface Group extends Lead {
  /** The form, or the nearest container of loose fields that also has a button. */
  root: Element;
  /** Fields that the visitor has touched, in that order. */
  touched: Set<Field>;
  /** Parameters found so far; they outlive the fields, for forms that drop a step from the page. */
  found: Record<string, string>;
  timer?: number;
}

const groups: Group[] = [];
// Elements that have ever been a password, and what was typed into them: a "show password" toggle hides nothing from us.
const secretFields = new WeakSet<Element>();
const secretValues = new Set<string>();

const LOGIN = /\b(log|sign)[ _-]?in\b|anmelden|einloggen|connexion|iniciar sesi/i;

const BUTTON = "button,[type=submit],[type=button],[type=image],[role=button]";

// A form's own properties can be hidden by fields called "elements", "querySelectorAll" or "getAttribute".
const proto = Element.prototype;
const all = (root: ParentNode, selector: string): NodeListOf<Element> => proto.querySelectorAll.call(root, selector);
const attr = (el: Element, name: string): string => proto.getAttribute.call(el, name) || "";
const inside = (root: Node, node: Node): boolean => Node.prototype.contains.call(root, node);

const isField = (el: Element): el is Field => /^(input|select)$/i.test(el.tagName);

/** Climb to the nearest ancestor of a loose field that has a button, crossing shadow roots. */
function container(field: Field): Element {
  let node: Element = field;
  for (;;) {
    const up: Node | null = node.parentNode;
    const next = up && ((up as ShadowRoot).host || up);
    if (!next || next.nodeType !== 1 || next === document.documentElement) return node;
    node = next as Element;
    if (/^form$/i.test(node.tagName) || all(node, BUTTON).length) return node;
  }
}

function groupOf(field: Field): Group {
  const root = field.form || container(field);
  for (let i = 0; i < groups.length; i++) if ((groups[i] as Group).root === root) return groups[i] as Group;
  // The page has replaced the form, or gone on to the next step: still the same lead.
  const last = groups[groups.length - 1];
  if (last && !inside(document, last.root)) {
    last.root = root;
    return last;
  }
  const group: Group = { root, id: newId(), sent: "", touched: new Set(), found: {} };
  groups[groups.length] = group;
  return group;
}

function labelOf(field: Field): string {
  let text = attr(field, "aria-label");
  const labels = field.labels;
  for (let i = 0; labels && i < labels.length; i++) text += ` ${(labels[i] as Element).textContent}`;
  return text;
}

function paramOf(field: Field): string {
  const name = attr(field, "name");
  return recognise({
    explicit: attr(field, "sl-field") || attr(field, "data-sl-field"),
    type: field.type,
    name,
    words: [attr(field, "autocomplete"), name, attr(field, "id"), labelOf(field), attr(field, "placeholder")],
  });
}

function isEntered(field: Field, group: Group): boolean {
  return (
    group.touched.has(field) ||
    (field.getClientRects().length > 0 && "defaultValue" in field && field.value !== field.defaultValue)
  );
}

function noteSecret(field: Field): void {
  if (field.type === "password") secretFields.add(field);
  if (secretFields.has(field) && field.value) secretValues.add(field.value);
}

/** Take what the visitor has entered so far. The first field of a kind wins. */
function read(group: Group): void {
  const found: Record<string, string> = { __proto__: null as never };
  const take = (field: Field) => {
    noteSecret(field);
    const value = field.value.trim();
    if (!value || secretFields.has(field) || secretValues.has(value) || isNumber(value)) return;
    if (!isEntered(field, group)) return;
    const param = paramOf(field);
    if (!param || found[param] || (param === "email") !== isEmail(value)) return;
    found[param] = value.slice(0, 256);
  };
  const near = all(group.root, "input,select");
  for (let i = 0; i < near.length; i++) {
    const field = near[i] as Field;
    if ((field.form || group.root) === group.root) take(field);
  }
  group.touched.forEach((field) => {
    if (!inside(group.root, field)) take(field);
  });
  for (const param in group.found) if (!(param in found)) found[param] = group.found[param] as string;
  group.found = found;
}

/** A log-in form has positive proof of being one: its visitor is no new lead. */
function isLogin(root: Element): boolean {
  let said = `${attr(root, "action")} ${attr(root, "id")}`;
  const parts = all(root, "button,[type=submit],h1,h2,h3,legend");
  for (let i = 0; i < parts.length; i++)
    said += ` ${(parts[i] as Element).textContent} ${attr(parts[i] as Element, "value")}`;
  return all(root, "[autocomplete$=current-password]").length > 0 || LOGIN.test(said);
}

function flush(group: Group, stage: Stage): void {
  clearTimeout(group.timer);
  if (group.found.email && !isLogin(group.root)) capture(group, documented(group.found), stage);
}

function later(group: Group, ms: number, again?: boolean): void {
  clearTimeout(group.timer);
  group.timer = setTimeout(() => {
    if (again) read(group);
    flush(group, "entry");
  }, ms);
}

// Long enough for an autofill to reach every field, so that it is one call.
const PAUSE_MS = 250;
const STANDING_MS = 3000;

function onField(type: string, field: Field): void {
  noteSecret(field);
  const group = groupOf(field);
  if (type === "input" || type === "change") group.touched.add(field);
  if (type === "input") {
    if (isEmail(field.value.trim())) later(group, STANDING_MS, true);
  } else if (group.touched.size) {
    read(group);
    later(group, PAUSE_MS);
  }
}

function every(stage?: Stage): void {
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] as Group;
    read(group);
    if (stage) flush(group, stage);
    else later(group, PAUSE_MS);
  }
}

function onEvent(e: Event): void {
  const type = e.type;
  const el = e.composedPath()[0] as Element;
  if (type === "pagehide") every("leave");
  else if (type === "visibilitychange") document.hidden && every("entry");
  else if (type === "submit") {
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i] as Group;
      if (group.root === el) {
        read(group);
        flush(group, "submit");
      }
    }
  } else if (type === "click") every();
  else if (el.tagName && isField(el) && (type !== "keydown" || (e as KeyboardEvent).key === "Enter")) onField(type, el);
}

/** Start listening. Every listener is passive and swallows its own mistakes: the page never sees us. */
export function watch(): void {
  const types = "input change focusout keydown click submit pagehide visibilitychange".split(" ");
  for (let i = 0; i < types.length; i++)
    window.addEventListener(
      types[i] as string,
      (e) => {
        try {
          onEvent(e);
        } catch {}
      },
      { capture: true, passive: true },
    );
}
