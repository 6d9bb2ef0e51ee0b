// Outlines with a word at the fields themselves. They lie over the page and take no click.
import { h } from "./dom";
import type { FieldView } from "./model";
import { frameOf } from "./walk";

// A checkbox has no room for a word; the panel has its row.
const MIN_PX = 40;

/** Draw outlines in `layer`. `set` says which fields there are, `point` which one is meant, `place` moves them all. */
export function makeMarks(layer: HTMLElement) {
  let shown: [HTMLElement, FieldView][] = [];
  let meant: Element | null = null;
  let isDue = false;

  function place(): void {
    isDue = false;
    for (const [mark, { field }] of shown) {
      const box = layer.hidden ? undefined : boxOf(field);
      mark.hidden = !box;
      if (!box) continue;
      mark.classList.toggle("here", field === meant);
      for (const side of ["left", "top", "width", "height"] as const)
        mark.style[side] = `${Math.round(box[side]) + (side === "left" || side === "top" ? -3 : 6)}px`;
    }
  }

  return {
    set(fields: FieldView[]): void {
      const marks = fields.map((view): [HTMLElement, FieldView] => {
        const text = view.kind === "never" ? `never: ${view.what}` : view.what;
        return [h("div", { class: `mark ${view.kind}` }, h("span", { class: `chip ${view.kind}` }, text)), view];
      });
      shown = marks;
      layer.replaceChildren(...marks.map(([mark]) => mark));
      place();
    },
    point(field: Element | null): void {
      meant = field;
      place();
    },
    place(): void {
      if (!isDue) requestAnimationFrame(place);
      isDue = true;
    },
  };
}

/** Find the box of a field in the window, undefined if nobody can see it there. */
function boxOf(field: Element): DOMRect | undefined {
  const box = field.getBoundingClientRect();
  if (box.width < MIN_PX || box.height < 8 || isCovered(field, box)) return undefined;
  for (let frame = frameOf(field.ownerDocument); frame; frame = frameOf(frame.ownerDocument)) {
    const outer = frame.getBoundingClientRect();
    box.x += outer.x + frame.clientLeft;
    box.y += outer.y + frame.clientTop;
  }
  return box;
}

/** True if a field is scrolled out of sight or lies under something of the page's; its own label does not count. */
function isCovered(field: Element, box: DOMRect): boolean {
  const root = field.getRootNode() as Document | ShadowRoot;
  const top = root.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!top) return true;
  const around = top.parentElement;
  return !(top.contains(field) || field.contains(top) || (around && around.contains(field)) || top.closest("label"));
}
