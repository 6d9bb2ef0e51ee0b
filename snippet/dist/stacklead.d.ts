// Types of stacklead.mjs, the ESM build of the StackLead script.

/** docs/snippet.md describes each option. */
export interface Config {
  /** The public key from the settings page. */
  client_key: string;
  /** The whole address of the capture route, such as https://leads.example.com/api/client/leads. */
  endpoint: string;
  /** Watch the page's fields; true unless switched off. */
  automatic?: boolean;
  /** Sent along with every call, after our own parameters. */
  params?: Record<string, unknown>;
  /** "entry": once an address is entered (the default). "submit": not before the visitor submits. */
  capture_on?: "entry" | "submit";
  /** "required": send and store nothing before consent(true). */
  consent?: "required";
  /** Capture log-in forms too; false unless switched on. */
  login_forms?: boolean;
}

/** Whom a lead is about; all but the email may be absent. */
export interface Person {
  email: string;
  name?: string;
  first_name?: string;
  last_name?: string;
  location?: string;
  linkedin?: string;
  twitter?: string;
  company?: string;
  company_website?: string;
  [parameter: string]: unknown;
}

/** Told of the first answer: nothing on success, an Error otherwise. */
export type Callback = (problem?: Error) => void;

/** Start; the second call does nothing. */
export function init(options: Config): void;

/** Hand in a person, an address, or with neither what the fields of the page hold now. */
export function capture(who?: Person | string | Callback | null, callback?: Callback): void;

/** Give or withdraw the visitor's consent, where `consent: "required"` waits for it. */
export function consent(allowed: boolean): void;

/** Send nothing more of this visitor, on later pages neither; undone by `optOut(false)`. */
export function optOut(out?: boolean): void;
