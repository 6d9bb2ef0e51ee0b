// What the visitor does: each step of a case, turned into input of the engine. The engine's page offers
// open, back, reload, evaluate, run, inspect, click, type, press and close.
import { change, locate } from "./in_page.mjs";

/** Longest wait for anything that should happen, in milliseconds. */
export const WAIT_MS = 8000;
const PAUSE_MS = 15;

const DO = {
  type: (at, [selector, text]) => type(at, selector, text),
  fill: (at, [selector, value]) => byScript(at, selector, "fill", value),
  select: (at, [selector, value]) => byScript(at, selector, "select", value),
  focus: (at, selector) => byScript(at, selector, "focus"),
  blur: (at, selector) => byScript(at, selector, "blur"),
  click: async (at, selector) => at.page.click(await find(at, selector)),
  press: (at, [selector, key]) => press(at, selector, key),
  tab: (at) => at.page.press("Tab"),
  run: (at, code) => at.page.run(at.fill(code)),
  until: (at, expression) => until(at, expression),
  arrive: (at, count) => arrive(at.product, () => at.product.posts().length, count, "captures"),
  own: (at, count) => own(at, count),
  go: (at, path) => go(at, path),
  back: (at) => travel(at, "history.back()"),
  reload: (at) => travel(at, "location.reload()"),
};

/** Take one step of a case. `at` is `{page, site, product, fill}`. Throws an Error that says what did not happen. */
export async function take(at, step) {
  const [[word, value]] = Object.entries(step);
  try {
    await DO[word](at, value);
  } catch (problem) {
    throw new Error(`step ${JSON.stringify(step)}: ${problem.message}`);
  }
}

/** Open a page of the site, or any address. */
export function go(at, path) {
  if (path.startsWith("/")) at.site.state.asked.add(path.split("#")[0]);
  return at.page.open(new URL(at.fill(path), at.site.origin).href);
}

async function type(at, selector, text) {
  const place = await find(at, selector);
  await at.page.click(place);
  if (!place.isEmpty) await at.page.press("End");
  await at.page.type(text);
}

async function press(at, selector, key) {
  const place = await find(at, selector);
  if (!place.isActive) await at.page.click(place);
  await at.page.press(key);
}

// By the page's own script, since a page that comes from the back-forward cache tells drivers of no load.
async function travel(at, code) {
  const left = `document[Symbol.for("left by the driver")]`;
  const { before } = await retry(async () => ({ before: await at.page.evaluate("location.href") }));
  await at.page.run(`${left} = true; ${code}`);
  await until(at, `(!${left} || location.href !== ${JSON.stringify(before)}) && document.readyState === "complete"`);
}

const find = (at, selector) => retry(() => at.page.inspect(locate, selector));
const byScript = (at, ...args) => retry(() => at.page.inspect(change, ...args));

async function until(at, expression) {
  await retry(async () => {
    const isTrue = await at.page.evaluate(`Boolean(${expression})`);
    return isTrue ? {} : { problem: "was not true in time" };
  });
}

/** Try until the page answers without a problem: it may be loading, or the element not be there yet. */
async function retry(attempt) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const answer = await attempt().catch((problem) => ({ problem: problem.message }));
    if (!answer.problem) return answer;
    if (Date.now() > end) throw new Error(answer.problem);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function arrive(server, count, wanted, what) {
  if (!(await server.until(() => count() >= wanted, WAIT_MS)))
    throw new Error(`${count()} of ${wanted} ${what} arrived`);
}

// The page after a submit is awaited too: until it is there, "back" would be about the page before.
async function own(at, count) {
  const { state } = at.site;
  await arrive(at.site, () => state.own.length, count, "own submits");
  await at.site.until(() => state.shown >= state.awaited, WAIT_MS);
  await until(at, "true"); // the driver of the engine may learn of the new page a moment later
}

/** Evaluate until the value is the expected one; returns the last value, or the Error. */
export async function evaluateUntil(page, expression, isExpected) {
  const end = Date.now() + WAIT_MS / 4;
  for (;;) {
    const value = await page.evaluate(expression).catch((problem) => problem);
    if (isExpected(value) || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
