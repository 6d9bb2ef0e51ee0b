// The few things we ask of the page, in a form that holds where the page has put its own in their place: a form hides
// its methods behind fields called "elements" or "getAttribute", libraries replace what is built in.

/** Find all elements below another. */
export const all = (root: Element, selector: string): NodeListOf<HTMLInputElement> =>
  Element.prototype.querySelectorAll.call(root, selector) as NodeListOf<HTMLInputElement>;

/** Wrap a function of ours so that none of its mistakes reaches the page. */
export const guarded =
  <A, B>(act: (a: A, b: B) => unknown) =>
  (a?: A, b?: B): void => {
    try {
      act(a as A, b as B);
    } catch {}
  };

/** JSON as it was when we came: pages replace it. */
export const { stringify } = JSON;
