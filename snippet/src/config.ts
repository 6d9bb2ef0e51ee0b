// What the owner asked for.

/**
 * The keys of StackLeadConfig; docs/snippet.md describes each. On the tag they are data-client-key, data-capture-on ...,
 * in the address of the script client_key=, capture_on= ...
 */
export interface Config {
  /** The public key from the settings page. */
  client_key?: string;
  /** Watch the page's fields; true unless switched off. */
  automatic?: boolean | "true" | "false";
  /** Sent along with every call, after our own parameters. */
  params?: Record<string, string>;
  /** Where captures go: an address, or a path on the origin of the script. */
  endpoint?: string;
  /** "entry": once an address is entered (the default). "submit": not before the visitor submits. */
  capture_on?: "entry" | "submit";
  /** "required": send and store nothing before StackLead.consent(true). */
  consent?: "required" | "";
  /** Capture log-in forms too; false unless switched on. */
  login_forms?: boolean | "true";
}

/** The options in force, and the address of the script, which a relative endpoint belongs to. */
export const config: Config & { src_?: string } = {};
