// Entry point of the tag: read the options once, expose window.StackLead once, start.
import { warn } from "./capture";
import { type Config, config } from "./config";
import { StackLead, start } from "./start";

const page = window as {
  StackLeadConfig?: Config;
  StackLead?: { q?: Parameters<typeof StackLead.capture>[]; [key: string]: unknown };
};

try {
  const script = document.currentScript as HTMLScriptElement;
  const before = page.StackLead || {};
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
  Object.assign(config, page.StackLeadConfig);
  const key = config.client_key as string;
  // The same tag twice is one tag.
  if (!before[key]) {
    (page.StackLead = StackLead as { [key: string]: unknown })[key] = 1;
    // The inspector first, then everything as ever.
    if (/sl-debug=/.test(document.URL))
      import(new URL("stacklead.debug.js", config.src_) as unknown as string).then(start);
    else start();
    for (const call of before.q || []) StackLead.capture(...call);
  }
} catch (problem) {
  warn(problem);
}
