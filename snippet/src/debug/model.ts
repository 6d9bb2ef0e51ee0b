// The page as the panel shows it: its forms, their fields, and what would be sent of each now.
import { all, stringify } from "../page";
import { BUTTONS, type Field, type Group, hostOf } from "../read";
import { purpose } from "./ask";
import { type Call, calls } from "./calls";
import { short } from "./dom";
import { explain, type Verdict } from "./explain";
import { loginSigns, readGroup, rootOf } from "./groups";
import { isAutomatic, isDry, isHeld, isOff, isOnSubmit } from "./options";
import { frameOf, walk } from "./walk";

/** One field in the panel. */
export interface FieldView extends Verdict {
  field: Field;
  label: string;
}

/** One form, or group of fields without one. */
export interface FormView {
  root: Element;
  title: string;
  /** Where it stands, if not in the page itself. */
  place: string;
  fields: FieldView[];
  hidden: number;
  isLogin: boolean;
  /** What will come of it, in a sentence. */
  fate: string;
}

/** Look at the whole page. `roots` are the documents and shadow roots; `strangers` the hosts of frames of others. */
export function look(): { forms: FormView[]; roots: (Document | ShadowRoot)[]; strangers: string[] } {
  const { fields, roots, strangers } = walk(document);
  const byRoot = new Map<Element, Field[]>();
  for (const field of fields) {
    const root = rootOf(field);
    byRoot.set(root, [...(byRoot.get(root) || []), field]);
  }
  const forms: FormView[] = [];
  // All are read before any is explained: a password of one form is a secret in the others too.
  const groups = [...byRoot].map(([root, inside]) => [root, readGroup(root), inside] as const);
  for (const [root, group, inside] of groups) {
    const seen = inside.filter((field) => field.type !== "hidden");
    if (seen.length) forms.push(view(root, group, seen, inside.length - seen.length));
  }
  return { forms, roots, strangers };
}

function view(root: Element, group: Group, fields: Field[], hidden: number): FormView {
  const isLogin = Boolean(group.isLogin_);
  const views = fields.map((field) => ({ field, label: labelOf(field), ...verdict(field, group) }));
  return {
    root,
    title: titleOf(root),
    place: placeOf(fields[0] as Field),
    fields: views,
    hidden,
    isLogin,
    fate: fate(root, group, views),
  };
}

/** Explain a field; of a log-in form nothing goes along. */
function verdict(field: Field, group: Group): Verdict {
  const said = explain(field, group);
  const isRecognised = said.kind === "sent" || said.kind === "known";
  return group.isLogin_ && isRecognised ? { kind: "none", what: "left alone", why: "a field of a log-in form" } : said;
}

const SENT: Record<Call["state"], string> = {
  ok: isDry ? "In a real run, this would have been sent as it stands now." : "Sent as it stands now.",
  waiting: "Sent as it stands now; there is no answer yet.",
  bad: "Sent as it stands now, but not accepted: see the capture above.",
};

function fate(root: Element, group: Group, fields: FieldView[]): string {
  const { person_ } = group;
  if (group.isLogin_) {
    const signs = loginSigns(root);
    return `Taken for a log-in form, and left alone${signs.length ? `: ${signs.join(", ")}` : ""}. login_forms: true captures it too.`;
  }
  if (!person_.email) {
    if (fields.some(({ kind, what }) => what === "email" && kind === "known"))
      return "Nothing is sent before an address is complete.";
    return fields.some(({ field, kind }) => kind === "none" && purpose(field))
      ? "No field asks for an email; an address in one of them would still count."
      : 'No field for an email, so nothing of it is sent. sl-field="email" on a field makes it one.';
  }
  const text = stringify(person_);
  const sent = calls.filter((call) => call.text === text).pop();
  if (sent) return SENT[sent.state];
  if (isOff()) return "Complete, but nothing is sent: see above.";
  if (isHeld()) return "Complete, and held until there is consent.";
  if (!isAutomatic()) return "Complete; StackLead.capture() in your own code sends it.";
  return isOnSubmit()
    ? "Complete; sent when the form is submitted."
    : "Complete; sent once the field is left, and when the form is submitted.";
}

function labelOf(field: Field): string {
  const label = field.labels && field.labels[0];
  return short(
    (label && label.textContent) ||
      field.getAttribute("aria-label") ||
      field.getAttribute("placeholder") ||
      field.name ||
      field.id ||
      field.type,
  );
}

/** Name a form as people see it. Fields called "id" or "querySelector" hide what a form has under these names. */
function titleOf(root: Element): string {
  const said = (name: string): string => Element.prototype.getAttribute.call(root, name) || "";
  const heading = all(root, "h1,h2,h3,h4,legend")[0];
  const name = said("aria-label") || (heading && heading.textContent);
  if (name && name.trim()) return short(name);
  const button = all(root, BUTTONS)[0];
  const text = button && short(button.value || button.textContent);
  const kind = Element.prototype.matches.call(root, "form") ? "Form" : "Fields without a form";
  return text ? `${kind} “${text}”` : said("id") ? `${kind} #${said("id")}` : kind;
}

function placeOf(field: Field): string {
  const host = hostOf(field);
  const parts = [host && `in <${host.tagName.toLowerCase()}>`, frameOf(field.ownerDocument) && "in a frame"];
  return parts.filter(Boolean).join(", ");
}
