// Searches for letters, and for orders of what may stand in any order, that brotli makes less of, by simulated annealing: make
// snippet-letters ARGS="ROUNDS SEED". What is better is kept: the letters and the order of the declarations in letters.json,
// the orders of words in the sources. Ten thousand rounds take about two minutes. It starts from the letters of the script
// that was committed last, which fit the sources before the change.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { aligned } from "./align_letters.mjs";
import { declarationsIn, declaredAs, isWhole, orderOf } from "./declarations.mjs";
import { ALPHABET, readLetters, writeLetters } from "./letters.mjs";
import { ENTRY, lettersOf, numbered, read, SOURCES, sources } from "./numbered.mjs";
import { inOrder, listsIn } from "./orders.mjs";
import { squeeze } from "./squeeze.mjs";

const HOTTEST = 0.2; // bytes: what a step may cost in the beginning
const SHARE_OF_ORDERS = 0.3;
const SHARE_OF_DECLARATIONS = 0.35; // of the orders: most is won here
const TAKEN = "q"; // the queue of the stub is a property of this name

const [rounds = 40_000, seed = 1] = process.argv.slice(2).map(Number);
const letters = readLetters();
const now = sizeOf(await squeeze(ENTRY, readLetters()));
const names = await numbered();
const declarations = declarationsIn(names.text);
// It holds all others.
const declared = { key: "declarations", items: declarations.map(({ start, end }) => [start, end]) };
const lists = [declared, ...listsIn(names.text).filter(({ literal }) => homeOf(literal))];
const best = anneal([chosen(await squeeze(ENTRY, { ...letters, declarations: "" })), carried()]);
console.log(`${now} -> ${best.size} bytes`);
if (best.size < now) {
  const { variables, properties } = names;
  rewrite(best.orders);
  writeLetters(
    variables.map((name) => best.letters.get(name) ?? ALPHABET[0]).join(""),
    Object.fromEntries(Object.entries(properties).map(([property, name]) => [property, best.letters.get(name)])),
    best.orders
      .get(declared.key)
      .map((n) => best.letters.get(declarations[n].name))
      .join(""),
  );
}

/** Start from the letters that are kept now; `text` is the script in them. */
function chosen(text) {
  const start = startOf(lettersOf(text, names.text), letters.declarations);
  if (sizeOf(withLetters(start.letters, start.text)) !== now) throw new Error("the letters are not all that differs");
  return start;
}

/** Start from the letters of the script that was committed last. */
function carried() {
  const [script, kept] = ["dist/stacklead.js", "letters.json"].map((file) =>
    execFileSync("git", ["show", `HEAD:snippet/${file}`], { encoding: "utf8" }),
  );
  // The minifier asks for the names of what is declared first, in the order of the sources.
  const text = declaredAs(script, JSON.parse(kept).variables);
  const start = aligned(text, names.text, names.rivals, ALPHABET.replace(TAKEN, ""));
  return startOf(start, JSON.parse(kept).declarations);
}

/** Make a state of the search: letters, orders by list, and the text in these orders. */
function startOf(start, wanted) {
  const nameOf = (letter) => declarations.find(({ name }) => start.get(name) === letter)?.name;
  const orders = new Map(lists.map(({ key, items }) => [key, [...items.keys()]]));
  orders.set(declared.key, orderOf(declarations, [...(wanted ?? "")].map(nameOf)));
  return { letters: start, orders, text: inOrder(names.text, lists, orders) };
}

/** Find the one source in which a literal stands once; undefined if it is put together from several. */
function homeOf(literal) {
  const files = sources().filter((file) => read(file).includes(literal));
  return files.length === 1 && read(files[0]).split(literal).length === 2 ? files[0] : undefined;
}

/** Write the literals in their new order where they stand in the sources. */
function rewrite(orders) {
  for (const literal of new Set(lists.slice(1).map((list) => list.literal))) {
    const start = names.text.indexOf(literal);
    const written = inOrder(names.text, lists, orders, start, start + literal.length);
    if (written === literal) continue;
    const file = homeOf(literal);
    writeFileSync(
      SOURCES + file,
      read(file).replace(literal, () => written),
    );
    console.log(`${file}: ${written}`);
  }
}

function withLetters(letters, text) {
  return text.replace(/\$p?\d+\$/g, (name) => letters.get(name));
}

function sizeOf(text) {
  return brotliCompressSync(text).length;
}

/** Try one change after the other and keep what is smaller; in the beginning, now and then, also what is not. */
function anneal(starts) {
  const random = randomFrom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  for (const start of starts) start.size = sizeOf(withLetters(start.letters, start.text));
  let kept = starts.reduce((a, b) => (b.size < a.size ? b : a));
  const all = [...kept.letters.keys()];
  let best = kept;
  for (let round = 0; round < rounds; round++) {
    if (round % 1000 === 0) console.error(`round ${round} of ${rounds}: ${best.size} bytes`);
    const { key } = random() < SHARE_OF_DECLARATIONS ? declared : pick(lists);
    const tried = random() < SHARE_OF_ORDERS ? moved(kept, key, random) : lettered(kept, pick, all, random);
    tried.size = sizeOf(withLetters(tried.letters, tried.text));
    const heat = HOTTEST * (1 - round / rounds) + 0.02;
    if (tried.size > kept.size && random() >= Math.exp((kept.size - tried.size) / heat)) continue;
    kept = tried;
    if (kept.size < best.size) best = kept;
  }
  return best;
}

/** Give a name the letter of another, or any. */
function lettered(state, pick, all, random) {
  const letter = random() < 0.6 ? state.letters.get(pick(all)) : pick(ALPHABET);
  return { ...state, letters: exchanged(state.letters, pick(all), letter) };
}

/** Take an item of a list to another place. */
function moved(state, key, random) {
  const order = [...state.orders.get(key)];
  const place = () => Math.floor(random() * order.length);
  const [item] = order.splice(place(), 1);
  order.splice(place(), 0, item);
  if (key === declared.key && !isWhole(declarations, order)) return { ...state };
  const orders = new Map(state.orders).set(key, order);
  return { ...state, orders, text: inOrder(names.text, lists, orders) };
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
