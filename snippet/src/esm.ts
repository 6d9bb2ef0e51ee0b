// Entry point of the ESM build, for pages that are built themselves: nothing happens, and nothing of the browser is
// touched, before init().
import { type Config, config } from "./config";
import { StackLead, start } from "./start";

/** Start with these options; `endpoint` has to be the whole address. Called again, it does nothing. */
export function init(options: Config): void {
  if (config.client_key) return;
  Object.assign(config, options);
  start();
}

export const { capture, consent, optOut } = StackLead;
