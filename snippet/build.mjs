// Builds snippet/dist from snippet/src. The same sources give the same bytes on every machine.
import { build } from "esbuild";

const shared = {
  bundle: true,
  minify: true,
  target: "es2019",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

await build({
  ...shared,
  entryPoints: ["snippet/src/index.ts"],
  outfile: "snippet/dist/stacklead.js",
  format: "iife",
  banner: { js: "/*! StackLead, MIT */" },
});
