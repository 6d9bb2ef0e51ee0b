// Entry point: read the configuration once, expose window.StackLead once, start automatic mode.
import { capture, newId, type Person } from "./capture";
import { config } from "./config";
import { watch } from "./watch";

type Callback = (problem?: Error) => void;

const StackLead = {
  /**
   * Hand in a lead by hand. The callback gets nothing on success, an Error otherwise;
   * without an email nothing is sent and it is never called.
   */
  capture(who?: Person | string | Callback, callback?: Callback): void {
    const person: Person = typeof who === "string" ? { email: who } : (who as Person);
    if (!config.client_key || !person || !person.email) return;
    capture({ id: newId(), sent: "" }, person, "submit", (status, text) => {
      if (callback) status === 200 ? callback() : callback(Error(`bad status code: ${status} message: ${text}`));
    });
  },
};

(window as { StackLead?: typeof StackLead }).StackLead = StackLead;
if (!config.client_key) console.warn("StackLead: set StackLeadConfig.client_key");
else if (config.automatic !== false) watch();
