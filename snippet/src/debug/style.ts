// How the inspector looks. A constructed stylesheet in a closed shadow root: no policy refuses it, no page's style reaches it.

const COLOURS = `
:host {
  all: initial !important; position: fixed !important; inset: 0 auto auto 0 !important; width: 0 !important; height: 0 !important;
  z-index: 2147483647 !important; display: block !important; overflow: visible !important;
  --back: #fff; --card: #f4f6f9; --text: #1b2430; --soft: #566376; --line: #dbe1e9; --mark: #24578a;
  --good: #17643e; --good-back: #def2e6; --bad: #9b1c2e; --bad-back: #fbe3e5; --busy: #704800; --busy-back: #fcefd2;
  --quiet: #4a5568; --quiet-back: #e6eaf0;
}
@media (prefers-color-scheme: dark) { :host {
  --back: #171d24; --card: #1f2731; --text: #e6ebf1; --soft: #a3afbe; --line: #323d4a; --mark: #9cc7f2;
  --good: #8fdcb0; --good-back: #15392a; --bad: #ffb3bb; --bad-back: #4a1b22; --busy: #f2cf87; --busy-back: #3d2f10;
  --quiet: #c1cad6; --quiet-back: #2b3440;
} }
@media print { :host { display: none !important; } }
*, *::before { box-sizing: border-box; }
.panel, .mark { font: 400 13px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--text); }
[hidden] { display: none !important; }
`;

const PANEL = `
.panel {
  position: fixed; right: 12px; bottom: 12px; width: 388px; max-width: calc(100vw - 16px); max-height: min(70vh, 640px);
  display: flex; flex-direction: column; background: var(--back); border: 1px solid var(--line); border-radius: 12px;
  box-shadow: 0 2px 6px rgb(0 0 0 / .12), 0 12px 36px rgb(0 0 0 / .22); overflow: hidden; text-align: left;
}
.panel.folded { width: auto; }
.bar { display: flex; align-items: center; gap: 6px; padding: 6px 6px 6px 4px; touch-action: none; cursor: grab; user-select: none; }
.panel:not(.folded) .bar { border-bottom: 1px solid var(--line); }
.bar strong { font-weight: 650; }
.bar .count { color: var(--soft); flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
button { font: inherit; color: inherit; background: none; border: 0; border-radius: 7px; margin: 0; padding: 4px 8px; min-height: 30px; cursor: pointer; }
button:hover, summary:hover { background: var(--card); }
:focus-visible { outline: 2px solid var(--mark); outline-offset: -2px; }
.panel:not(.folded) .count { visibility: hidden; }
.bar button[aria-pressed=true] { background: var(--card); color: var(--mark); font-weight: 600; }
.bar .move { cursor: grab; color: var(--soft); padding: 4px 6px; }
.bar .fold { min-width: 32px; font-size: 15px; line-height: 1; }
.body { overflow: auto; overscroll-behavior: contain; padding: 10px 12px 12px; }
h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
h2 { font-size: 11px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 14px 0 6px; }
.body > h2:first-child { margin-top: 0; }
ul { list-style: none; }
.warn { background: var(--busy-back); color: var(--busy); border-radius: 8px; padding: 6px 10px; margin-bottom: 6px; }
.chip { border-radius: 99px; padding: 1px 8px; font-size: 12px; font-weight: 600; white-space: nowrap; background: var(--quiet-back); color: var(--quiet); }
.chip.sent, .chip.ok, .chip.known { background: var(--good-back); color: var(--good); }
.chip.known { background: none; box-shadow: inset 0 0 0 1px currentColor; }
.chip.never, .chip.bad { background: var(--bad-back); color: var(--bad); }
.chip.waiting, .chip.dry { background: var(--busy-back); color: var(--busy); }
.soft { color: var(--soft); }
.card { border: 1px solid var(--line); border-radius: 9px; margin-bottom: 8px; overflow: hidden; }
.head { padding: 7px 10px; background: var(--card); }
h3 { font-size: 13px; font-weight: 650; overflow-wrap: anywhere; }
.row { display: grid; grid-template-columns: 126px 1fr; gap: 0 10px; align-items: baseline; width: 100%; text-align: left; border-radius: 0; padding: 6px 10px; border-top: 1px solid var(--line); }
.row .chip { justify-self: start; max-width: 100%; font-size: 11px; padding: 1px 7px; overflow: hidden; text-overflow: ellipsis; }
.row b { font-weight: 600; overflow-wrap: anywhere; }
.row small, .row q { grid-column: 2; }
small { font-size: 12px; color: var(--soft); overflow-wrap: anywhere; }
q { quotes: none; font-size: 12px; overflow-wrap: anywhere; color: var(--good); font-weight: 600; }
.call { padding: 7px 10px; display: grid; gap: 3px; }
.call div { display: flex; gap: 8px; align-items: baseline; flex-wrap: wrap; }
.pairs { display: grid; grid-template-columns: max-content 1fr; gap: 1px 14px; }
.pairs dt { color: var(--soft); overflow-wrap: anywhere; }
.pairs dd { overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 600; padding: 5px 6px; margin: 8px -6px 2px; border-radius: 7px; }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 520px) {
  .panel { left: 8px; right: 8px; bottom: 8px; width: auto; font-size: 14px; max-height: 55vh; }
  .panel.folded { left: auto; }
  .bar button { min-height: 42px; min-width: 42px; }
  .row, summary { padding-top: 9px; padding-bottom: 9px; }
  .chip, .row .chip, small, q { font-size: 13px; }
  .row { grid-template-columns: 148px 1fr; }
}
`;

// Over a page of any colour, so these do not change with the reader's.
const MARKS = `
.mark { --ink: #566170; position: fixed; pointer-events: none; border: 2px solid var(--ink); border-radius: 5px; box-shadow: 0 0 0 1px rgb(255 255 255 / .6); }
.mark span { position: absolute; right: 6px; top: -10px; font-size: 11px; line-height: 16px; padding: 0 7px; background: var(--ink) !important; color: #fff !important; }
.mark.sent, .mark.known { --ink: #17703f; }
.mark.never { --ink: #ab2338; border-style: dotted; }
.mark.known { border-style: dashed; }
.mark.known span { background: #fff !important; color: var(--ink) !important; }
.mark.none { border: 1px dashed var(--ink); }
.mark.here { box-shadow: 0 0 0 4px rgb(47 120 190 / .55); }
`;

export const CSS = COLOURS + PANEL + MARKS;
