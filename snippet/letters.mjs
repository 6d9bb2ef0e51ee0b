// The letters for our variables and properties: of many choices tried, the one that brotli makes the least of. Nothing else
// depends on them. After a change of the sources they still fit, but not as well: make snippet-letters
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("letters.json", import.meta.url);
export const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$";

/** Load the letters, as `squeeze` takes them. */
export const readLetters = () => {
  const { variables, properties, declarations } = JSON.parse(readFileSync(FILE, "utf8"));
  return { nameNext: inTurn(variables), properties, declarations };
};

/**
 * Keep a letter for each variable, in the order in which the minifier asks for them, one for each property, and those of what
 * the script declares, in the order in which it shall.
 */
export const writeLetters = (variables, properties, declarations) =>
  writeFileSync(FILE, `${JSON.stringify({ variables, properties, declarations }, null, 2)}\n`);

/** Hand out letters in turn, but none twice in a scope; when all are used, the first name that is free. */
const inTurn = (letters) => {
  const left = [...letters];
  let given = new Set();
  return (n) => {
    if (n === 0) given = new Set();
    let name = left.shift();
    for (let i = 0; !name || given.has(name); i++) name = nth(i);
    given.add(name);
    return name;
  };
};

const nth = (i) =>
  (i < ALPHABET.length ? "" : nth(Math.floor(i / ALPHABET.length) - 1)) + ALPHABET[i % ALPHABET.length];
