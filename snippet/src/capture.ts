// The call itself: who, of which form, at which stage.
import { config } from "./config";
import { type Answered, send } from "./send";

export type Stage = "entry" | "leave" | "submit";
export type Person = Record<string, unknown>;

/** One lead in the making: a form, or a group of fields without one, during one page view. */
export interface Lead {
  id: string;
  /** The person as it was last sent, "" if never. */
  sent: string;
  /** The last stage sent; a later one replaces it, an earlier one is not sent again. */
  stage?: Stage;
}

/** Make 128 random bits, in hex. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let id = "";
  for (let i = 0; i < 16; i++) id += ((bytes[i] as number) + 256).toString(16).slice(1);
  return id;
}

const hasOwn = Object.prototype.hasOwnProperty;

// Own JSON and form encoding: pages replace JSON, toJSON and the methods of Array.
function json(value: unknown): string {
  if (typeof value === "string")
    return `"${value.replace(/["\\]|[^ -\uffff]/g, (c) => `\\u${(c.charCodeAt(0) + 65536).toString(16).slice(1)}`)}"`;
  if (!value || typeof value !== "object") return `${value}`;
  const isList = "length" in value;
  let out = "";
  for (const key in value) {
    const item = (value as Person)[key];
    if (hasOwn.call(value, key) && item !== undefined && typeof item !== "function")
      out += (out && ",") + (isList ? "" : `${json(key)}:`) + json(item);
  }
  return isList ? `[${out}]` : `{${out}}`;
}

// A lone surrogate would throw.
const encode = (value: unknown): string => encodeURIComponent(`${value}`.replace(/[\ud800-\udfff]/gu, ""));

/** Encode as form fields in the order of the keys, each with its & in front; empty ones are left out. */
function form(fields: Record<string, unknown>): string {
  let body = "";
  for (const key in fields)
    if (fields[key] != null && fields[key] !== "") body += `&${encode(key)}=${encode(fields[key])}`;
  return body;
}

const campaign = location.search.match(/\butm_\w+=[^&]+/g);

/**
 * Send a person, or only the stage if nothing about them is new; nothing at all if neither is.
 * Values that are undefined, and functions, are left out.
 */
export function capture(lead: Lead, person: Person, stage: Stage, answered?: Answered): void {
  const who = json(person);
  if (who === lead.sent && (stage === "entry" || stage === lead.stage || lead.stage === "submit")) return;
  const isNew = who !== lead.sent;
  let body = form({ client_key: config.client_key, person: isNew ? who : "", capture_id: lead.id, stage });
  if (isNew) {
    body += form({ page: location.origin + location.pathname, referrer: document.referrer.replace(/[?#].*/, "") });
    if (campaign) body += `&${campaign.join("&")}`;
    body += form(config.params || {});
  }
  lead.sent = who;
  lead.stage = stage;
  send(body.slice(1), () => lead.sent === who, answered);
}
