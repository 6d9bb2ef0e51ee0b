// The call itself: who, of which form, at which stage, if the visitor allows it; over the wire, and again if it fails.
import { config } from "./config";
import { guarded, stringify } from "./page";
import { eachKept, isOptedOut, keep } from "./storage";

export type Stage = "entry" | "leave" | "submit";
export type Person = Record<string, unknown>;

/** Told of the first answer: nothing on success, an Error otherwise (status 0 and no message if there was none). */
export type Callback = (problem?: Error) => void;

/** What is known of one lead and its calls. */
export interface Lead {
  /** A random UUID, from its first call on. */
  id_?: string;
  /** The person as it was last sent. */
  sent_?: string;
  /** The last stage sent; an earlier one is not sent again. */
  stage_?: Stage;
}

let isWarned: unknown;
let isAllowed: unknown;
// What waits for consent, in memory only.
const held = new Map<Lead, () => void>();

/** Tell the owner what is wrong, once. */
export const warn = (text: unknown): void => {
  isWarned = isWarned || !(console.warn(`StackLead: ${text}`) as unknown);
};

// The page's own fetch and setTimeout, as they were when we started: pages replace them.
let send: typeof fetch;
export let later: typeof setTimeout;
let tries = 0;
const TRIES = 5;
// The first look into the storage may take milliseconds: not while the page is coming.
const CALM_MS = 3e3;

/** Make the address of the endpoint, from a path on the origin of the script perhaps; an Error if it is none. */
export const endpoint = (): URL =>
  new URL(config.endpoint || "/api/client/leads", config.src_ || (location as unknown as string));

/**
 * POST a form: a simple cross-origin request that survives the page. A person that does not arrive is kept for the next
 * page, and tried again on this one after 1 s, 2 s, 4 s ...; nobody would miss a stage.
 */
const post = (body: URLSearchParams, callback?: Callback): void => {
  const settle = guarded((status: number, text: string) => {
    const isFailed = status === 503 || status === 429 || !status;
    if (body.get("person")) keep(body, isFailed);
    if (!isFailed) status === 200 || warn(status + text);
    else if (tries < TRIES) later(resend, 1e3 << tries++);
    if (callback) callback(status === 200 ? undefined : Error(`bad status code: ${status} message: ${text}`));
  });
  send(endpoint(), { method: "POST", keepalive: true, credentials: "omit", body }).then(
    (r) => r.text().then((text) => settle(r.status, text)),
    () => settle(0, ""),
  );
};

/** Send what this page and earlier ones have kept. */
const resend = guarded(() => {
  if (isAllowed) eachKept((body) => post(new URLSearchParams(body)));
});

/**
 * Send a person, or only the stage if nothing about them is new; nothing at all if neither is, unless somebody waits
 * for the answer. Before consent it waits, in memory.
 */
export const capture = (lead: Lead, person: Person, stage: Stage, callback?: Callback): void => {
  const who = stringify(person, (_, value) => value || undefined);
  const isNew = lead.sent_ !== who;
  // The stages come one after the other in the alphabet too.
  if (
    isAllowed
      ? isOptedOut() || !(stage > (lead.stage_ as Stage) || isNew || callback)
      : held.set(lead, () => capture(lead, person, stage, callback))
  )
    return;
  const body = new URLSearchParams({
    // The browser's own UUIDs are for https pages only.
    capture_id: (lead.id_ = lead.id_ || URL.createObjectURL(new Blob()).slice(-36)),
    client_key: config.client_key as string,
    stage,
    ...(isNew && {
      page: location.origin + location.pathname,
      referrer: document.referrer.split("?")[0],
      person: who,
      ...config.params,
    }),
  });
  new URL(location as unknown as string).searchParams.forEach((value, key) => /utm_/.test(key) && body.set(key, value));
  lead.sent_ = who;
  lead.stage_ = stage;
  post(body, callback);
};

/** Send what waited for consent and what is kept; or forget what waits. */
export const consent = (allowed: unknown): void => {
  isAllowed = allowed;
  later = setTimeout;
  send = fetch;
  held.forEach((send) => send());
  held.clear();
  later(resend, CALM_MS);
};
