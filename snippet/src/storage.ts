// What outlives the page, in localStorage under one name: calls that failed, a line each after its time, or that
// the visitor has opted out. Without a storage it lasts as long as the page, in a full one nothing is kept.
const OFF = 1;
const OLDEST_MS = 36e5;

let memory = "";

/** Load what is kept, or replace it. */
const kept = (text?: string): string => {
  try {
    if (text != null && ((memory = text), !(localStorage.stacklead = text))) delete localStorage.stacklead;
    return localStorage.stacklead || memory;
  } catch {
    return memory;
  }
};

/** True if the visitor has opted out, here or on an earlier page. */
// biome-ignore lint/suspicious/noDoubleEquals: it is smaller, and nothing else that is kept is like it
export const isOptedOut = (): boolean => (kept() as unknown) == OFF;

/** Remember that the visitor has opted out, or with false in again; either way nothing else is kept. */
export const optOut = (out?: boolean): unknown => kept(out === false ? "" : `${OFF}`);

/** Keep a call that has failed, or forget one that has not; a lead has one line, the oldest of more than five goes. */
export const keep = (body: URLSearchParams, failed: boolean): void => {
  const others = () => kept().replace(RegExp(`.*${body.get("capture_id")}.*\n`), "");
  if (!isOptedOut()) kept((others() + (failed ? `${Date.now()} ${body}\n` : "")).split("\n").slice(-6).join("\n"));
};

/** Give what is kept, and forget what is too old. */
export const eachKept = (each: (body: string) => unknown): void => {
  kept(kept().replace(/(.+) (.+)\n/g, (line, time, body) => (Date.now() - time < OLDEST_MS ? (each(body), line) : "")));
};
