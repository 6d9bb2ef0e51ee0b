// Firefox over WebDriver BiDi: a user context of its own for every case, trusted mouse and keyboard.
import puppeteer from "puppeteer-core";
import { findProgram } from "./find.mjs";
import { PuppeteerPage } from "./puppeteer_page.mjs";

// Puppeteer's own profile switches updates and telemetry off; these are what it leaves on.
const PREFERENCES = {
  "dom.disable_open_during_load": false,
  "extensions.formautofill.addresses.enabled": false,
  "extensions.formautofill.creditCards.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "signon.rememberSignons": false,
};

export const find = () => findProgram(["STACKLEAD_FIREFOX", "FIREFOX"], ["firefox-esr", "firefox"]);

/** Start Firefox with a new, empty profile. */
export async function start() {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: find(),
    headless: true,
    extraPrefsFirefox: PREFERENCES,
  });
  return { newPage: (onError) => newPage(browser, onError), stop: () => browser.close() };
}

// Firefox tells of blocked resources as if they were exceptions.
const BLOCKED = /^(Error: )?(Content.Security.Policy|Cross-Origin Request Blocked|Cross-Origin-)/;

async function newPage(browser, onError) {
  const context = await browser.createBrowserContext();
  const tell = (error) => BLOCKED.test(error) || onError(error);
  return new PuppeteerPage(await context.newPage(), context, tell);
}
