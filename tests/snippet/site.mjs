// The owner's website: the corpus with the tag put in, the built apps, and a small page for every submit of its own.
import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { allowOurs, instrument } from "./first_script.mjs";
import { contentType, serve } from "./http.mjs";

const THANKS = `<!doctype html><title>thanks</title><p>Thanks<script>fetch("/driver/shown")</script>`;
// Told in turn, so that the last mark is behind all that the left page has sent.
const BYE = `<!doctype html><title>bye</title><script>
const mark = (n) => fetch("/driver/mark?" + n).then(() => n && mark(n - 1));
mark(2);
</script>`;
const NOT_OWN = /^(image|script|style|font|manifest|audio|video)$/;

/**
 * Start the site. `page` tells how its pages are served: `{corpus, apps, path, headers, fill(text)}`; `path` is the
 * case's own page. `state` keeps what the driver itself has `asked` for, how many pages after a submit are `awaited` and
 * have been `shown`, `own`, the bodies (POST) or queries (GET) of submits, and `noted`, what the first
 * script of the pages saw.
 */
export async function startSite(page, hasGpc) {
  const state = { own: [], noted: [], marks: 0, asked: new Set(), awaited: 0, shown: 0 };
  const server = await serve((request, response, bytes) => {
    const [path, query = ""] = request.url.split("?");
    if (path.startsWith("/driver/")) return answerDriver(state, path, query, bytes, response);
    const file = request.method === "GET" && readFile(page, path);
    if (file && path.endsWith(".html")) {
      if (query && !state.asked.has(request.url)) state.own.push(query);
      const headers = path === page.path ? page.headers : {};
      return reply(response, 200, pageHeaders(headers), instrument(page.fill(file.toString("utf8"), path), hasGpc));
    }
    if (file) return reply(response, 200, { "Content-Type": contentType(path) }, file);
    if (path === "/favicon.ico" || NOT_OWN.test(request.headers["sec-fetch-dest"])) return reply(response, 404, {}, "");
    state.own.push(request.method === "GET" ? query : readSubmit(request, bytes));
    if (request.headers["sec-fetch-mode"] === "navigate") state.awaited += 1;
    reply(response, 200, { "Content-Type": "text/html" }, THANKS);
  });
  return { ...server, state };
}

function answerDriver(state, path, query, bytes, response) {
  if (path === "/driver/bye") return reply(response, 200, { "Content-Type": "text/html" }, BYE);
  if (path === "/driver/mark" && query === "0") state.marks += 1;
  if (path === "/driver/shown") state.shown += 1;
  if (path === "/driver/note") state.noted.push(JSON.parse(bytes));
  reply(response, 200, {}, "");
}

function readFile(page, path) {
  const [folder, name] = path.startsWith("/apps/") ? [page.apps, path.slice(6)] : [page.corpus, path.slice(1)];
  const inside = normalize(decodeURIComponent(name));
  if (inside.startsWith("..") || inside.endsWith(".json")) return null;
  try {
    return readFileSync(join(folder, inside));
  } catch {
    return null;
  }
}

// The cookie is there so that a call of the script which carries cookies is seen.
function pageHeaders(headers) {
  const sent = { "Content-Type": "text/html; charset=utf-8", "Set-Cookie": "session=owner; Path=/" };
  for (const [name, value] of Object.entries(headers))
    sent[name] = /^content-security-policy$/i.test(name) ? allowOurs(value) : value;
  return sent;
}

// The boundary of a multipart body is random: its fields are compared as if they were a form's.
function readSubmit(request, bytes) {
  const boundary = /^multipart\/form-data;.*boundary=(.+)$/.exec(request.headers["content-type"] ?? "")?.[1];
  const text = bytes.toString("utf8");
  if (!boundary) return text;
  const part = /name="([^"]*)"[^\r]*\r\n(?:[^\r]+\r\n)*\r\n([\s\S]*?)\r\n--/g;
  return new URLSearchParams([...text.matchAll(part)].map((found) => [found[1], found[2]])).toString();
}

function reply(response, status, headers, body) {
  response.writeHead(status, { "Cache-Control": "no-cache", ...headers });
  response.end(body);
}
