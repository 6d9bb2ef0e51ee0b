// One case from start to end: its own two servers, a fresh page, the steps, leaving, and the verdict.
import { filler, withTag } from "./cases.mjs";
import { check, fieldsOf } from "./checks.mjs";
import { READ_NOTES } from "./first_script.mjs";
import { startProduct } from "./product.mjs";
import { startSite } from "./site.mjs";
import { evaluateUntil, go, take, WAIT_MS } from "./steps.mjs";

// What a fetch of the page's own comes to when the driver leaves before its answer is there.
const CUT_OFF = /^(Error: )?TypeError: (NetworkError|Load failed|Failed to fetch)/;

/**
 * Run a case in an engine. Returns `{name, ok, ms, problems, calls}`. Servers on new ports for every case keep origins,
 * and so storage, apart; `folders` is `{corpus, dist, apps}`.
 */
export async function visit(engine, test, folders) {
  const started = performance.now();
  const seen = { calls: [], own: [], noted: [], errors: [] };
  const problems = test.malformed ? [{ what: "case", expected: "the agreed format", got: test.malformed }] : [];
  if (!test.malformed) {
    const product = await startProduct(folders.dist, test.endpoint);
    const site = await startOwner(test, folders, product);
    const fill = filler(product.origin, site.origin);
    const expect = JSON.parse(fill(JSON.stringify(test.expect)));
    const at = { product, site, fill };
    try {
      await walk(engine, at, test, expect, seen);
    } catch (problem) {
      problems.push({ what: "steps", expected: "to get through", got: problem.message });
    } finally {
      await at.page?.close().catch(() => engine.fail());
      gather(at, seen);
      site.close();
      product.close();
    }
    problems.push(...check(test, expect, seen));
  }
  const ms = Math.round(performance.now() - started);
  return { name: test.name, ok: problems.length === 0, ms, problems, calls: seen.calls.map(readable) };
}

function startOwner(test, folders, product) {
  const page = { ...folders, path: test.path, headers: {} };
  return startSite(page, test.gpc).then((site) => {
    const fill = filler(product.origin, site.origin);
    page.fill = (html, path) => fill(withTag(test, html, path));
    for (const [name, value] of Object.entries(test.headers)) page.headers[name] = fill(value);
    return site;
  });
}

async function walk(engine, at, test, expect, seen) {
  at.page = await engine.newPage((error) => (seen.isLeft && CUT_OFF.test(error)) || seen.errors.push(error));
  await go(at, test.path);
  if ((await evaluateUntil(at.page, READ_NOTES, Array.isArray)) === null)
    throw new Error("the page kept the driver's first script from running");
  for (const step of test.steps) await take(at, step);
  if (expect.result) seen.value = await settle(at, expect.result[0], expect.result[1]);
  if (expect.callbacks !== undefined) seen.callbacks = await settle(at, "window.calls", expect.callbacks);
  const { own } = at.site.state;
  await at.site.until(() => own.length >= (expect.own?.length ?? 0), WAIT_MS);
  await leave(at, seen);
}

function settle(at, expression, expected) {
  const wanted = JSON.stringify(expected);
  return evaluateUntil(at.page, expression, (value) => JSON.stringify(value) === wanted);
}

/** Go to an empty page and wait until its marks, and with them all that the left page has sent, have arrived. */
async function leave(at, seen) {
  seen.noted.push(...((await at.page.evaluate(READ_NOTES).catch(() => null)) ?? []));
  seen.isLeft = true;
  const marks = at.site.state.marks;
  const bye = `${at.site.origin}/driver/bye`;
  // A submit of the page's own that is still under way cuts the first try.
  await at.page.open(bye).catch(() => at.page.open(bye));
  if (!(await at.site.until(() => at.site.state.marks > marks, WAIT_MS))) throw new Error("the page could not be left");
  await at.product.until(() => !at.product.isReceiving(), WAIT_MS);
}

function gather(at, seen) {
  seen.calls.push(...at.product.calls);
  seen.own.push(...at.site.state.own);
  const known = new Set(seen.noted.map((one) => one.id));
  seen.noted.push(...at.site.state.noted.filter((one) => !known.has(one.id) && !CUT_OFF.test(one.text)));
}

function readable({ method, path, body }) {
  const fields = fieldsOf({ body });
  return { method, path, ...fields, ...(fields.person === undefined && fields.stage === undefined ? { body } : {}) };
}
