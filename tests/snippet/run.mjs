// Runs the page cases in one browser engine: node tests/snippet/run.mjs --engine chromium [--only kind/name ...]
//
//   --engine chromium|firefox|webkit   default chromium
//   --only NAME ...      some cases: "kind/name", or "kind" for all of a kind
//   --json FILE          everything, for programs
//   --lanes N            browsers side by side
//   --corpus DIR --dist DIR   other cases, another build
//   --list               only names of the cases
// Exit code: 0 all passed, 1 some failed, 2 wrong usage, 3 the engine is not on this machine.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildApps } from "./apps.mjs";
import { readCases } from "./cases.mjs";
import { startLanes } from "./lanes.mjs";
import { finish, printResult } from "./report.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const OPTIONS = {
  engine: { type: "string", default: "chromium" },
  only: { type: "string", multiple: true, default: [] },
  json: { type: "string" },
  lanes: { type: "string" },
  corpus: { type: "string", default: here("corpus") },
  dist: { type: "string", default: here("../../snippet/dist") },
  list: { type: "boolean", default: false },
};

const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
process.exit(await main(values, [...values.only, ...positionals]));

async function main({ engine, json, lanes, corpus, dist, list }, only) {
  const started = performance.now();
  const cases = readCases(corpus, engine, only);
  if (list) {
    for (const one of cases) console.log(one.name);
    return 0;
  }
  const folders = { corpus, dist, apps: here("../../build/snippet-apps") };
  await buildApps(folders.apps);
  const browsers = await startLanes(engine, Number(lanes) || undefined, cases.length);
  if (!browsers) return 3;
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => browsers.stop().finally(() => process.exit(130)));
  const results = await browsers.run(cases, folders, (result) => printResult(engine, result));
  await browsers.stop();
  return finish(engine, results, (performance.now() - started) / 1000, json);
}
