// Several browsers side by side, each taking the next case. One page at a time in each, so that it has the focus.
import { visit } from "./visit.mjs";

const LANES = { chromium: 3, firefox: 2, webkit: 2 };
const CASE_MS = 60000;

/** Start the browsers of an engine; null, with a sentence printed, if the machine has none. */
export async function startLanes(name, count = LANES[name], most = count) {
  const engine = await import(`./engines/${name}.mjs`);
  if (!engine.find()) {
    console.error(`${name} is not on this machine; \`make setup-test\` brings it or says how to have it`);
    return null;
  }
  const lanes = Array.from({ length: Math.max(1, Math.min(count, most)) }, () => new Lane(engine));
  return {
    run: (cases, folders, tell) => runAll(lanes, cases, folders, tell),
    stop: () => Promise.all(lanes.map((lane) => lane.stop())),
  };
}

async function runAll(lanes, cases, folders, tell) {
  const results = new Array(cases.length);
  let next = 0;
  const work = async (lane) => {
    while (next < cases.length) {
      const mine = next++;
      results[mine] = await lane.visit(cases[mine], folders);
      tell(results[mine]);
    }
  };
  await Promise.all(lanes.map(work));
  return results;
}

/** One browser, started when it is needed and again after it has failed. */
class Lane {
  constructor(engine) {
    this.engine = engine;
    this.browser = null;
  }

  async visit(test, folders) {
    const engine = { newPage: (onError) => this.newPage(onError), fail: () => this.stop() };
    let timer;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(() => resolve(this.giveUp(test, engine)), CASE_MS);
    });
    const result = await Promise.race([visit(engine, test, folders), tooLong]);
    clearTimeout(timer);
    return result;
  }

  /** Open a page, in a new browser if the old one has died. */
  async newPage(onError) {
    try {
      this.browser ??= await this.engine.start();
      return await this.browser.newPage(onError);
    } catch {
      await this.stop();
      this.browser = await this.engine.start();
      return this.browser.newPage(onError);
    }
  }

  async giveUp(test, engine) {
    engine.fail = async () => {}; // The case may come to its end later, when another has the browser.
    await this.stop();
    const got = "it hangs; the browser was ended";
    const problem = { what: "case", expected: `to end within ${CASE_MS / 1000} s`, got };
    return { name: test.name, ok: false, ms: CASE_MS, problems: [problem], calls: [] };
  }

  async stop() {
    const { browser } = this;
    this.browser = null;
    await browser?.stop().catch(() => {});
  }
}
