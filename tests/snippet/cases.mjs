// The cases: a page `<kind>/<name>.html` and its `<name>.json`. A word that the format does not know is an error.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { KEY } from "./product.mjs";

export const ENGINES = ["chromium", "firefox", "webkit"];
const WORDS = ["about", "config", "tag", "headers", "endpoint", "gpc", "engines", "steps", "expect"];
const STEPS = "type fill select click press tab blur focus run until arrive own go back reload".split(" ");
const EXPECTED = ["people", "any_order", "stages", "own", "never", "params", "callbacks", "result"];

/** Read the cases of a folder that have an engine, sorted by name; `only` are names or their beginnings. */
export function readCases(corpus, engine, only) {
  return readdirSync(corpus, { recursive: true })
    .filter((file) => file.endsWith(".json"))
    .map((file) => relative(corpus, join(corpus, file)).replace(/\.json$/, ""))
    .filter((name) => only.length === 0 || only.some((start) => isChosen(name, start)))
    .sort()
    .map((name) => readCase(corpus, name))
    .filter((one) => one.engines.includes(engine));
}

// "contact" and "contact/short" both choose contact/short; so does a path ending in .json or .html.
function isChosen(name, start) {
  const wanted = start.replace(/\.(json|html)$/, "");
  return name === wanted || name.startsWith(`${wanted.replace(/\/$/, "")}/`) || wanted.endsWith(`/${name}`);
}

/** Read one case; `malformed` says what is wrong with it, "" if nothing is. */
function readCase(corpus, name) {
  const usual = { config: {}, headers: {}, endpoint: "ok", engines: ENGINES, steps: [], expect: {} };
  try {
    const said = JSON.parse(readFileSync(join(corpus, `${name}.json`), "utf8"));
    return { ...usual, ...said, name, path: `/${name}.html`, malformed: complain(corpus, name, said) };
  } catch (problem) {
    return { ...usual, name, malformed: String(problem) };
  }
}

function complain(corpus, name, said) {
  if (!existsSync(join(corpus, `${name}.html`))) return `there is no ${name}.html`;
  const unknown = [
    ...unknownOf(said, WORDS),
    ...unknownOf(said.expect ?? {}, EXPECTED),
    ...(said.steps ?? []).flatMap((step) => unknownOf(step, STEPS)),
    ...(said.engines ?? []).filter((engine) => !ENGINES.includes(engine)),
  ];
  if (unknown.length) return `unknown words: ${unknown.join(", ")}`;
  if ((said.steps ?? []).some((step) => Object.keys(step).length !== 1)) return "a step is one word and its value";
  if (!said.about) return `"about" is missing`;
  return Array.isArray(said.expect?.people) ? "" : `"expect.people" is missing`;
}

const unknownOf = (object, words) => Object.keys(object).filter((word) => !words.includes(word));

/** Make the function that fills in a page or a value: {{src}}, {{origin}}, {{site}} and {{key}}. */
export function filler(product, site) {
  const values = { src: `${product}/stacklead.js`, origin: product, site, key: KEY };
  return (text) => text.replace(/\{\{(src|origin|site|key)\}\}/g, (_, word) => values[word]);
}

/** Put the tag into a page: where it says {{tag}}, else before </body>, unless it says {{no-tag}}. */
export function withTag(test, html, path) {
  const tag = test.tag ?? defaultTag(test.config);
  if (html.includes("{{tag}}")) return html.replaceAll("{{tag}}", () => tag);
  if (html.includes("{{no-tag}}")) return html.replaceAll("{{no-tag}}", "");
  const end = html.lastIndexOf("</body>");
  if (end >= 0) return `${html.slice(0, end)}${tag}\n${html.slice(end)}`;
  return path === test.path ? `${html}\n${tag}` : html;
}

/** The two script lines of the documentation. */
function defaultTag(config) {
  const said = JSON.stringify({ client_key: "{{key}}", ...config }).replaceAll("<", "\\u003c");
  return `<script type="text/javascript">StackLeadConfig = ${said};</script>
<script type="text/javascript" src="{{src}}"></script>`;
}
