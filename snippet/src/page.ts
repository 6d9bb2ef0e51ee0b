// The few things we ask of the page, in a form that holds where the page has put its own in their place: a form hides
// its methods behind fields called "elements" or "getAttribute", old libraries replace JSON and the methods of Array.

/** Find all elements below another. */
export const all = (root: Element, selector: string): NodeListOf<HTMLInputElement> =>
  Element.prototype.querySelectorAll.call(root, selector) as NodeListOf<HTMLInputElement>;

/** Wrap a function of ours so that none of its mistakes reaches the page. */
export const guarded =
  <Args extends unknown[]>(act: (...args: Args) => unknown) =>
  (...args: Args): void => {
    try {
      act(...args);
    } catch {}
  };

const quoted = (value: unknown): string => `"${`${value}`.replace(/["\\]/g, "\\$&").replace(/\s/g, " ")}"`;

/** Write a person as JSON without asking for anybody's toJSON: all as text, what is empty left out. */
export function json(person: Record<string, unknown>): string {
  let out = "";
  for (const key of Object.keys(person))
    if (person[key]) out += `${out ? "," : "{"}${quoted(key)}:${quoted(person[key])}`;
  return `${out}}`;
}

/** Make a random UUID; the browser's own is for https pages only. */
export const newId = (): string => URL.createObjectURL(new Blob()).slice(-36);
