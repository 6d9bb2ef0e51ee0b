// What the owner asked for: window.StackLeadConfig, read once at load.

/** The documented keys of StackLeadConfig. */
export interface Config {
  client_key?: string;
  /** Watch the page's fields; true unless switched off. */
  automatic?: boolean;
  /** Sent along with every call, after our own parameters. */
  params?: Record<string, unknown>;
}

const script = document.currentScript as HTMLScriptElement | null;

/** Where captures go: the capture route of the origin that this script was loaded from. */
export const endpoint = new URL("/api/client/leads", (script && script.src) || location.href).href;

export const config: Config = (window as { StackLeadConfig?: Config }).StackLeadConfig || {};
