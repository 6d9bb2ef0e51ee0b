// Counts of a run, failing pages written to disk, and the table with its JSON line.
import { mkdirSync, writeFileSync } from "node:fs";

/** What is counted per page; those of FATAL fail the run. */
export const COUNTS = [
  "captures",
  "with_secret",
  "leaks",
  "exceptions",
  "submits_changed",
  "wrong_email",
  "partial_email",
  "wrong_values",
];
export const FATAL = ["leaks", "exceptions", "submits_changed", "wrong_email"];

/** Share of the pages that must yield a capture and hold a secret. */
export const SHARE = 0.8;

const isTrue = (verdict, key) => (Array.isArray(verdict[key]) ? verdict[key].length > 0 : verdict[key]);

export class Report {
  /** @param {string} folder where failing pages are kept */
  constructor(folder, replay) {
    Object.assign(this, { folder, replay, pages: 0, both: 0, shown: 0, misdriven: 0 });
    this.counts = Object.fromEntries(COUNTS.map((key) => [key, 0]));
    this.byKind = {};
    this.started = performance.now();
  }

  /** Count a verdict; keeps the page if it failed. */
  add(plan, verdict, steps_problem) {
    this.pages++;
    if (steps_problem) this.misdriven++;
    if (verdict.captures && verdict.with_secret) this.both++;
    for (const key of COUNTS) if (isTrue(verdict, key)) this.counts[key]++;
    for (const leak of verdict.leaks) this.byKind[leak.kind] = (this.byKind[leak.kind] || 0) + 1;
    if (isTrue(verdict, "wrong_values")) this.note("wrong_values", plan.name, ...verdict.wrong_values);
    if (!verdict.captures) this.note("no_capture", plan.name, JSON.stringify(plan.config), JSON.stringify(plan.about));
    if (steps_problem || FATAL.some((key) => isTrue(verdict, key))) this.keep(plan, verdict, steps_problem);
  }

  keep(plan, verdict, steps_problem) {
    mkdirSync(this.folder, { recursive: true });
    const replay = this.replay(plan.name);
    writeFileSync(
      `${this.folder}/${plan.name}.html`,
      plan.html + (plan.frame && `\n<!-- the frame:\n${plan.frame}\n-->\n`),
    );
    const { html, frame, ...rest } = plan;
    writeFileSync(
      `${this.folder}/${plan.name}.json`,
      `${JSON.stringify({ replay, steps_problem, verdict, plan: rest }, null, 2)}\n`,
    );
    if (this.shown++ < 20) console.log(`${plan.name}: ${complaint(verdict, steps_problem)}\n    ${replay}`);
  }

  // What does not fail the run: a line each says where to look.
  note(file, ...words) {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${this.folder}/${file}.txt`, `${words.join("\t")}\n`, { flag: "a" });
  }

  get seconds() {
    return Math.round((performance.now() - this.started) / 10) / 100;
  }

  /** True if nothing failed and enough pages were worth something. */
  get isGood() {
    return !this.misdriven && FATAL.every((key) => !this.counts[key]) && this.both >= SHARE * this.pages;
  }

  /** Print the table and the JSON line. */
  print() {
    const { pages, counts, seconds } = this;
    const share = (n) => `${((100 * n) / Math.max(pages, 1)).toFixed(1)} %`;
    const line = (what, n, should) =>
      console.log(`${what.padEnd(34)}${String(n).padStart(8)}${share(n).padStart(10)}   ${should}`);
    console.log(
      `\n${"pages".padEnd(34)}${String(pages).padStart(8)}              ${(pages / seconds).toFixed(1)} a second`,
    );
    line("with a capture", counts.captures, "");
    line("with a secret that was entered", counts.with_secret, "");
    line("with both", this.both, `at least ${SHARE * 100} %`);
    line("with a secret in a call", counts.leaks, "0");
    for (const [kind, n] of Object.entries(this.byKind))
      console.log(`    ${kind.padEnd(30)}${String(n).padStart(8)} calls`);
    line("with an exception or console error", counts.exceptions, "0");
    line("whose own submit was changed", counts.submits_changed, "0");
    line("with somebody else's address", counts.wrong_email, "0");
    line("with half an address on the way", counts.partial_email, "counted only");
    line("with another wrong value", counts.wrong_values, "counted only");
    line("that could not be driven", this.misdriven, "0");
    console.log(JSON.stringify({ pages, both: this.both, ...counts, misdriven: this.misdriven, seconds }));
  }
}

function complaint(verdict, steps_problem) {
  const leaks = verdict.leaks.map((leak) => `${leak.kind} ${leak.value} (${leak.signs.join(", ")}) as ${leak.how}`);
  return [
    ...new Set(leaks),
    ...verdict.exceptions,
    ...verdict.submits_changed,
    ...verdict.wrong_email,
    ...(steps_problem ? [steps_problem] : []),
  ]
    .join("; ")
    .slice(0, 400);
}
