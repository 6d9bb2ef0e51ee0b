// Entry point of the tag: read the options once, expose window.StackLead once, start.
import { warn } from "./capture";
import { type Config, config } from "./config";
import { StackLead, start } from "./start";
import { onEvent } from "./watch";

declare const window: {
  StackLeadConfig?: Config;
  StackLead?: { q?: Parameters<typeof StackLead.capture>[]; [key: string]: unknown };
};

try {
  const before = window.StackLead || {};
  const script = document.currentScript as HTMLScriptElement;
  const options = config as Record<string, unknown>;
  if (script) {
    // A URL costs too much while the page is coming where there is nothing in it.
    if (/\?/.test((config.src_ = script.src)))
      new URL(config.src_).searchParams.forEach((value, name) => {
        options[name] = value;
      });
    for (const { name, value } of script.attributes)
      try {
        options[name.slice(5).replace(/-/g, "_")] = /^{/.test(value) ? JSON.parse(value) : value;
      } catch {}
  }
  Object.assign(config, window.StackLeadConfig);
  const key = config.client_key as string;
  // The same tag twice is one tag.
  if (!before[key]) {
    (window.StackLead = StackLead as { [key: string]: unknown })[key] = 1;
    // The inspector first, then everything as ever.
    if (/sl-debug=/.test(document.URL))
      import(new URL("stacklead.debug.js", config.src_) as unknown as string).then(start);
    else start();
    for (const call of before.q || []) {
      // No event is needed for a look at what was typed before we came.
      onEvent();
      StackLead.capture(...call);
    }
  }
} catch (problem) {
  warn(problem);
}
