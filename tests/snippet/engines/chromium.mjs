// Chromium over its own protocol: a context of its own for every case, trusted mouse and keyboard.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { findProgram } from "./find.mjs";
import { PuppeteerPage } from "./puppeteer_page.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const QUIET = [
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const find = () => findProgram(["STACKLEAD_CHROMIUM", "CHROMIUM"], NAMES) ?? ofPlaywright();

/** The browser that Playwright keeps, where the machine has none of its own. */
function ofPlaywright() {
  const kept = process.env.PLAYWRIGHT_BROWSERS_PATH || join(homedir(), ".cache/ms-playwright");
  const folders = existsSync(kept) ? readdirSync(kept).filter((name) => name.startsWith("chromium-")) : [];
  return folders.map((name) => join(kept, name, "chrome-linux/chrome")).find((path) => existsSync(path)) ?? null;
}

/** Start Chromium with a new, empty profile. */
export async function start() {
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await puppeteer.launch({ executablePath: find(), args: [...QUIET, ...asRoot], pipe: true });
  return { newPage: (onError) => newPage(browser, onError), stop: () => browser.close() };
}

async function newPage(browser, onError) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const session = await page.createCDPSession();
  // Pages beside each other all believe to have the focus, as in windows of their own.
  await session.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  return new PuppeteerPage(page, context, onError);
}
