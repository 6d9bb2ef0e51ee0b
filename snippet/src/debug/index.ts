// The field inspector, for the owner of the page: `?sl-debug=1`, or `=dry` to send nothing. The script loads it before it
// starts itself, so it needs no hooks in there: it sees the page as the script does, and each call where it leaves.
import { guarded } from "../page";
import type { Field } from "../read";
import { calls, watchCalls } from "./calls";
import { touch } from "./groups";
import { makeMarks } from "./marks";
import { type FormView, look } from "./model";
import { hearConsent, optionRows, readOptions, warnings } from "./options";
import { makePanel } from "./panel";
import { content, type Point } from "./sections";

// Short enough to follow somebody who types, long enough to leave the page alone.
const LOOK_MS = 400;

/** Note what the visitor changes, as the script does: on every window of the page. */
const noteChange = guarded((e: Event) => {
  const field = e.composedPath()[0] as Field;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(field.tagName)) touch(field);
});

function listen(roots: (Document | ShadowRoot)[]): void {
  for (const root of roots) {
    const page = (root as Document).defaultView;
    if (page) for (const type of ["input", "change"]) page.addEventListener(type, noteChange, true);
  }
}

function start(): void {
  const panel = makePanel(() => marks.place());
  const marks = makeMarks(panel.layer);
  const point: Point = (field, isChosen) => {
    marks.point(field);
    if (field && isChosen) field.scrollIntoView({ block: "center" });
  };
  let seen = "";
  let marked: Element[] = [];
  let said = "";

  const update = guarded(() => {
    panel.show();
    const { forms, roots, strangers } = look();
    listen(roots);
    const fields = forms.flatMap((form) => form.fields);
    const now = [forms.map(facts), strangers, calls.map(({ outcome }) => outcome), optionRows(), warnings()].join();
    // A page may replace a form with one that says the same.
    if (now !== seen || fields.length !== marked.length || fields.some(({ field }, i) => field !== marked[i])) {
      seen = now;
      marked = fields.map(({ field }) => field);
      const known = fields.filter(({ kind }) => kind === "sent" || kind === "known").length;
      panel.fill(content(forms, strangers, point), `${known} recognised, ${counted(calls.length, "capture")}`);
      marks.set(fields);
    } else marks.place();
    const call = calls[calls.length - 1];
    if (call && said !== call.outcome) panel.tell(`${call.stage}: ${(said = call.outcome)}`);
  });

  onChange = update;
  update();
  setInterval(update, LOOK_MS);
  for (const type of ["scroll", "resize"])
    addEventListener(type, () => marks.place(), { capture: true, passive: true });
}

const facts = ({ title, place, fields, hidden, fate }: FormView): unknown => [
  title,
  place,
  fields.map(({ label, kind, what, why, value }) => [label, kind, what, why, value]),
  hidden,
  fate,
];

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

let onChange = (): void => {};

watchCalls(() => onChange());
guarded(() => {
  readOptions();
  hearConsent(() => onChange());
  // What already stands in the fields counts for the script too, in documents but not in shadow roots.
  const { roots } = look();
  for (const root of roots)
    if ((root as Document).defaultView)
      for (const field of root.querySelectorAll("input")) if (field.value !== field.defaultValue) touch(field);
  listen(roots);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", guarded(start));
  else start();
})();
