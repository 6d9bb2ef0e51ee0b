// Builds snippet/dist from snippet/src. The same sources give the same bytes on every machine.
import { copyFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import swc from "@swc/core";
import { build } from "esbuild";
import { minify } from "terser";

const shared = {
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
  mangleCache: {
    id_: "d",
    isLogin_: "t",
    person_: "S",
    root_: "E",
    sent_: "i",
    src_: "o",
    stage_: "r",
    timer_: "Q",
    touched_: "M",
  },
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
};

// The letters for our variables, the most wanted first, and for our properties: of many orders tried, the one that brotli
// makes the least of. Nothing else depends on them.
const LETTERS = "UEZSuXiLYMqz_a$DtwbkTKvorcjdehfNlPRQnApCxFGImOgyJHBsWV";
const nth_identifier = {
  get(n) {
    const last = LETTERS[n % LETTERS.length];
    return n < LETTERS.length ? last : this.get(Math.floor(n / LETTERS.length) - 1) + last;
  },
};

/** Build in other words than those of words.ts. */
const words = (path) => ({
  name: "words",
  setup: (b) => b.onResolve({ filter: /^\.\/words$/ }, () => ({ path: resolve(`snippet/src/${path}`) })),
});

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

/** Bundle an entry point and squeeze it twice: the two find different things, together 4 % more than esbuild alone. */
async function make(entry, file, isModule, plugins = []) {
  const bundle = await build({ ...shared, entryPoints: [`snippet/src/${entry}`], plugins });
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
    mangle: { nth_identifier },
    compress: { ...BRAVE, booleans_as_integers: true },
    format: { ecma: 2019 },
  });
  await writeFile(`snippet/dist/${file}`, isModule ? twice.code : asBlock(twice.code));
}

/** A block keeps its names to itself, as the function around them does, in fewer letters. */
function asBlock(code) {
  const [, inside] = /^\(\(\)=>\{var (.*)\}\)\(\);$/s.exec(code);
  if (/\b(var|function)\b/.test(inside)) throw new Error("what is declared here would be the page's too");
  return `{let ${inside}}`;
}

await make("index.ts", "stacklead.js", false);
await make("index.ts", "stacklead.world.js", false, [words("words.world.ts")]);
await make("esm.ts", "stacklead.mjs", true);
await make("debug/index.ts", "stacklead.debug.js", true, [words("debug/words.ts")]);
await copyFile("snippet/src/stacklead.d.ts", "snippet/dist/stacklead.d.ts");
