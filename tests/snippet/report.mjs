// Tells what came of the cases: one line each, and all about those that failed.
import { writeFileSync } from "node:fs";

const show = (value) => (value === undefined ? "nothing" : JSON.stringify(value));

/** Print one result, with its problems and all calls if it failed. */
export function printResult(engine, result) {
  console.log(`${result.ok ? "ok    " : "FAILED"} ${engine} ${result.name} ${result.ms} ms`);
  if (!result.ok) console.log(details(result));
}

/** Return all about a failure: what was expected, what came, and every call. */
export function details({ problems, calls }) {
  const lines = problems.flatMap(({ what, expected, got }) => [
    `    ${what}`,
    `      expected ${show(expected)}`,
    `      got      ${show(got)}`,
  ]);
  return [...lines, `    calls: ${calls.length}`, ...calls.map((call) => `      ${JSON.stringify(call)}`)].join("\n");
}

/** Print the closing line; write everything to a file if asked. Returns the exit code. */
export function finish(engine, results, seconds, file) {
  const failed = results.filter((result) => !result.ok);
  if (file) {
    const told = results.map((result) => ({ ...result, details: result.ok ? "" : details(result) }));
    writeFileSync(file, `${JSON.stringify({ engine, seconds, results: told }, null, 1)}\n`);
  }
  console.log(
    `${engine}: ${results.length - failed.length} of ${results.length} cases passed in ${seconds.toFixed(1)} s`,
  );
  return failed.length || results.length === 0 ? 1 : 0;
}
