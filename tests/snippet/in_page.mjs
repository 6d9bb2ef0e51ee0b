// Functions that run in the page. Each gets a selector: `host >>> input` enters an open shadow root,
// `iframe ||| input` a same-origin frame. They stand alone, since only their text is sent.

/** Scroll an element into view. Returns where to click it, `{x, y}`, `isActive` and `isEmpty`, or `{problem}`. */
export function locate(selector) {
  const frames = [];
  let root = document;
  let found = null;
  const parts = selector.split(/\s*(>>>|\|\|\|)\s*/);
  for (let i = 0; i < parts.length; i += 2) {
    found = root?.querySelector(parts[i]);
    if (!found) return { problem: `there is no ${parts[i]}` };
    root = found.getRootNode();
    if (parts[i + 1] === "|||") frames.push(found);
    if (parts[i + 1]) root = parts[i + 1] === ">>>" ? found.shadowRoot : found.contentDocument;
  }
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const box = [...found.getClientRects()].find((one) => one.width > 0 && one.height > 0);
  if (!box) return { problem: `${selector} is not visible` };
  const at = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const hit = root.elementFromPoint(at.x, at.y);
  const isHit = hit && (found.contains(hit) || hit.contains(found));
  if (!isHit) return { problem: `${selector} is covered by ${hit ? hit.outerHTML.slice(0, 80) : "nothing"}` };
  for (const frame of frames) {
    const outside = frame.getBoundingClientRect();
    at.x += outside.left + frame.clientLeft;
    at.y += outside.top + frame.clientTop;
  }
  return { ...at, isActive: root.activeElement === found, isEmpty: !found.value };
}

/** Change an element by script: `how` is "fill", "select", "focus" or "blur". Returns `{problem}` or `{}`. */
export function change(selector, how, value) {
  let root = document;
  let found = null;
  const parts = selector.split(/\s*(>>>|\|\|\|)\s*/);
  for (let i = 0; i < parts.length; i += 2) {
    found = root?.querySelector(parts[i]);
    if (!found) return { problem: `there is no ${parts[i]}` };
    root = parts[i + 1] === ">>>" ? found.shadowRoot : found.contentDocument;
  }
  if (how === "focus" || how === "blur") {
    found[how]();
    return {};
  }
  // The prototype's setter, as the browser's own autofill: frameworks put one of theirs on the element.
  const kind = { INPUT: "HTMLInputElement", TEXTAREA: "HTMLTextAreaElement", SELECT: "HTMLSelectElement" }[
    found.tagName
  ];
  const view = found.ownerDocument.defaultView ?? window;
  const setter = kind && Object.getOwnPropertyDescriptor(view[kind].prototype, "value").set;
  if (setter) {
    const option = how === "select" && [...found.options].find((one) => one.value === value || one.text === value);
    if (how === "select" && !option) return { problem: `${selector} has no option ${value}` };
    setter.call(found, option ? option.value : value);
  } else {
    found.textContent = value;
  }
  found.dispatchEvent(new view.Event("input", { bubbles: true, composed: true }));
  found.dispatchEvent(new view.Event("change", { bubbles: true }));
  return {};
}
