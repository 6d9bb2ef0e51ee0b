// All fields of the page, also inside open shadow roots and frames of the same origin.
import type { Field } from "../read";

/** What was found in one walk. */
export interface Found {
  fields: Field[];
  /** Documents and shadow roots. */
  roots: (Document | ShadowRoot)[];
  /** Hosts of visible frames of other websites, whose fields nobody here can see. */
  strangers: string[];
}

const BUTTON = /^(submit|button|reset|image)$/;

/** Walk through a document or shadow root and all that lies in it. */
export function walk(root: Document | ShadowRoot, found: Found = { fields: [], roots: [], strangers: [] }): Found {
  found.roots.push(root);
  for (const el of root.querySelectorAll("*")) {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName)) {
      if (!BUTTON.test((el as Field).type)) found.fields.push(el as Field);
    } else if (el.tagName === "IFRAME") walkFrame(el as HTMLIFrameElement, found);
    if (el.shadowRoot) walk(el.shadowRoot, found);
  }
  return found;
}

function walkFrame(frame: HTMLIFrameElement, found: Found): void {
  const inner = frame.contentDocument;
  const { width, height } = frame.getBoundingClientRect();
  if (inner) walk(inner, found);
  else if (width > 80 && height > 40) found.strangers.push(frame.src.split("/")[2] || "another website");
}

/** Find the frame that a document stands in. */
export const frameOf = (doc: Document | null): Element | null | undefined =>
  doc && doc !== document ? doc.defaultView && doc.defaultView.frameElement : null;
