// Asking the script's own rules about one field: with a sample in it, and sign by sign.
import { MAIL, recognise } from "../fields";
import { type Field, type Group, hostOf, newGroup, read, secrets } from "../read";

/** What a field says of itself: where, and what. */
export type Sign = [source: string, text: string];

// No password of anybody's has these in it, and no rule minds them.
const SAMPLE_TEXT = "Xylographer Quince";
export const SAMPLE_MAIL = "xylographer@quince.example";

const SIGNS = ["name", "autocomplete", "type", "id", "aria-label", "placeholder", "label", "title", "inputmode"];

/** Name a parameter as people know it. */
export const called = (param: string): string => (param === MAIL ? "email" : param);

/** Put a value before the script as if it stood in this field. Never asked of a password. */
function taken(field: Field, value: string): string {
  const standIn = new Proxy(field, {
    get(target, key) {
      if (key === "value") return value;
      if (key === "isConnected") return true;
      if (key === "selectedOptions") return undefined;
      const found = Reflect.get(target, key);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
  const group: Group = {
    ...newGroup(),
    root_: document.createElement("p"),
    touched_: new Map([[standIn, ["", ""]]]),
  };
  read(group);
  // The sample is nobody's secret, whatever the field is.
  secrets.delete(standIn);
  return (group.touched_.get(standIn) as [string, string])[0];
}

/** Say what this field is for: a parameter's name, MAIL where any address would do, "" for none. */
export function purpose(field: Field): string {
  const asMail = taken(field, SAMPLE_MAIL);
  return asMail === MAIL || !asMail ? taken(field, SAMPLE_TEXT) || asMail : asMail;
}

/** List what a field says of itself, the signs first that the documentation names first. */
export function signsOf(field: Field): Sign[] {
  const signs: Sign[] = [];
  for (const name of SIGNS) signs.push([name, field.getAttribute(name) || ""]);
  for (const label of field.labels || []) signs.push(["label", label.textContent || ""]);
  let node: Element | null = field;
  for (let i = 3; i-- && (node = node.parentElement) && node.querySelectorAll("input,select,textarea").length < 2; )
    signs.push(["text around it", node.textContent || ""]);
  for (let host = hostOf(field); host; host = hostOf(host))
    for (const { name, value } of host.attributes) signs.push([`${name} of the element around it`, value]);
  return signs.map(([source, text]): Sign => [source, text.trim().slice(0, 99)]).filter(([, text]) => text);
}

/** Find the first sign that says it all alone; undefined if it takes several together. */
export function decider(signs: Sign[], param: string): Sign | undefined {
  const sample = param === "email" ? SAMPLE_MAIL : SAMPLE_TEXT;
  return signs.find(([, text]) => recognise("", `${text}|`, sample) === param);
}

/** Find the sign that forbids a field, whatever else it says; undefined if none does. */
export function forbidder(signs: Sign[]): Sign | undefined {
  const forbids = (words: string): boolean => !recognise("x", words, "x");
  const one = signs.find(([, text]) => forbids(`${text}|`));
  if (one) return one;
  return forbids(signs.map(([, text]) => text).join("|||")) ? ["its words together", ""] : undefined;
}
