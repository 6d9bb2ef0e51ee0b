// What the script costs the page, in Chromium: node bench/snippet/cost.mjs DIST RESULT.json
//
// load_ms        median over loads of a page with 1,000 inputs, in the script's own frames and what they call
// first_load_ms  the same in a browser that has seen nothing of the site yet: compiling and the first use of everything too
// idle_ms        the same in 2 s in which nothing happens: after such a first load (median), and after an address was typed
//                and 4 s have passed; the longer of the two
// key_ms         2,000 trusted keystrokes in 20 of the 1,000 inputs, the first an address: profiled total / 2,000
// listeners      most that one document or shadow root was given
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import puppeteer from "puppeteer-core";
import { find } from "../../tests/snippet/engines/chromium.mjs";
import { serve } from "../../tests/snippet/http.mjs";
import { startProduct } from "../../tests/snippet/product.mjs";
import { profile } from "./profile.mjs";

const LOADS = 25;
const FIRST_LOADS = 7;
const KEYS = 2000;
const FIELDS = 20;
const INPUTS = 1000;
const ADDRESS = `${"r".repeat(52)}@${"blueocean.".repeat(4)}example`; // as long as the other texts
const IDLE_MS = 2000;
const SETTLED_MS = 4000;
const LOADED_MS = 300;
const KINDS = ["Email", "First name", "Company", "City", "Note", "Phone", "Password", "Website", "Street", "Answer"];

const ms = (value) => Number(value.toFixed(4));
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const passed = (time) => new Promise((done) => setTimeout(done, time));

const [dist, result] = process.argv.slice(2);
const product = await startProduct(resolve(dist), "ok");
const site = await serve((_, response) => response.setHeader("Content-Type", "text/html").end(pageOf(product.origin)));
const args = ["--headless", "--disable-gpu", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
const browser = await puppeteer.launch({ executablePath: find(), args, pipe: true });
try {
  const figures = await measure(await browser.newPage(), await firstVisits());
  figures.listeners = await countedOn(await browser.newPage());
  writeFileSync(result, JSON.stringify(figures));
} finally {
  await browser.close();
  site.close();
  product.close();
}

async function measure(page, first) {
  const inScript = await profiler(page);
  const loads = [];
  for (let i = 0; i < LOADS; i++) loads.push(await inScript(() => page.goto(site.origin, { waitUntil: "load" })));
  const keys = await inScript(() => typeEverywhere(page));
  await passed(SETTLED_MS);
  const idle = await inScript(() => passed(IDLE_MS));
  return {
    load_ms: ms(median(loads)),
    first_load_ms: ms(median(first.loads)),
    idle_ms: ms(Math.max(idle, median(first.idles))),
    key_ms: ms(keys / KEYS),
  };
}

/** Load the page and only look at it, each time in a context of its own. */
async function firstVisits() {
  const loads = [];
  const idles = [];
  for (let i = 0; i < FIRST_LOADS; i++) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const inScript = await profiler(page);
    loads.push(await inScript(() => page.goto(site.origin, { waitUntil: "load" }).then(() => passed(LOADED_MS))));
    idles.push(await inScript(() => passed(IDLE_MS)));
    await context.close();
  }
  return { loads, idles };
}

async function profiler(page) {
  const session = await page.createCDPSession();
  await session.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  return (work) => profile(session, `${product.origin}/stacklead.js`, work);
}

/** Count on a page of its own: counting takes longer than what is counted. */
async function countedOn(page) {
  await page.evaluateOnNewDocument(countListeners);
  await page.goto(site.origin, { waitUntil: "load" });
  for (const field of ["#f0", "#f1", "pierce/#inside"]) {
    await page.click(field);
    await page.keyboard.type("x");
  }
  return await page.evaluate(() => Math.max(0, ...window.counted.values()));
}

async function typeEverywhere(page) {
  for (let i = 0; i < FIELDS; i++) {
    const [field] = await page.$$(`#f${i}`);
    await field.focus();
    await page.keyboard.type(i === 0 ? ADDRESS : "w".repeat(KEYS / FIELDS));
  }
  await page.keyboard.press("Tab");
  if (!(await product.until(() => product.posts().length > 0, 5000))) throw new Error("nothing was captured");
  await passed(500); // what the last field sets off belongs to it
}

/* Runs in the page before its scripts: counts by document or shadow root what the script of StackLead adds. */
function countListeners() {
  window.counted = new Map();
  const { addEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...said) {
    if (/\/stacklead\.js/.test(new Error().stack)) {
      const target = this ?? window;
      const root = target instanceof Node ? target.getRootNode() : document;
      window.counted.set(root, (window.counted.get(root) ?? 0) + 1);
    }
    return addEventListener.apply(this ?? window, said);
  };
}

function pageOf(origin) {
  const field = (i) => {
    const kind = KINDS[i % KINDS.length];
    const type = { Email: "email", Password: "password", Phone: "tel" }[kind] ?? "text";
    const name = i < KINDS.length ? kind : `${kind} ${i}`;
    return `<label>${name} <input id="f${i}" name="${name.toLowerCase().replaceAll(" ", "_")}" type="${type}"></label>`;
  };
  return `<!doctype html><meta charset="utf-8"><title>Long form</title><body>
<form method="post">${Array.from({ length: INPUTS }, (_, i) => field(i)).join("\n")}<button>Send</button></form>
<div id="host"></div>
<script>host.attachShadow({ mode: "open" }).innerHTML = '<form><input id="inside" name="email"><button>Go</button></form>'</script>
<script>StackLeadConfig = { client_key: "client_abc123" }</script>
<script src="${origin}/stacklead.js"></script></body>`;
}
