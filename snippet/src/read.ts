// From the page to signals and values: what a field says of itself, what was typed into it, what must stay there.
import type { Lead, Person } from "./capture";
import { config } from "./config";
import { documented, type Found, MAIL, recognise } from "./fields";
import { all, guarded, stringify } from "./page";
import { LINKS, LOGIN, NEW } from "./words";

/** A control that may hold a value. */
export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** One lead in the making: a form, or a group of fields without one, during one page view. */
export interface Group extends Lead {
  /** The form, or the nearest container of loose fields that also has a button. */
  root_: Element;
  person_: Person;
  /** Fields that the visitor has touched, in that order, each with its parameter and value when it was last read. */
  touched_: Map<Field, [string, string]>;
  /** What the fields said when they were last read. */
  found_: Found;
  /** What fields said that are gone, or that the page may ask something else with after a submit. */
  gone_: Found;
  isLogin_?: unknown;
  timer_?: number;
}

const FIELDS = "input:not([type^=c]),select,textarea";
export const BUTTONS = "[type=submit],button:not([type^=b])";

/** Where a log-in form shows that it is one. */
export const PROOFS = `${BUTTONS},[type=password],h3,${LINKS},h2,[autocomplete],h1`;

const READABLE = /^(te..?$|u|e|sel)/;

// Elements that have ever been a password, and what stood in them last: a "show password" toggle hides nothing from us.
export const secrets = new Map<Field, string>();

/** Make a group without a form or fields yet. */
export const newGroup = (): Group =>
  ({
    touched_: new Map(),
    gone_: {},
    person_: {},
  }) as unknown as Group;

/** Find the element whose shadow root a node lies in. */
export const hostOf = (node: Node): Element | undefined => (node.getRootNode() as ShadowRoot).host;

/** False for what only machines fill in, and for what the owner does not want to be seen. */
export const isSeen = (field: Element | undefined): boolean =>
  !field ||
  (getComputedStyle(field).visibility > "v" &&
    field.getBoundingClientRect().right > 1 &&
    !field.closest("[data-sl-ignore],[sl-ignore],[aria-hidden=true]") &&
    isSeen(hostOf(field)));

/**
 * True, or the like, for a password and what has it in it. Its value is remembered, also that of the field that took its
 * place, and that of one whose words say that it is none of ours (`isNever`).
 */
export const isSecret = (field: Field, isNever?: unknown): unknown => {
  const { name, value } = field;
  let isIt: unknown = field.type === "password" || isNever || secrets.has(field);
  let isIn: unknown;
  secrets.forEach((secret, old) => {
    // What took its place goes on with what stood in it; if that was nothing, it is known by its name.
    isIt = isIt || (old.isConnected || secret || old.name !== name ? value.slice(0, -1) === secret : name);
    isIn = isIn || (secret[3] ? value.includes(secret) : value === secret);
  });
  // Nothing is not the same as what an empty field holds.
  return isIt ? secrets.set(field, (value || 0) as string) : isIn;
};

const paramOf = (field: Field, value: string): string | undefined => {
  let explicit: string | null = "";
  let words = "";
  // The text around the field, as far as it is alone in it.
  let node: Element | null | undefined = field;
  for (const label of field.labels || []) words += words ? "" : `|${label.textContent}`;
  for (let i = 3; i-- && !words && (node = node.parentElement) && !all(node, FIELDS)[1]; )
    words = (node.textContent as string).trim();
  // biome-ignore lint/style/useTemplate: it is smaller than one
  words = words.slice(0, 150) + "|" + field.type;
  for (node = field; node; node = hostOf(node)) {
    const box = node.closest<HTMLElement>("[data-sl-field],[sl-field]");
    if (box) {
      for (const { name, value } of box.attributes) if (/sl-f/.test(name)) explicit = value;
      for (const el of all(box, FIELDS)) if (el !== field && isSeen(el)) explicit = "";
    }
    // The one with the longest name, aria-labelledby, names other elements; the first is the label. Of a choice, its first
    // options may say what it asks for; a whole list of countries has a city and a state in it.
    for (const { name, value } of node.attributes)
      if (/^(t|au|pl|aria-l|na|i|l)/.test(name))
        words +=
          `|${value}|` +
          (
            ((name[14] && (node.getRootNode() as Document).getElementById(value.split(" ")[0] as string)) || field)
              .textContent as string
          ).slice(0, 150);
  }
  return READABLE.test(field.type) || explicit ? recognise(explicit, words, value) : "";
};

/** Take what the visitor has entered so far; the first field of a kind wins, of those that are gone the last. */
export const read = (group: Group, isTyping?: boolean): void => {
  const here: Found = {};
  const root = group.root_;
  group.touched_.forEach(
    guarded(([param, value]: [string, string], field: Field) => {
      // A step that the page has dropped still counts; a field is read even then if there was no time before.
      if (field.isConnected || !value) {
        // The same as last time is still the same.
        if (value !== (value = field.value.trim().slice(0, 150))) {
          // The number of an option says nothing of what was chosen.
          if (+value) for (const { text } of all(field, ":checked") as unknown as HTMLOptionElement[]) value = text;
          param = paramOf(field, value) as string;
        }
        // An address that nobody asked for, beside a password, is a user's name.
        if (isSecret(field, param == null) || (param === MAIL && all(root, "[type=password]")[0])) param = "";
        group.touched_.set(field, [param, value]);
      }
      (field.isConnected ? here : group.gone_)[param] = here[param] || value;
    }),
  );
  const person = documented((group.found_ = { ...group.gone_, ...here }));
  // Once all are gone, what was read before still holds.
  if ((stringify(here)[2] && person.email) || !group.person_.email) group.person_ = person;
  // A log-in form says more often that it is one, or has a link for those who have lost their password, than that it makes
  // a new account: its visitor is no new lead, unless there is more than an address. (Once submitted it may be gone.)
  if (config.login_forms || /",/.test(stringify(person))) group.isLogin_ = 0;
  else if ((here.email || here[MAIL]) && group.sent_ !== stringify(person) && !isTyping) {
    let said = (root.cloneNode() as Element).outerHTML;
    for (const el of all(root, PROOFS)) said += el.outerHTML;
    group.isLogin_ = said.split(LOGIN).length > said.split(NEW).length;
  }
};
