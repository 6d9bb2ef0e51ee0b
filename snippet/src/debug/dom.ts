// Making elements, without markup: a page that asks for Trusted Types or forbids inline styles has nothing to refuse.

type Props = Record<string, string | number | boolean | ((e: never) => unknown) | undefined>;
type Child = Node | string | number | false | null | undefined;

/** Make an element: functions become listeners, everything else attributes; false and undefined leave one out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[Tag] {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") el.addEventListener(name, value as EventListener);
    else if (value !== false && value !== undefined) el.setAttribute(name, `${value}`);
  }
  for (const child of children.flat()) if (child || child === 0) el.append(child as Node | string);
  return el;
}

/** Cut a text of the page's down to what fits into a line. */
export function short(text: string | null | undefined, length = 40): string {
  const line = (text || "").replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
