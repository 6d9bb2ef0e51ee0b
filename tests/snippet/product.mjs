// The product as the script sees it: serves the built files, records every call, answers as the case says.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { contentType, serve } from "./http.mjs";

export const KEY = "client_abc123";
const ANYONE = { "Access-Control-Allow-Origin": "*" };
const ACCEPTED = JSON.stringify({ message: "We will research this lead.", data: { token: "0f8fad5b" } });
const REFUSED = JSON.stringify({ error: { code: "refused", message: "no", param: null } });

/**
 * Start the product. `endpoint` is "ok", "hang", "cut", a status, or a list of those, one for each POST, the last one
 * for all that follow. `calls` holds what arrived: `{method, path, headers, body}`, body as text.
 */
export async function startProduct(dist, endpoint) {
  const behaviours = [endpoint].flat();
  const calls = [];
  let posts = 0;
  const server = await serve((request, response, bytes) => {
    const { method, url, headers } = request;
    const file = method === "GET" && readBuilt(dist, url);
    if (file) return reply(response, 200, { ...ANYONE, "Content-Type": contentType(url.split("?")[0]) }, file);
    calls.push({ method, path: url, headers, body: bytes.toString("utf8") });
    if (method !== "POST") return answerOther(request, response);
    const behaviour = behaviours[Math.min(posts++, behaviours.length - 1)];
    answerCapture(request, response, behaviour);
  });
  return { ...server, calls, posts: () => calls.filter((call) => call.method === "POST") };
}

// By its last part, so that a first-party path such as /assets/stacklead.js serves it too; the .min.js is the same.
function readBuilt(dist, url) {
  try {
    return readFileSync(join(dist, basename(url.split("?")[0]).replace(".min.js", ".js")));
  } catch {
    return null;
  }
}

function answerCapture(request, response, behaviour) {
  if (behaviour === "hang") return;
  if (behaviour === "cut") return request.socket.destroy();
  const status = behaviour === "ok" ? 200 : behaviour;
  reply(response, status, { ...ANYONE, "Content-Type": "application/json" }, status === 200 ? ACCEPTED : REFUSED);
}

// A preflight is granted, so that the failure shows what would have followed.
function answerOther(request, response) {
  const granted = { ...ANYONE, "Access-Control-Allow-Headers": "*, content-type", "Access-Control-Allow-Methods": "*" };
  reply(response, request.method === "OPTIONS" ? 204 : 404, granted, "");
}

// Each on a connection of its own: browsers silently repeat a POST whose used connection is cut.
function reply(response, status, headers, body) {
  response.writeHead(status, { Connection: "close", "Cache-Control": "no-store", ...headers });
  response.end(body);
}
