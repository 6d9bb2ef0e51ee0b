// The first script of every page, which the site puts in: notes exceptions and our warnings, switches on GPC.

/* Runs in the page. Whatever it sees goes to the site at once, and is kept where the driver can ask for it. */
function watchPage(hasGpc) {
  const notes = [];
  const page = `${Math.random()}`;
  const { stringify } = JSON;
  const beacon = navigator.sendBeacon.bind(navigator);
  const note = (kind, text) => {
    const one = { id: `${page}:${notes.length}`, page, kind, text };
    notes[notes.length] = one;
    beacon("/driver/note", stringify(one));
  };
  Object.defineProperty(window, Symbol.for("notes of the driver"), { value: notes });
  addEventListener("error", (e) => note("exception", `${e.message} (${e.filename}:${e.lineno})`));
  addEventListener("unhandledrejection", (e) => note("rejection", String(e.reason?.stack || e.reason)));
  const { warn } = console;
  console.warn = function (...said) {
    if (String(said[0]).startsWith("StackLead:")) note("warning", said.join(" "));
    return warn.apply(this, said);
  };
  if (hasGpc)
    Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true, configurable: true });
  document.currentScript.remove();
}

/** Put the first script into a page, before anything of its own. */
export function instrument(html, hasGpc) {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? "";
  return `${doctype}<script nonce="driver">(${watchPage})(${Boolean(hasGpc)})</script>${html.slice(doctype.length)}`;
}

/** Allow the first script, and nothing else, in a Content-Security-Policy. */
export function allowOurs(policy) {
  const directives = policy.split(";").map((one) => one.trim());
  const isNamed = (name) => (one) => one.split(/\s+/)[0].toLowerCase() === name;
  const narrow = ["script-src", "script-src-elem"].filter((name) => directives.some(isNamed(name)));
  const wanted = narrow.length ? narrow : ["default-src"];
  return directives.map((one) => (wanted.some((name) => isNamed(name)(one)) ? withNonce(one) : one)).join("; ");
}

// A nonce switches 'unsafe-inline' off, which allows the first script as it is.
const withNonce = (directive) =>
  /'unsafe-inline'/.test(directive) && !/'(nonce|sha\d+)-/.test(directive) ? directive : `${directive} 'nonce-driver'`;

/** Expression for what the first script of the present page has noted; null where it has not run. */
export const READ_NOTES = `window[Symbol.for("notes of the driver")] ?? null`;
