// The order in which the script declares its functions and variables. It is free, but for what is needed at once, and brotli
// makes less of some orders than of others.
import { treeOf, walk } from "./walk.mjs";

const BINDING = { VariableDeclarator: "id", ArrowFunctionExpression: "params", CatchClause: "param" };

/**
 * Find what a script declares that is one block. Returns for each declaration its first name, where it starts and ends, and
 * the numbers of those that must stand before it.
 */
export function declarationsIn(text) {
  const { declarations } = treeOf(text).body[0].body[0];
  const names = declarations.map(({ id }) => boundIn(id)[0]);
  const numbers = (used) => used.map((name) => names.indexOf(name)).filter((n) => n >= 0);
  return declarations.map(({ init, start, end }, n) => {
    const needs = new Set(numbers(usedIn(init, false)));
    // What is needed at once may be a function that is called at once.
    for (const need of needs) for (const other of numbers(usedIn(declarations[need].init, true))) needs.add(other);
    return { name: names[n], start, end, needs: [...needs].filter((need) => need !== n) };
  });
}

/** True if each declaration stands, in this order of their numbers, behind all that it needs. */
export const isWhole = (declarations, order) =>
  order.every((n, place) => declarations[n].needs.every((need) => order.indexOf(need) < place));

/** List the numbers of declarations in the order of their names in `wanted`; one that is not there stays behind the one before. */
export function orderOf(declarations, wanted) {
  const places = [];
  for (const { name } of declarations) {
    const place = wanted.indexOf(name);
    places.push(place < 0 ? (places.at(-1) ?? place) : place);
  }
  const order = [...declarations.keys()].sort((a, b) => places[a] - places[b] || a - b);
  return isWhole(declarations, order) ? order : [...declarations.keys()];
}

/** Write a script that is one block with its declarations in the order of their names in `wanted`. */
export function declaredAs(text, wanted) {
  const declarations = declarationsIn(text);
  const written = orderOf(declarations, wanted).map((n) => text.slice(declarations[n].start, declarations[n].end));
  return text.slice(0, declarations[0].start) + written.join(",") + text.slice(declarations.at(-1).end);
}

/** List the names of ours that a node uses of what is declared around it; without `inFunctions` only those used at once. */
function usedIn(node, inFunctions) {
  const used = [];
  const own = new Set();
  if (!node) return used;
  walk(node, (child, parent) => {
    if (BINDING[child.type])
      for (const pattern of [child[BINDING[child.type]]].flat()) boundIn(pattern).forEach(own.add, own);
    const isKey = !parent.computed && (child === parent.property || (child === parent.key && child !== parent.value));
    if (child.type === "Identifier" && !isKey) used.push(child.name);
    return inFunctions || child.type !== "ArrowFunctionExpression";
  });
  return used.filter((name) => !own.has(name));
}

/** List the names that a pattern gives to something. */
function boundIn(pattern) {
  const names = [];
  if (pattern)
    walk(pattern, (child, parent) => {
      if (child.type === "Identifier" && child !== parent.key) names.push(child.name);
    });
  return names;
}
