// The captures: seen where they leave the page, passed on as they are, or in a dry run answered here.
import { recognise } from "../fields";
import { guarded } from "../page";
import { isDry } from "./options";

/** One call of the script. */
export interface Call {
  at: Date;
  /** Which lead of this page, from 1. */
  lead: number;
  stage: string;
  /** Null if the call tells only the stage. */
  person: Record<string, string> | null;
  /** The person as it was sent; for comparing only. */
  text: string | null;
  state: "waiting" | "ok" | "bad";
  /** What came of it, in words. */
  outcome: string;
}

/** All calls of this page, oldest first. */
export const calls: Call[] = [];

const leads: string[] = [];
let changed = (): void => {};
let refusedByPolicy = "";

/** Watch the way out of the page. In a dry run nothing of ours may leave: if that cannot be held, nothing starts. */
export function watchCalls(told: () => void): void {
  changed = told;
  const kept = keptCalls();
  const { fetch } = window;
  if (typeof fetch !== "function") return;
  const ourFetch: typeof fetch = (target, init, ...more) => {
    const pass = () => fetch.call(window, target, init, ...more);
    const body = ours(init && init.body);
    if (!body) return pass();
    const call = note(body);
    if (isDry) return dryAnswer(call, kept.includes(body.get("capture_id") as string));
    const answer = pass();
    hear(call, answer);
    return answer;
  };
  guarded(() => {
    window.fetch = ourFetch;
  })();
  if (isDry && window.fetch !== ourFetch) throw Error("StackLead: this page allows no dry run");
  document.addEventListener("securitypolicyviolation", (e) => {
    if (/connect-src|default-src/.test(e.effectiveDirective)) refusedByPolicy = e.blockedURI;
  });
}

const hear = guarded((call: Call, answer: Promise<Response>) => {
  answer.then(
    (r) =>
      r
        .clone()
        .text()
        .then(
          (text) => settle(call, r.status, text),
          () => settle(call, r.status, ""),
        ),
    () => settle(call, 0, ""),
  );
});

/** Recognise a call of the script by what it carries. */
function ours(body: unknown): URLSearchParams | undefined {
  return body instanceof URLSearchParams && body.has("client_key") && body.has("capture_id") ? body : undefined;
}

/** The capture ids that wait in this browser since an earlier page. */
function keptCalls(): string[] {
  try {
    return (`${localStorage.stacklead}`.match(/capture_id=[^&\s]+/g) || []).map((pair) => pair.slice(11));
  } catch {
    return [];
  }
}

function note(body: URLSearchParams): Call {
  const call: Call = {
    at: new Date(),
    lead: 0,
    stage: body.get("stage") || "",
    person: null,
    text: body.get("person"),
    state: "waiting",
    outcome: "Waiting for the answer …",
  };
  // The call itself goes its way, whatever the page has put in place of JSON or the methods of Array.
  guarded(() => {
    const id = body.get("capture_id") as string;
    if (!leads.includes(id)) leads.push(id);
    call.lead = leads.indexOf(id) + 1;
    calls.push(call);
    call.person = shown(call.text);
    changed();
  })();
  return call;
}

/** A person as it may be shown: what is a secret by its name or value was handed in by the page's own code. */
function shown(text: string | null): Call["person"] {
  if (!text) return null;
  const person = JSON.parse(text) as Record<string, string>;
  for (const [key, value] of Object.entries(person))
    if (key !== "email" && !recognise(key, key, `${value}`)) person[key] = "•••";
  return person;
}

/** Answer in the server's place. A call kept by an earlier page gets none: answered, it would be forgotten. */
function dryAnswer(call: Call, isKept: boolean): Promise<Response> {
  call.state = "ok";
  call.outcome = isKept ? "Dry run: kept from an earlier page, and stays so." : "Dry run: not sent.";
  changed();
  return isKept ? new Promise(() => {}) : Promise.resolve(new Response('{"message":"ok"}', { status: 200 }));
}

function settle(call: Call, status: number, text: string): void {
  call.state = status === 200 ? "ok" : "bad";
  call.outcome = status === 200 ? "200: accepted." : status ? refusal(status, text) : lost();
  changed();
}

function refusal(status: number, text: string): string {
  let message = "";
  try {
    message = JSON.parse(text).error.message;
  } catch {}
  if (!message)
    message =
      status === 404
        ? "There is nothing at this address: see endpoint below."
        : "The answer is not one of StackLead's.";
  return `${status}: ${message}${status === 429 || status === 503 ? " The script tries again." : ""}`;
}

function lost(): string {
  return refusedByPolicy
    ? `The page's Content-Security-Policy refuses the call: add ${refusedByPolicy} to connect-src.`
    : "No answer: a content blocker, the network or a wrong endpoint. The script keeps the capture and tries again.";
}
