// One capture over the wire: a simple cross-origin form POST that survives the page, and its retries.
import { endpoint } from "./config";

/** Told once, of the first answer: status 0 and "" if there was none. */
export type Answered = (status: number, text: string) => void;

// Taken at load, so that a page which replaces them later does not matter.
const { fetch, setTimeout } = window;

// Unanswered calls in a row on this page; an ad blocker or a firewall gives nothing else.
let unanswered = 0;
const GIVE_UP = 3;
const TRIES = 6;

/**
 * POST a form body. Network failure, 429 and 503 are tried again in memory (1 s, 2 s, 4 s ... with jitter)
 * as long as `wanted` says that nothing newer has replaced the body.
 */
export function send(body: string, wanted: () => boolean, answered?: Answered, tries = 1): void {
  const settle = (status: number, text: string) => {
    unanswered = status ? 0 : unanswered + 1;
    if (answered) answered(status, text);
    if ((!status && unanswered < GIVE_UP) || status === 429 || status === 503) {
      if (tries < TRIES)
        setTimeout(
          () => wanted() && send(body, wanted, undefined, tries + 1),
          2 ** tries * (300 + Math.random() * 400),
        );
    }
  };
  try {
    fetch(endpoint, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      keepalive: true,
      credentials: "omit",
    }).then(
      (r) =>
        r.text().then(
          (text) => settle(r.status, text),
          () => settle(r.status, ""),
        ),
      () => settle(0, ""),
    );
  } catch {
    // A page without a usable fetch.
    const x = new XMLHttpRequest();
    x.onloadend = () => settle(x.status, x.responseText);
    x.open("POST", endpoint);
    x.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    x.send(body);
  }
}
