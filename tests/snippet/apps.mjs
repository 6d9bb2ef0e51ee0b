// Builds the React and Vue apps of tests/snippet/apps for production, when they are older than their sources.
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("apps", import.meta.url));
const LOCK = fileURLToPath(new URL("../../package-lock.json", import.meta.url));

/** Build each `apps/<name>.jsx|js` to `<folder>/<name>.js`, if one is missing or older than any source. */
export async function buildApps(folder) {
  const names = readdirSync(SOURCES).filter((name) => /\.jsx?$/.test(name));
  const built = names.map((name) => join(folder, name.replace(/\.jsx$/, ".js")));
  const sources = [...names.map((name) => join(SOURCES, name)), LOCK, fileURLToPath(import.meta.url)];
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (built.every((path) => existsSync(path) && statSync(path).mtimeMs >= newest)) return;
  const { build } = await import("esbuild");
  await build({
    entryPoints: names.map((name) => join(SOURCES, name)),
    outdir: folder,
    absWorkingDir: dirname(LOCK),
    bundle: true,
    minify: true,
    format: "iife",
    jsx: "automatic",
    target: "es2020",
    legalComments: "none",
    logLevel: "warning",
    alias: { vue: "vue/dist/vue.esm-bundler.js" }, // with the compiler of templates
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
  });
}
