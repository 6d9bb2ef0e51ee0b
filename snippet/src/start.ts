// The public methods, and how both builds begin.
import { type Callback, capture, consent, endpoint, type Person, warn } from "./capture";
import { config } from "./config";
import { guarded } from "./page";
import { newGroup, read } from "./read";
import { optOut } from "./storage";
import { current, watch } from "./watch";

/** What a lead may be handed in as: a person, an address, or a callback alone. */
export type Who = Person | string | Callback | null;

export const StackLead = {
  /** Send nothing more of this visitor, on later pages neither; undone by `optOut(false)`. */
  optOut,
  /** Give or withdraw the visitor's consent, where `consent: "required"` waits for it. */
  consent,
  /**
   * Hand in a lead by hand: a person, an address, or with neither what the fields of the page hold now. Without an
   * email nothing is sent and the callback is never called.
   */
  capture: guarded((who?: Who, callback?: Callback): void => {
    let lead = newGroup();
    if (who == null || (who as Callback).call) {
      callback = callback || (who as Callback);
      read((lead = current));
      who = current.person_;
    } else if ((who as string).trim) who = { email: who as string };
    if ((who as Person).email) capture(lead, who as Person, "submit", callback);
  }),
};

/** Start with the options in `config`. */
export const start = (): void => {
  // Tell at once of one that is none; a URL costs too much while the page is coming where there is nothing to tell.
  if (config.endpoint) endpoint();
  if (config.client_key) {
    consent(!config.consent);
    watch(document);
  } else warn("set client_key");
};
