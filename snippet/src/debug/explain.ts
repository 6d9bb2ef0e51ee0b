// One field in words: what it is taken for, and by which sign; or why it is never sent.
import { MAIL } from "../fields";
import { type Field, type Group, hostOf, isSecret, isSeen } from "../read";
import { called, decider, forbidder, purpose, type Sign, signsOf } from "./ask";
import { short } from "./dom";
import { STRANGER } from "./words";

/** What comes of a field. "sent": its value goes along; "known": recognised, nothing to send; "never", "none": stays. */
export interface Verdict {
  kind: "sent" | "known" | "never" | "none";
  /** The parameter as people know it, or what it is instead. */
  what: string;
  why: string;
  /** Only of what is sent. */
  value?: string;
}

// Words for people only: what is sent and what is not has been decided before.
const SECRETS: [RegExp, string][] = [
  [/\bcc-|card|cv[cv]|\bexp|security.?code/, "payment card"],
  [/one.?time|\botp\b|2fa|verification.?code|passcode/, "one-time code"],
  [/ssn|social.?sec|\btax|passport|national.?id/, "government number"],
  [/pass|pwd|secret/, "password"],
  [STRANGER, "of somebody else"],
];

const quoted = ([source, text]: Sign): string => (text ? `${source} “${short(text)}”` : source);

/** Explain a field, given its group as it was just read. */
export function explain(field: Field, group: Group): Verdict {
  if (field.type === "password") return { kind: "never", what: "password", why: "type “password”" };
  if (field.type === "hidden") return { kind: "never", what: "hidden", why: "the visitor does not see it" };
  if (isSecret(field)) return { kind: "never", what: "password", why: "what stands in it was typed as a password" };
  if (!isSeen(field)) return unseen(field);
  const signs = signsOf(field);
  const forbidding = forbidder(signs);
  const secret = secretOf(forbidding ? [forbidding] : signs);
  if (forbidding) return { kind: "never", what: secret || "secret", why: `${quoted(forbidding)}` };
  const param = purpose(field);
  const explicit = field.closest<HTMLElement>("[sl-field],[data-sl-field]");
  const word = explicit && (explicit.dataset.slField || explicit.getAttribute("sl-field"));
  if (!param || param === MAIL) {
    if (secret) return { kind: "never", what: secret, why: quoted(signs.find((s) => secretOf([s])) as Sign) };
    if (word) return { kind: "none", what: "not sent", why: `sl-field “${word}” has more than one field inside` };
  }
  return recognised(field, group, param, param === word ? ["sl-field", word] : decider(signs, param));
}

function secretOf(signs: Sign[]): string | undefined {
  const said = signs
    .map(([, text]) => text)
    .join("|")
    .toLowerCase()
    .replace(/_/g, " ");
  const found = SECRETS.find(([pattern]) => pattern.test(said));
  return found && found[1];
}

/** Why the script does not see a field, its own box or one of those around its shadow root. */
function unseen(field: Field): Verdict {
  for (let el: Element | undefined = field; el; el = hostOf(el)) {
    if (el.closest("[sl-ignore],[data-sl-ignore]")) return { kind: "never", what: "ignored", why: "sl-ignore" };
    if (el.closest("[aria-hidden=true]")) return { kind: "never", what: "ignored", why: "aria-hidden" };
  }
  return { kind: "never", what: "not visible", why: "the visitor does not see it" };
}

function recognised(field: Field, group: Group, param: string, sign: Sign | undefined): Verdict {
  const [now, value] = group.touched_.get(field) || ["", ""];
  const by = sign ? quoted(sign) : "several signs together";
  if (!param) {
    const isText = /^(text|tel|em|ur|se)/.test(field.type);
    return { kind: "none", what: "not sent", why: isText ? "no parameter" : `no parameter (${field.type})` };
  }
  if (!now) {
    if (param === MAIL)
      return { kind: "none", what: "not sent", why: "no parameter; only an email address in it would count" };
    return { kind: "known", what: called(param), why: `${by} · ${missing(field, group, param)}` };
  }
  if (isDouble(field, group, now))
    return { kind: "none", what: "not sent", why: `another field is the ${called(now)}` };
  if (now === MAIL && group.person_.email !== value)
    return { kind: "none", what: "not sent", why: "an address that nobody asked for" };
  return { kind: "sent", what: called(now), why: now === MAIL ? "an address stands in it" : by, value };
}

function missing(field: Field, group: Group, param: string): string {
  if (!field.value.trim()) return "nothing entered yet";
  if (!group.touched_.has(field)) return "not changed by the visitor";
  return param === "email" ? "no complete address yet" : `what stands in it is no ${called(param)}`;
}

/** True if a field that was touched earlier has the same parameter. */
function isDouble(field: Field, group: Group, param: string): boolean {
  for (const [other, [theirs, value]] of group.touched_) {
    if (other === field) return false;
    if (theirs === param && value && other.isConnected) return true;
  }
  return false;
}
