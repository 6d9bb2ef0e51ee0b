// Builds snippet/dist from snippet/src. The same sources give the same bytes on every machine.
import { copyFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";

const shared = {
  bundle: true,
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

/** Build in other words than those of words.ts. */
const words = (path) => ({
  name: "words",
  setup: (b) => b.onResolve({ filter: /^\.\/words$/ }, () => ({ path: resolve(`snippet/src/${path}`) })),
});

/** Bundle an entry point and squeeze it: terser makes 3 % less of it than esbuild alone. */
async function make(entry, file, format, plugins = []) {
  const bundle = await build({ ...shared, minify: true, entryPoints: [`snippet/src/${entry}`], format, plugins });
  const small = await minify(bundle.outputFiles[0].text, {
    ecma: 2019,
    module: format === "esm",
    toplevel: true,
    compress: { passes: 4, unsafe: true, unsafe_arrows: true, unsafe_methods: true, pure_getters: true },
    format: { ecma: 2019 },
  });
  await writeFile(`snippet/dist/${file}`, small.code);
}

await make("index.ts", "stacklead.js", "iife");
await make("index.ts", "stacklead.world.js", "iife", [words("words.world.ts")]);
await make("esm.ts", "stacklead.mjs", "esm");
await make("debug/index.ts", "stacklead.debug.js", "esm", [words("debug/words.ts")]);
await copyFile("snippet/src/stacklead.d.ts", "snippet/dist/stacklead.d.ts");
