// WebKitGTK's MiniBrowser over W3C WebDriver, on an X display of its own. One window serves all cases of a lane: servers
// on new ports keep the origins' storage apart, and cookies are cleared.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { findProgram } from "./find.mjs";
import { WebDriverPage } from "./webdriver_page.mjs";

const LIBRARIES = ["/usr/lib", "/usr/libexec", "/usr/lib64", "/usr/local/libexec"];
const START_MS = 20000;

const findDriver = () => findProgram(["WEBKIT_WEBDRIVER"], ["WebKitWebDriver"]);
const findDisplay = () => findProgram([], ["Xvfb"]);

/** Find the browser: it lies in a folder of WebKit's version, beside the library. */
function findBrowser() {
  const below = (folder) => {
    try {
      return readdirSync(folder).map((name) => `${folder}/${name}`);
    } catch {
      return [];
    }
  };
  const folders = LIBRARIES.flatMap((folder) => [folder, ...below(folder)]).flatMap((folder) => [
    ...["6.0", "4.1", "4.0"].map((version) => `${folder}/webkit2gtk-${version}`),
    `${folder}/webkitgtk-6.0`,
  ]);
  return findProgram(["WEBKIT_MINIBROWSER"], ["MiniBrowser"], folders);
}

export const find = () => findDriver() && findDisplay() && findBrowser();

/** Start a display, a driver and its one browser. */
export async function start() {
  const processes = [];
  try {
    const screen = run(processes, findDisplay(), [
      "-displayfd",
      "3",
      "-screen",
      "0",
      "1280x1000x24",
      "-nolisten",
      "tcp",
    ]);
    const [display] = await withLimit(once(screen.stdio[3], "data"), "the display");
    const port = await freePort();
    const env = { ...process.env, DISPLAY: `:${String(display).trim()}`, NO_AT_BRIDGE: "1", GDK_BACKEND: "x11" };
    run(processes, findDriver(), [`--port=${port}`], env);
    const base = `http://127.0.0.1:${port}`;
    await withLimit(isListening(port), "WebKitWebDriver");
    const asked = { "webkitgtk:browserOptions": { binary: findBrowser(), args: ["--automation"] } };
    const wanted = { alwaysMatch: { ...asked, unhandledPromptBehavior: "accept" } };
    const { sessionId } = await request("POST", `${base}/session`, { capabilities: wanted });
    const send = (method, path, body) => request(method, `${base}/session/${sessionId}${path}`, body);
    return { newPage: () => newPage(send), stop: () => stop(processes, send) };
  } catch (problem) {
    await stop(processes, async () => {});
    throw problem;
  }
}

async function newPage(send) {
  await send("DELETE", "/cookie");
  return new WebDriverPage(send);
}

/** Send one WebDriver command. Returns its value; throws an Error with the driver's message. */
async function request(method, url, body) {
  const text = method === "POST" ? JSON.stringify(body ?? {}) : undefined;
  const response = await fetch(url, { method, body: text, signal: AbortSignal.timeout(30000) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

// Each in a process group of its own, so that the browsers that a driver has started end with it.
function run(processes, program, args, env = process.env) {
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "ignore", "pipe"], detached: true });
  child.on("error", () => {});
  processes.push(child);
  return child;
}

async function stop(processes, send) {
  await send("DELETE", "").catch(() => {});
  for (const child of processes.reverse()) {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended already.
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function isListening(port) {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(Boolean, () => false);
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function withLimit(promise, what) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${what} did not start`)), START_MS).unref();
  });
  return Promise.race([promise, late]);
}
