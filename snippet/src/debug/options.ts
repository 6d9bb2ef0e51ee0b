// The options that the script has read, found the way it finds them; and what else decides whether anything is sent.
import { type Config, config } from "../config";
import { isOptedOut } from "../storage";
import { findTag } from "./tag";

const page = window as { StackLeadConfig?: Config; StackLead?: Record<string, unknown> };

/** What `?sl-debug=` says: "dry" sends nothing. */
export const isDry = /sl-debug=dry/.test(location.search);

/** False if the page has neither a tag nor a StackLeadConfig that can be seen from here. */
export let areKnown = false;

// Said by the page since the inspector is here; before, nobody can have been told.
let consented: unknown;

/** Read the options into `config`, so that the rules of the script, asked from here, go by them too. */
export function readOptions(): void {
  const tag = findTag();
  const options = config as Record<string, unknown>;
  if (tag) {
    config.src_ = tag.src;
    for (const [name, value] of new URL(tag.src).searchParams) options[name] = value;
    for (const { name, value } of tag.attributes)
      if (/^data-/.test(name)) options[name.slice(5).replace(/-/g, "_")] = parsed(value);
  }
  Object.assign(config, page.StackLeadConfig);
  areKnown = Boolean(tag || page.StackLeadConfig);
  config.endpoint = `${new URL(config.endpoint || "/api/client/leads", config.src_ || import.meta.url)}`;
}

function parsed(value: string): unknown {
  try {
    return /^{/.test(value) ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}

/** Hear what the page says of the visitor's consent, and pass it on. */
export function hearConsent(changed: () => void): void {
  const { StackLead } = page;
  if (!StackLead || typeof StackLead.consent !== "function") return;
  const { consent } = StackLead;
  StackLead.consent = (allowed: unknown) => {
    (consent as (allowed: unknown) => void)(allowed);
    consented = allowed;
    changed();
  };
}

export const isAutomatic = (): boolean => !/false/.test(config.automatic as string);
export const hasGpc = (): boolean => Boolean((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);
export const isOnSubmit = (): boolean => config.capture_on === "submit" || hasGpc();
export const isHeld = (): boolean => Boolean(consented === undefined ? config.consent : !consented);
/** True if nothing can be sent, whatever is entered. */
export const isOff = (): boolean => isOptedOut() || (areKnown && !config.client_key);

/** Say each option in words: name, value. */
export function optionRows(): [string, string][] {
  const consent = consented === undefined ? "not given yet" : consented ? "given" : "refused";
  return [
    ["client_key", config.client_key || (areKnown ? "missing" : "set in your own code")],
    ["endpoint", config.endpoint || ""],
    ["capture_on", `${config.capture_on || "entry"}${hasGpc() ? " (acts as submit: Global Privacy Control)" : ""}`],
    ["automatic", isAutomatic() ? "on" : "off"],
    ["consent", config.consent ? `${config.consent}, ${consent}` : "not asked for"],
    ["login_forms", config.login_forms ? "on" : "off"],
    ["params", config.params ? Object.keys(config.params).join(", ") : "none"],
    ["Global Privacy Control", hasGpc() ? "on" : "off"],
    ["Opted out", isOptedOut() ? "yes" : "no"],
  ];
}

/** Say what stands in the way of any capture, and what to do about it. */
export function warnings(): string[] {
  const said: string[] = [];
  if (areKnown && !config.client_key)
    said.push("No client key: nothing is sent. Copy the tag again from Settings, Website tag.");
  if (isOptedOut()) said.push("This browser has opted out: nothing is sent. StackLead.optOut(false) undoes it.");
  if (isHeld()) said.push("Waits for consent: captures are held until your page calls StackLead.consent(true).");
  if (!isAutomatic()) said.push("automatic is off: only StackLead.capture() in your own code sends anything.");
  if (hasGpc()) said.push("This browser sends Global Privacy Control: nothing is sent before a submit.");
  return said;
}
