// The script with a name of its own for each variable and property, for the search for letters: which are there, and which of
// them must not have the same letter.
import { readdirSync, readFileSync } from "node:fs";
import { squeeze } from "./squeeze.mjs";
import { treeOf } from "./walk.mjs";

export const SOURCES = "snippet/src/";
export const ENTRY = "index.ts";

const OTHERS = /\.(world|d)\.ts$/; // not in this script
const OURS = /\b\w*[a-z]_\b/g; // properties that are renamed
const OWNERS = /^(ArrowFunctionExpression|CatchClause)$/;
const SCOPES = /^(Program|BlockStatement|ArrowFunctionExpression|For.*Statement|CatchClause)$/;

/** Build with a name of its own for each variable and property. */
export async function numbered() {
  const words = sources().flatMap((file) => read(file).match(OURS) ?? []);
  const entries = [...new Set(words)].sort().map((property, i) => [property, `$p${i}$`]);
  const variables = [];
  const nameNext = () => variables[variables.push(`$${variables.length}$`) - 1];
  const text = await squeeze(ENTRY, { nameNext, properties: Object.fromEntries(entries) });
  const properties = Object.fromEntries(entries.filter(([, name]) => text.includes(name)));
  return { text, variables, properties, rivals: rivalsIn(text, Object.values(properties)) };
}

/** Find for each name those that must not have the same letter: one of the two would hide the other somewhere. */
function rivalsIn(text, properties) {
  const paths = new Map(); // of scopes, one for each place where the name stands
  walk(treeOf(text), [], {});
  const seen = new Map(); // scopes in which a letter must not be given to another
  const homes = new Map();
  for (const [name, found] of paths) {
    const common = found.reduce((a, b) => a.slice(0, a.findIndex((scope, i) => scope !== b[i]) >>> 0));
    homes.set(name, common.at(-1));
    seen.set(name, new Set(found.flatMap((path) => path.slice(common.length - 1))));
  }
  const isRival = (a, b) => a !== b && (seen.get(a).has(homes.get(b)) || seen.get(b).has(homes.get(a)));
  const rivals = [...paths.keys()].map((a) => [a, [...paths.keys()].filter((b) => isRival(a, b))]);
  return new Map([...rivals, ...properties.map((a) => [a, properties.filter((b) => a !== b)])]);

  function walk(node, path, parent) {
    // What a function takes and what stands directly in it are one scope.
    const isBody = node.type === "BlockStatement" && OWNERS.test(parent.type);
    const here = SCOPES.test(node.type) && !isBody ? [...path, node] : path;
    if (node.type === "Identifier" && /^\$\d/.test(node.name))
      paths.set(node.name, [...(paths.get(node.name) ?? []), here]);
    for (const value of Object.values(node))
      for (const child of [value].flat()) if (child?.type) walk(child, here, node);
  }
}

/** Read off which letter stands where the numbered text has a name. */
export function lettersOf(text, numberedText) {
  const letters = new Map();
  let at = 0;
  for (const part of numberedText.split(/(\$p?\d+\$)/)) {
    if (/^\$p?\d+\$$/.test(part)) letters.set(part, text[at++]);
    else at += part.length;
  }
  return letters;
}

/** List the sources of the script. */
export function sources() {
  return readdirSync(SOURCES).filter((file) => file.endsWith(".ts") && !OTHERS.test(file));
}

/** Load a source. */
export function read(file) {
  return readFileSync(SOURCES + file, "utf8");
}
