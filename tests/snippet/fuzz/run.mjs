// The fuzzer: made-up pages with secrets in a real Chromium, every byte of every call searched for them.
//
//   node tests/snippet/fuzz/run.mjs [--pages 300] [--seed 1] [--only NUMBER] [--script FILE] [--tabs 3] [--folder DIR]
//                                   [--stop COUNT]
//
// The script under test is snippet/dist/stacklead.js, or FILE. A failing page is kept as html and json in the folder
// (build/snippet-fuzz) with the command that plays it again. --stop ends the run with the first page that adds to a
// count of the last line, such as leaks. Exit code: 0 all is well, 1 something failed, 3 there is no Chromium.
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";
import { find } from "../engines/chromium.mjs";
import { Tab } from "./drive.mjs";
import { judge, Ledger } from "./judge.mjs";
import { makePage } from "./page.mjs";
import { Report } from "./report.mjs";
import { openProduct, openSite } from "./servers.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
// Long, for a busy machine; only what never arrives costs it.
const OWN_MS = 15_000;

const { values: options } = parseArgs({
  options: {
    pages: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    script: { type: "string", default: `${ROOT}snippet/dist/stacklead.js` },
    tabs: { type: "string", default: "3" },
    stop: { type: "string" },
    folder: { type: "string", default: `${ROOT}build/snippet-fuzz` },
  },
});

const launch = () =>
  puppeteer.launch({
    executablePath: find(),
    pipe: true,
    handleSIGINT: false,
    defaultViewport: null,
    args: [
      "--disable-gpu",
      "--window-size=500,400",
      "--disable-background-timer-throttling",
      "--disable-backgrounding-occluded-windows",
      "--disable-renderer-backgrounding",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });

/** The run: servers, open pages, and what arrived for which. */
class Fuzz {
  constructor() {
    this.plans = new Map();
    this.ledgers = new Map();
    this.captures = new Map();
    this.report = new Report(options.folder, replay);
    this.numbers = options.only ? [Number(options.only)] : Array.from({ length: Number(options.pages) }, (_, i) => i);
  }

  /** Hand a call to its page, and search it for the secrets of every page that is open. */
  onCall(call) {
    const fields = new URLSearchParams(Buffer.from(call.body, "latin1").toString());
    const id = fields.get("capture_id");
    const name = fields.get("page_no") || fields.get("page")?.split("/").pop() || this.captures.get(id);
    if (id && name) this.captures.set(id, name);
    for (const [own, ledger] of this.ledgers) ledger.search(call, own === name);
    this.ledgers.get(name)?.addCall(call);
  }

  /** Play pages in a tab until none is left. A page is judged after the next has loaded: by then all it sent is here. */
  async work(tab) {
    let finish = () => {};
    for (let number = this.numbers.shift(); number !== undefined; number = this.numbers.shift()) {
      const plan = makePage(options.seed, number);
      const ledger = new Ledger(plan);
      this.plans.set(plan.name, plan);
      this.ledgers.set(plan.name, ledger);
      const problem = await this.play(tab, plan, ledger, finish).catch((e) => {
        if (!this.browser.connected) throw e;
        return String(e);
      });
      finish = () => this.finish(plan, ledger, problem);
    }
    await tab.go(`${this.site.origin}/bye`, false);
    await fetch(`${this.site.origin}/bye`);
    finish();
  }

  async play(tab, plan, ledger, finishLast) {
    // What the last page still throws while it is left belongs to it.
    tab.onCommit = () => {
      tab.problems = ledger.problems;
    };
    await tab.go(`${this.site.origin}/p/${plan.name}${plan.query}`).finally(finishLast);
    const wait = {
      own: () => ledger.until(() => ledger.own.length > 0, OWN_MS),
      arrive: (timeout_ms) => ledger.until(() => ledger.calls.length > 0, timeout_ms),
      look: (values) => {
        ledger.seen = values;
      },
    };
    for (const step of plan.steps) await tab.step(step, wait);
    return "";
  }

  finish(plan, ledger, problem) {
    this.report.add(plan, judge(ledger), problem);
    if (this.report.counts[options.stop]) this.numbers.length = 0;
    this.plans.delete(plan.name);
    this.ledgers.delete(plan.name);
  }

  async run() {
    const product = await openProduct(readFileSync(options.script), (call) => this.onCall(call));
    this.site = await openSite(this.plans, `${product.origin}/stacklead.js`, (name, pairs) =>
      this.ledgers.get(name)?.addOwn(pairs),
    );
    // Ctrl-C ends the run after the pages that are open, with the table of what was done.
    process.once("SIGINT", () => {
      this.numbers.length = 0;
    });
    this.browser = await launch();
    try {
      const tabs = [];
      for (let i = 0; i < Math.min(Number(options.tabs), this.numbers.length); i++)
        tabs.push(await Tab.open(this.browser));
      await Promise.all(tabs.map((tab) => this.work(tab)));
    } finally {
      await this.browser.close();
      this.site.close();
      product.close();
    }
    this.report.print();
    return this.report.isGood;
  }
}

function replay(name) {
  const [seed, number] = [name.slice(0, name.lastIndexOf("-")), name.slice(name.lastIndexOf("-") + 1)];
  const script = process.argv.includes("--script") ? ` --script ${options.script}` : "";
  return `node tests/snippet/fuzz/run.mjs --seed ${seed} --only ${number}${script}`;
}

async function main() {
  if (!find()) {
    console.error("There is no Chromium: put one on the path or name it in STACKLEAD_CHROMIUM.");
    return 3;
  }
  if (!options.only) rmSync(options.folder, { recursive: true, force: true });
  return (await new Fuzz().run()) ? 0 : 1;
}

process.exitCode = await main();
