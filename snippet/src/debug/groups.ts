// Which fields belong together, and what stands in them: a second bookkeeping, by the rules of watch.ts and read.ts.
import { all } from "../page";
import { BUTTONS, type Field, type Group, hostOf, isSecret, isSeen, newGroup, PROOFS, read } from "../read";
import { SAMPLE_MAIL } from "./ask";

const groups = new Map<Element, Group>();
let current: Group | undefined;

const groupOf = (root: Element): Group => ({ ...newGroup(), root_: root });

/** Find the form of a field, or the nearest ancestor that has a button. */
export function rootOf(field: Field): Element {
  let root: Element = field.form || field;
  let up: Element | null | undefined;
  while (root !== field.form && !all(root, BUTTONS)[0] && (up = root.parentElement || hostOf(root))) root = up;
  return root;
}

/** Note that a field was changed by the visitor, as the script does. */
export function touch(field: Field): void {
  if (isSecret(field) || !isSeen(field) || (current && current.touched_.has(field))) return;
  const root = rootOf(field);
  const known = groups.get(root);
  if (known) current = known;
  // The page has replaced the form, or gone on to the next step, or it is another box: that is still the same lead.
  else if (!current || (current.root_.isConnected && current.person_.email)) current = groupOf(root);
  current.root_ = root;
  groups.set(root, current);
  current.touched_.set(field, ["", ""]);
}

/** Ask the script whether this would be a log-in form once an address stands in it. */
function isLogin(root: Element): boolean {
  const field = document.createElement("input");
  field.type = "email";
  field.value = SAMPLE_MAIL;
  // As one that stands in the page.
  Object.defineProperty(field, "isConnected", { value: true });
  const group = groupOf(root);
  group.touched_.set(field, ["", ""]);
  read(group);
  return Boolean(group.isLogin_);
}

/** Read the group of this root as the script would now; one that nobody has touched yet is empty. */
export function readGroup(root: Element): Group {
  const group = groups.get(root) || groupOf(root);
  read(group);
  if (!group.person_.email) group.isLogin_ = isLogin(root);
  return group;
}

/** Name the parts of a log-in form that show that it is one: each is put before the script's rule alone. */
export function loginSigns(root: Element): string[] {
  const apart = document.implementation.createHTMLDocument("");
  const shows = (own: Node, part?: Element): boolean => {
    const form = apart.importNode(own, false) as Element;
    if (part) form.append(apart.importNode(part, true));
    return isLogin(form);
  };
  const signs = new Set<string>();
  if (shows(root)) signs.add(`its own address, name or id`);
  const bare = document.createElement("form");
  for (const part of all(root, PROOFS)) {
    if (!shows(bare, part)) continue;
    const text = (part.value || part.textContent || "").trim();
    if (/^h\d$/i.test(part.tagName)) signs.add(`heading “${text}”`);
    else if (part.matches(BUTTONS)) signs.add(`button “${text}”`);
    else if (part.matches("[href]")) signs.add(`link “${text}”`);
    else signs.add(`autocomplete “${part.getAttribute("autocomplete")}”`);
  }
  return [...signs];
}
