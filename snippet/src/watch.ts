// Automatic mode: listen to the page, read the fields of a form when the visitor has finished one.
import { capture, later, type Stage } from "./capture";
import { config } from "./config";
import { MAIL } from "./fields";
import { all, guarded } from "./page";
import { BUTTONS, type Field, type Group, hostOf, isSecret, isSeen, newGroup, read } from "./read";

/** What an event or a look-up may give: a field, or a frame with a document that may be read. */
type Control = HTMLInputElement & { contentDocument?: Document };

const groups = new Map<Element, Group>();

/** The group that the visitor was in last. */
export let current = newGroup();

/**
 * The field that the visitor is typing into, as long as there is nothing of an address in it; undefined until we have looked
 * for what was typed before we came.
 */
let plain: unknown;

/** True, or the like, for who is to hear of a lead only at its submit. */
let isCareful: unknown;

// Long enough for an autofill to reach every field, so that it is one call.
const PAUSE_MS = 250;
const STANDING_MS = 3000;

/** Note what the visitor has something in; its group is its form, or the nearest ancestor that has a button. */
const touch = (field: Field): void => {
  if (current.touched_.has(field) || isSecret(field) || !isSeen(field)) return;
  let root: Element = field.form || field;
  let up: Element | null | undefined;
  isCareful = config.capture_on === "submit" || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
  // A submit does not leave a shadow root.
  listen(field.getRootNode(), "submit");
  while (root !== field.form && !all(root, BUTTONS)[0] && (up = root.parentElement || hostOf(root))) root = up;
  // If the page has replaced the form, or gone on to the next step, or this is another box of the same loose fields, it is
  // still the same lead.
  current = groups.get(root) || (current.person_.email && current.root_.isConnected ? newGroup() : current);
  current.root_ = root;
  groups.set(root, current);
  current.touched_.set((plain = field), [] as unknown as [string, string]);
};

/** Send what there is to say of a group, if there is anybody to speak of. */
const flush = (group: Group, stage: Stage, isRead?: boolean): void => {
  isRead || read(group);
  if (
    !/false/.test(config.automatic as string) &&
    // The careful hear of no lead before its submit.
    (stage === "submit" || !isCareful || group.stage_) &&
    !group.isLogin_ &&
    group.person_.email
  )
    capture(group, group.person_, stage);
};

/**
 * Read at once, before the page drops the fields; send after a while, unless the visitor goes on. What was read at the end
 * of a field goes as it was then: by now they may be in the middle of the next one.
 */
const wait = (group: Group, isTyping?: boolean): void => {
  clearTimeout(group.timer_);
  read(group, isTyping);
  group.timer_ = later(
    guarded(() => flush(group, "entry", !isTyping)),
    // A better address than one that nobody asked for may follow.
    isTyping || group.found_[MAIL] ? STANDING_MS : PAUSE_MS,
  );
};

export const onEvent = guarded((e: Event) => {
  // Not while the page is coming: the look for it would cost more than all else.
  if (!plain) all((plain = document.body), "input:user-valid").forEach(touch);
  // Nearly every key; to find out what the field holds costs more than all else.
  if (e.target === plain && /^\w$/.test((e as InputEvent).data as string)) return;
  const { type } = e;
  const el = e.composedPath()[0] as Element as Control;
  if (type === "input") {
    touch(el);
    if (/^$|@/.test(el.value)) {
      // An address that is taken back, or not whole any more.
      current.person_ = plain = {};
      wait(current, true);
    }
  } else if (type === "pagehide") groups.forEach((group) => flush(group, "leave"));
  else if (type === "load") watch(el.contentDocument);
  else {
    if (type === "change") touch(el);
    // Before the page shows them as text.
    else (el.getRootNode() as Document).querySelectorAll<Field>("[type=password]").forEach(isSecret);
    if (type === "submit") {
      flush(groups.get(el) as Group, type);
      // What was entered holds; the same field may ask the next question, and a reset is none of the visitor's.
      current.touched_.clear();
      current.gone_ = current.found_;
    } else
      groups.forEach((group) =>
        // For those who wait for a submit: loose fields have none, and a page may handle the click on the button instead.
        isCareful && !all(group.root_, ":invalid")[0] && group.root_.contains(el.closest(BUTTONS))
          ? flush(group, "submit")
          : wait(group),
      );
  }
});

/** Listen, and do nothing else to an event; the same listener twice is one. */
const listen = (target: EventTarget, ...types: string[]): void => {
  for (const type of types) target.addEventListener(type, onEvent, true);
};

/** Start listening to a document and its frames. */
export const watch = (page?: Document): void => {
  // The first script of a key has the document: a frame's own tag and ours, or a module and a tag, would be two leads.
  const owners = page as unknown as Record<string, unknown>;
  const key = config.client_key as string;
  if (!page || (owners[key] = owners[key] || groups) !== groups) return;
  listen(page.defaultView as Window, "pagehide");
  listen(page, "click", "input", "load", "change");
  // Without a frame in the window there is none in any document of it; the look for them takes long in a long page.
  if (length) for (const frame of page.querySelectorAll("iframe")) watch(frame.contentDocument as Document);
};
