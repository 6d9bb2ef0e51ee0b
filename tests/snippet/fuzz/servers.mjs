// Two real servers on loopback, of different origins: the owner's site with its own submits, and the product.
import { readFileSync } from "node:fs";
import { serve } from "../http.mjs";

const BEHAVIOURS = readFileSync(new URL("behaviours.js", import.meta.url));
const NO_STORE = { "cache-control": "no-store" };

const answer = (response, type, body, headers = {}) => {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, ...NO_STORE, ...headers });
  response.end(body);
};

/**
 * Serve pages as /p/<name> and their frames as /f/<name>; keep what arrives at /own/<name>.
 * @param {Map<string, import("./page.mjs").Plan>} plans  the pages that are open now
 * @param {string} src  address of the script
 * @param {(name: string, pairs: string[][]) => void} onOwn
 */
export const openSite = (plans, src, onOwn) =>
  serve((request, response, body) => {
    const url = new URL(request.url, "http://site");
    const [, kind, name] = url.pathname.split("/");
    const plan = plans.get(name);
    const html = plan && { p: plan.html, f: plan.frame }[kind];
    if (html) return answer(response, "text/html", html.replaceAll("{{src}}", src));
    if (kind === "behaviours.js") return answer(response, "text/javascript", BEHAVIOURS);
    if (kind === "own") onOwn(name, [...new URLSearchParams(request.method === "GET" ? url.search : body.toString())]);
    return answer(response, "text/html", "<!doctype html><title>Thank you</title>");
  });

/**
 * Serve the script, and answer every other request as the product does, after handing over all of its bytes.
 * @param {Buffer} script
 * @param {(call: {head: string, body: string}) => void} onCall  body in Latin-1: one character a byte
 */
export const openProduct = (script, onCall) =>
  serve((request, response, body) => {
    const open = { "access-control-allow-origin": "*" };
    if (request.url === "/stacklead.js") return answer(response, "text/javascript", script, open);
    const head = `${request.method} ${request.url}\n${request.rawHeaders.join("\n")}`;
    onCall({ head, body: body.toString("latin1") });
    return answer(response, "application/json", '{"message": "ok"}', open);
  });
