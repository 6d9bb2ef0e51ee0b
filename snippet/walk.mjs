// Reads a script as a tree, for those who look for something in it.
import { parse } from "acorn";

/** Parse a script or module into an ESTree. */
export const treeOf = (text) => parse(text, { ecmaVersion: 2020, sourceType: "module" });

/** Visit a node and, unless it says false, all below it; each is told of its parent. */
export function walk(node, visit, parent = {}) {
  if (visit(node, parent) === false) return;
  for (const value of Object.values(node))
    for (const child of [value].flat()) if (child?.type) walk(child, visit, node);
}
