// Bundles an entry point and squeezes it twice: the two minifiers find different things, together 4 % more than one alone.
import { resolve } from "node:path";
import swc from "@swc/core";
import { build } from "esbuild";
import { minify } from "terser";
import { declaredAs } from "./declarations.mjs";

const OPTIONS = {
  bundle: true,
  format: "esm",
  target: "es2019",
  // Every browser that reads the regular expressions has it.
  supported: { "dynamic-import": true, "import-meta": true },
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  write: false,
  // Names that end in _ are ours alone.
  mangleProps: /[a-z]_$/,
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
};

// What may be taken for granted: reading a property does nothing else, what is built in does what it is called, and a regular
// expression may be made anew where it is used.
const BRAVE = {
  passes: 4,
  toplevel: true,
  unsafe: true,
  unsafe_arrows: true,
  unsafe_methods: true,
  pure_getters: true,
  unsafe_regexp: true,
};

/** Build in other words than those of words.ts. */
const inWords = (path) => ({
  name: "words",
  setup: (b) => b.onResolve({ filter: /^\.\/words$/ }, () => ({ path: resolve(`snippet/src/${path}`) })),
});

/**
 * Make the text of one script. `nameNext(n)` names our variables, one call each, scope after scope: n counts the
 * calls in a scope, and a name that cannot be is asked for again. `properties` are the letters of our properties,
 * `declarations` the names of what the script declares, in the order wanted; without it that of the sources holds.
 */
export async function squeeze(entry, { nameNext, properties, declarations = "", isModule = false, words }) {
  const bundle = await build({
    ...OPTIONS,
    entryPoints: [`snippet/src/${entry}`],
    mangleCache: { ...properties },
    plugins: words ? [inWords(words)] : [],
  });
  const { text } = bundle.outputFiles[0];
  const once = await swc.minify(isModule ? text : `(()=>{${text}})()`, {
    ecma: 2019,
    module: isModule,
    compress: { ...BRAVE, sequences: false },
    mangle: true,
  });
  const twice = await minify(once.code, {
    ecma: 2019,
    module: isModule,
    mangle: { nth_identifier: { get: nameNext } },
    compress: { ...BRAVE, booleans_as_integers: true },
    // Or a property and a variable of one letter would be one word, and the search for letters would have to know.
    format: { ecma: 2019, shorthand: false },
  });
  return isModule ? twice.code : declaredAs(asBlock(twice.code), declarations);
}

/** A block keeps its names to itself, as the function around them does, in fewer letters. */
function asBlock(code) {
  const [, inside] = /^\(\(\)=>\{var (.*)\}\)\(\);$/s.exec(code);
  if (/\b(var|function)\b/.test(inside)) throw new Error("what is declared here would be the page's too");
  return `{let ${inside}}`;
}
