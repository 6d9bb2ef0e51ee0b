// What both servers of a case share: a real HTTP server on a free port of localhost, and waiting for what arrives.
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";

const TYPES = {
  css: "text/css",
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  mjs: "text/javascript",
};

/** The Content-Type of a file by its name. */
export const contentType = (name) => `${TYPES[name.split(".").pop()] ?? "application/octet-stream"}; charset=utf-8`;

/**
 * Start a server whose `answer(request, response, body)` gets each request when its body is whole.
 * Returns `{origin, changed, until(isTrue, ms), close()}`; `answer` calls `changed()` after it has kept something.
 */
export async function serve(answer) {
  const events = new EventEmitter().setMaxListeners(0);
  let receiving = 0;
  const server = createServer(async (request, response) => {
    receiving += 1;
    try {
      const parts = [];
      for await (const part of request) parts.push(part);
      answer(request, response, Buffer.concat(parts));
    } catch {
      // The browser has closed the connection.
    } finally {
      receiving -= 1;
      events.emit("changed");
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://localhost:${server.address().port}`,
    changed: () => events.emit("changed"),
    isReceiving: () => receiving > 0,
    until: (isTrue, ms) => waitFor(events, isTrue, ms),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Wait until `isTrue()`, asked whenever something has arrived. Returns what it last said. */
function waitFor(events, isTrue, ms) {
  return new Promise((resolve) => {
    const stop = (value) => {
      clearTimeout(timer);
      events.off("changed", ask);
      resolve(value);
    };
    const ask = () => isTrue() && stop(true);
    const timer = setTimeout(() => stop(Boolean(isTrue())), ms);
    events.on("changed", ask);
    ask();
  });
}
