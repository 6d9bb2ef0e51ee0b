// What may stand in any order without a difference to what the script does: the alternatives and the classes of a regular
// expression, and the selectors of a list. Brotli makes less of some orders than of others.
import { treeOf, walk } from "./walk.mjs";

const PARTED = /^[,\w[\]=*:()^ -]*\[[,\w[\]=*:()^ -]*$/; // a list of selectors has one with a [ in it

/**
 * Find the regular expressions and lists of selectors of a script. Returns lists `{literal, key, items}`: the literal that a
 * list lies in, what lists of equal literals have in common, and `[start, end]` of each item. A list may lie in an item.
 */
export function listsIn(text) {
  const lists = [];
  walk(treeOf(text), (node) => {
    if (node.type !== "Literal") return;
    const start = node.start + 1;
    const literal = node.regex?.pattern ?? (PARTED.test(node.value) ? node.value : "");
    if (!text.startsWith(literal, start)) return;
    const found = node.regex ? ofPattern(literal) : [split(literal, ",", 0, literal.length)];
    for (const [n, items] of found.entries())
      if (items.length > 1)
        lists.push({ literal, key: `${literal} ${n}`, items: items.map(([a, b]) => [a + start, b + start]) });
  });
  // What holds another comes before it.
  return lists.sort((a, b) => a.items[0][0] - b.items[0][0] || b.items.at(-1)[1] - a.items.at(-1)[1]);
}

/** Write a part of a text in other orders: for the key of a list the numbers of its items, one after the other. */
export function inOrder(text, lists, orders, start = 0, end = text.length) {
  let written = "";
  let at = start;
  for (const { key, items } of lists) {
    const [from, to] = [items[0][0], items.at(-1)[1]];
    if (from < at || to > end) continue;
    written += text.slice(at, from);
    for (const [place, n] of orders.get(key).entries()) {
      written += inOrder(text, lists, orders, ...items[n]);
      if (place + 1 < items.length) written += text.slice(items[place][1], items[place + 1][0]);
    }
    at = to;
  }
  return written + text.slice(at, end);
}

/** List the alternatives of a pattern and of each group in it, and the members of its classes. */
function ofPattern(pattern) {
  const lists = [split(pattern, "|", 0, pattern.length)];
  for (const { index, 0: group } of pattern.matchAll(/\((\?:)?/g)) {
    if (pattern[index - 1] === "\\" || isInClass(pattern, index)) continue;
    const start = index + group.length;
    lists.push(split(pattern, "|", start, closing(pattern, start)));
  }
  for (const { index, 1: members } of pattern.matchAll(/(?<!\\)\[\^?((?:[^\]\\^-]|\\.|[^\]\\-]-[^\]\\-])+)\]/g)) {
    const start = pattern.indexOf("]", index) - members.length;
    lists.push(Array.from(members.matchAll(/\\.|.-.|./g), (m) => [start + m.index, start + m.index + m[0].length]));
  }
  return lists;
}

/** Split a part of a text at what does not lie in brackets or behind a backslash. An empty item may not move. */
function split(text, separator, start, end) {
  const items = [];
  let depth = 0;
  let from = start;
  for (let i = start; i <= end; i++) {
    if (text[i] === "\\") i++;
    else if (i === end || (text[i] === separator && !depth)) {
      if (i > from) items.push([from, i]);
      from = i + 1;
    } else depth += step(text, i);
  }
  return items;
}

/** How much deeper in brackets the text is after a place; in a class nothing but its end counts. */
function step(text, i) {
  if (isInClass(text, i)) return 0;
  return "([".includes(text[i]) ? 1 : ")]".includes(text[i]) ? -1 : 0;
}

function isInClass(text, i) {
  const open = text.slice(0, i).replace(/\\./g, "##").lastIndexOf("[");
  return open >= 0 && !text.slice(open, i).includes("]") && text[i] !== "]";
}

function closing(text, start) {
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else depth += step(text, i);
    if (!depth) return i;
  }
  throw new Error(`no end to the group at ${start} in ${text}`);
}
