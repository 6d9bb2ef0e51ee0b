// Builds snippet/dist from snippet/src. The same sources give the same bytes on every machine.
import { copyFile, writeFile } from "node:fs/promises";
import { readLetters } from "./letters.mjs";
import { squeeze } from "./squeeze.mjs";

const make = async (file, entry, options) =>
  writeFile(`snippet/dist/${file}`, await squeeze(entry, { ...readLetters(), ...options }));

await make("stacklead.js", "index.ts");
await make("stacklead.world.js", "index.ts", { words: "words.world.ts" });
await make("stacklead.mjs", "esm.ts", { isModule: true });
await make("stacklead.world.mjs", "esm.ts", { isModule: true, words: "words.world.ts" });
await make("stacklead.debug.js", "debug/index.ts", { isModule: true, words: "debug/words.ts" });
await copyFile("snippet/src/stacklead.d.ts", "snippet/dist/stacklead.d.ts");
