// Searches for letters that brotli makes less of, by simulated annealing, and keeps them if they are better than those of
// letters.json: make snippet-letters ARGS="ROUNDS SEED". Ten thousand rounds take one to two minutes. It starts from the
// letters of the script that was committed last, which fit the sources before the change.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { minify } from "terser";
import { aligned } from "./align_letters.mjs";
import { ALPHABET, readLetters, writeLetters } from "./letters.mjs";
import { squeeze } from "./squeeze.mjs";

const SOURCES = "snippet/src/";
const ENTRY = "index.ts";
const OURS = /\b\w*[a-z]_\b/g; // properties that are renamed
const HOTTEST = 1; // bytes: what a step may cost in the beginning
const TAKEN = "q"; // the queue of the stub is a property of this name
const OWNERS = /^(ArrowFunctionExpression|CatchClause)$/;
const SCOPES = /^(Program|BlockStatement|ArrowFunctionExpression|For.*Statement|CatchClause)$/;

const [rounds = 40_000, seed = 1] = process.argv.slice(2).map(Number);
const now = await squeeze(ENTRY, readLetters());
const names = await numbered();
const chosen = lettersOf(now, names.text);
if (withLetters(chosen) !== now) throw new Error("the letters are not all that differs");
const carried = aligned(committed(), names.text, names.rivals, ALPHABET.replace(TAKEN, ""));
const best = anneal(sizeOf(withLetters(carried)) < sizeOf(now) ? carried : chosen);
console.log(`${sizeOf(now)} -> ${sizeOf(withLetters(best))} bytes`);
if (sizeOf(withLetters(best)) < sizeOf(now)) {
  const { variables, properties } = names;
  writeLetters(
    variables.map((name) => best.get(name) ?? ALPHABET[0]).join(""),
    Object.fromEntries(Object.entries(properties).map(([property, name]) => [property, best.get(name)])),
  );
}

/** Load the script as it was committed last. */
function committed() {
  return execFileSync("git", ["show", "HEAD:snippet/dist/stacklead.js"], { encoding: "utf8" });
}

/** Build with a name of its own for each variable and property. */
async function numbered() {
  const sources = readdirSync(SOURCES).filter((file) => file.endsWith(".ts"));
  const words = sources.flatMap((file) => readFileSync(SOURCES + file, "utf8").match(OURS) ?? []);
  const entries = [...new Set(words)].sort().map((property, i) => [property, `$p${i}$`]);
  const variables = [];
  const nameNext = () => variables[variables.push(`$${variables.length}$`) - 1];
  const text = await squeeze(ENTRY, { nameNext, properties: Object.fromEntries(entries) });
  const properties = Object.fromEntries(entries.filter(([, name]) => text.includes(name)));
  return { text, variables, properties, rivals: await rivalsIn(text, Object.values(properties)) };
}

/** Find for each name those that must not have the same letter: one of the two would hide the other somewhere. */
async function rivalsIn(text, properties) {
  const { ast } = await minify(text, { mangle: false, compress: false, format: { spidermonkey: true, code: false } });
  const paths = new Map(); // of scopes, one for each place where the name stands
  walk(ast, [], {});
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
function lettersOf(text, numberedText) {
  const letters = new Map();
  let at = 0;
  for (const part of numberedText.split(/(\$p?\d+\$)/)) {
    if (/^\$p?\d+\$$/.test(part)) letters.set(part, text[at++]);
    else at += part.length;
  }
  return letters;
}

function withLetters(letters) {
  return names.text.replace(/\$p?\d+\$/g, (name) => letters.get(name));
}

function sizeOf(text) {
  return brotliCompressSync(text).length;
}

/** Try letter after letter and keep what is smaller; in the beginning, now and then, also what is not. */
function anneal(start) {
  const random = randomFrom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const all = [...start.keys()];
  let letters = start;
  let size = sizeOf(withLetters(letters));
  let best = { letters, size };
  for (let round = 0; round < rounds; round++) {
    if (round % 1000 === 0) console.error(`round ${round} of ${rounds}: ${best.size} bytes`);
    const name = pick(all);
    const tried = exchanged(letters, name, random() < 0.6 ? letters.get(pick(all)) : pick(ALPHABET));
    const heat = HOTTEST * (1 - round / rounds) + 0.02;
    const triedSize = sizeOf(withLetters(tried));
    if (triedSize > size && random() >= Math.exp((size - triedSize) / heat)) continue;
    [letters, size] = [tried, triedSize];
    if (size < best.size) best = { letters, size };
  }
  return best.letters;
}

/** Give a name another letter; its rivals that have it take the old one, and so on. */
function exchanged(letters, name, letter) {
  const old = letters.get(name);
  if (letter === old || (letter === TAKEN && name.startsWith("$p"))) return letters;
  const changed = new Map(letters).set(name, letter);
  const moved = [name];
  for (const mover of moved) {
    for (const rival of names.rivals.get(mover)) {
      if (letters.get(rival) !== changed.get(mover) || moved.includes(rival)) continue;
      changed.set(rival, changed.get(mover) === letter ? old : letter);
      moved.push(rival);
    }
  }
  return changed;
}

function randomFrom(state) {
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}
