// The panel: one fixed element of its own, folded away or moved as one likes, by mouse, finger or keys.
import { h, short } from "./dom";
import { isDry } from "./options";
import { CSS } from "./style";

/** What the rest needs of the panel. */
export interface Panel {
  /** Put it into the page, or back if the page has thrown it out, and above what is modal. */
  show(): void;
  /** Replace what stands in it; what is open, focused and scrolled to stays so. */
  fill(nodes: Node[], count: string): void;
  /** Tell somebody who does not see it. */
  tell(text: string): void;
  /** Where the outlines are drawn. */
  layer: HTMLElement;
}

const NARROW_PX = 520;
const STEP_PX = 24;
const MOVES: Record<string, [number, number]> = {
  ArrowLeft: [-STEP_PX, 0],
  ArrowRight: [STEP_PX, 0],
  ArrowUp: [0, -STEP_PX],
  ArrowDown: [0, STEP_PX],
};

/** Make the panel; `redrawn` is called when outlines are switched on or off. */
export function makePanel(redrawn: () => void): Panel {
  const host = document.createElement("stacklead-inspector");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];

  const layer = h("div", { "aria-hidden": "true" });
  const body = h("div", { class: "body", id: "body", tabindex: 0, role: "group", "aria-label": "What was found" });
  const count = h("span", { class: "count" });
  const told = h("div", { class: "told", role: "status" });
  const move = h("button", { class: "move", type: "button", "aria-label": "Move: drag, or press the arrow keys" }, "⠿");
  const marks = h("button", { type: "button", "aria-pressed": "true" }, "Outlines");
  const fold = h("button", { class: "fold", type: "button", "aria-controls": "body" });
  const mode = isDry && h("span", { class: "chip dry" }, "dry run");
  const bar = h("div", { class: "bar" }, move, h("strong", {}, "StackLead"), mode, count, marks, fold);
  const panel = h("div", { class: "panel", role: "region", "aria-label": "StackLead inspector" }, bar, body, told);
  root.append(layer, panel);

  function setFolded(isFolded: boolean): void {
    panel.classList.toggle("folded", isFolded);
    body.hidden = marks.hidden = isFolded;
    fold.textContent = isFolded ? "+" : "–";
    fold.setAttribute("aria-expanded", `${!isFolded}`);
    fold.setAttribute("aria-label", isFolded ? "Unfold" : "Fold");
  }
  setFolded(innerWidth <= NARROW_PX);
  fold.addEventListener("click", () => setFolded(!body.hidden));
  marks.addEventListener("click", () => {
    layer.hidden = !layer.hidden;
    marks.setAttribute("aria-pressed", `${!layer.hidden}`);
    redrawn();
  });
  panel.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !body.hidden) {
      setFolded(true);
      fold.focus();
    }
  });
  makeMovable(panel, bar, move);

  return {
    layer,
    show: () => show(host),
    fill(nodes, text) {
      const { scrollTop } = body;
      const open = [...body.querySelectorAll("details[open]")].map(keyOf);
      const focused = root.activeElement && keyOf(root.activeElement);
      body.replaceChildren(...nodes);
      for (const el of body.querySelectorAll<HTMLElement>("[data-key]")) {
        if (open.includes(keyOf(el))) el.setAttribute("open", "");
        if (focused && keyOf(el) === focused) el.focus({ preventScroll: true });
      }
      body.scrollTop = scrollTop;
      count.textContent = text;
    },
    tell(text) {
      told.textContent = short(text, 200);
    },
  };
}

const keyOf = (el: Element): string | null => el.getAttribute("data-key");

let modal: Element | null = null;

function show(host: HTMLElement): void {
  if (!host.isConnected) document.documentElement.append(host);
  if (!host.showPopover) return;
  const above = document.querySelector("dialog:modal");
  host.popover = "manual";
  const isOpen = host.matches(":popover-open");
  if (isOpen && above === modal) return;
  modal = above;
  // Shown again, it lies above what was shown since.
  if (isOpen) host.hidePopover();
  host.showPopover();
}

/** Let a panel be moved by its bar, and by the arrow keys on its handle; it stays in the window. */
function makeMovable(panel: HTMLElement, bar: HTMLElement, handle: HTMLElement): void {
  let x = 0;
  let y = 0;
  let grip: [number, number] | undefined;
  function moveTo(toX: number, toY: number): void {
    const { left, top, right, bottom } = panel.getBoundingClientRect();
    x += Math.max(-left, Math.min(toX - x, innerWidth - right));
    y += Math.max(-top, Math.min(toY - y, innerHeight - bottom));
    panel.style.transform = `translate(${x}px, ${y}px)`;
  }
  bar.addEventListener("pointerdown", (e) => {
    if (e.target !== handle && (e.target as Element).closest("button")) return;
    grip = [e.clientX - x, e.clientY - y];
    bar.setPointerCapture(e.pointerId);
  });
  bar.addEventListener("pointermove", (e) => grip && moveTo(e.clientX - grip[0], e.clientY - grip[1]));
  for (const end of ["pointerup", "pointercancel"] as const) bar.addEventListener(end, () => (grip = undefined));
  handle.addEventListener("keydown", (e) => {
    const step = MOVES[e.key];
    if (!step) return;
    e.preventDefault();
    moveTo(x + step[0], y + step[1]);
  });
  addEventListener("resize", () => moveTo(x, y));
}
