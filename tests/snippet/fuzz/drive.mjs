// Drives one tab of a real Chromium with trusted input, over the browser's own protocol: puppeteer's page would wait for
// each key. Steps are those of steps.mjs.

/** Runs in every document: finds a control by data-f through shadow roots and frames, and reads what stands in it. */
const FINDER = `(() => {
  const WAIT_MS = 15000;
  const find = (id, root) => {
    const found = root.querySelector('[data-f="' + id + '"]');
    if (found) return found;
    for (const el of root.querySelectorAll("x-group,x-field,iframe")) {
      const inner = el.shadowRoot || el.contentDocument;
      const deep = inner && find(id, inner);
      if (deep) return deep;
    }
    return null;
  };
  const all = (root, out) => {
    for (const el of root.querySelectorAll("input,textarea,select")) out.push(el.value);
    for (const el of root.querySelectorAll("x-group,x-field,iframe")) {
      const inner = el.shadowRoot || el.contentDocument;
      if (inner) all(inner, out);
    }
    return out;
  };
  const when = (test, ms) => new Promise((done) => {
    const until = performance.now() + ms;
    const look = () => {
      const found = test();
      found || performance.now() > until ? done(found) : setTimeout(look, 5);
    };
    look();
  });
  return {
    find: (id) => find(id, document),
    values: () => all(document, []),
    // Centre of the control in the viewport, scrolled to; null if there is none.
    async place(id) {
      const el = await when(() => find(id, document), WAIT_MS);
      if (!el) return null;
      el.scrollIntoView({ block: "center", behavior: "instant" });
      let { left, top, width, height } = el.getBoundingClientRect();
      for (let view = el.ownerDocument.defaultView; view.frameElement; view = view.parent) {
        const outer = view.frameElement.getBoundingClientRect();
        left += outer.left + view.frameElement.clientLeft;
        top += outer.top + view.frameElement.clientTop;
      }
      return { x: left + Math.min(width / 2, 60), y: top + height / 2 };
    },
    // True if keys go to the control: it has the focus in its root, and so have the hosts and frames around it.
    hasFocus(id) {
      for (let el = find(id, document); el; ) {
        const root = el.getRootNode();
        if (root.activeElement !== el) return false;
        if (root === document) return true;
        el = root.host || root.defaultView?.frameElement;
      }
      return false;
    },
    async fill(id, value) {
      const el = await when(() => find(id, document), WAIT_MS);
      if (!el) throw Error("there is no " + id);
      const view = el.ownerDocument.defaultView;
      const type = { INPUT: "HTMLInputElement", SELECT: "HTMLSelectElement", TEXTAREA: "HTMLTextAreaElement" }[el.tagName];
      Object.getOwnPropertyDescriptor(view[type].prototype, "value").set.call(el, value);
      el.dispatchEvent(new view.Event("input", { bubbles: true, composed: true }));
      find(id, document).dispatchEvent(new view.Event("change", { bubbles: true }));
    },
    ready: () => when(() => window.StackLead || frames[0]?.StackLead, WAIT_MS),
    // The script of a frame may still be on its way when the page has loaded.
    async inFrame(script) {
      const view = () => frames[0] || window;
      if (!(await when(() => view().eval('typeof behave == "object"'), WAIT_MS))) throw Error("there is no script in the frame");
      view().eval(script);
    },
    inTag: (script) => (window.StackLead ? window : frames[0] || window).eval(script),
  };
})()`;

export class Tab {
  /**
   * Open a tab in a window of its own, so that it is never in the background.
   * @param {import("puppeteer-core").Browser} browser
   */
  static async open(browser) {
    const tab = new Tab();
    // Not browser.newPage(): its page listens to the network and to every frame, which nobody needs here.
    const control = await browser.target().createCDPSession();
    const { targetId } = await control.send("Target.createTarget", { url: "about:blank", newWindow: true });
    const target = await browser.waitForTarget((one) => one._targetId === targetId);
    tab.client = await target.createCDPSession();
    tab.problems = [];
    tab.send = (method, params) => tab.client.send(method, params);
    const { client } = tab;
    client.on("Runtime.exceptionThrown", ({ exceptionDetails: e }) =>
      tab.problems.push(e.exception?.description || e.text),
    );
    client.on("Runtime.consoleAPICalled", ({ type, args }) => {
      const text = args.map((a) => a.value ?? a.description).join(" ");
      if (type === "error" || text.startsWith("StackLead")) tab.problems.push(`console.${type}: ${text}`);
    });
    client.on(
      "Log.entryAdded",
      ({ entry }) => entry.level === "error" && tab.problems.push(`${entry.text} ${entry.url || ""}`),
    );
    client.on("Page.frameNavigated", ({ frame }) => !frame.parentId && tab.onCommit?.());
    client.on("Page.loadEventFired", () => tab.onLoad?.());
    for (const domain of ["Page", "Runtime", "Log"]) await tab.send(`${domain}.enable`);
    await tab.send("Page.addScriptToEvaluateOnNewDocument", { source: `globalThis.__fuzz = ${FINDER}`, worldName: "" });
    await tab.send("Emulation.setFocusEmulationEnabled", { enabled: true });
    return tab;
  }

  /** Go to an address and wait until it has loaded, script included. */
  async go(url, isTagged = true) {
    const loaded = new Promise((resolve) => {
      this.onLoad = resolve;
    });
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await loaded;
    if (isTagged && !(await this.ask("__fuzz.ready().then(Boolean)"))) throw new Error("the script did not load");
  }

  /** Evaluate an expression in the page. */
  async ask(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }

  /** Do one step; `wait` waits for what arrives at the servers. */
  async step(step, wait) {
    const [[verb, what]] = Object.entries(step);
    if (verb === "run") {
      const where = step.inTag ? "void __fuzz.inTag" : step.inGroup ? "__fuzz.inFrame" : "void eval";
      return this.ask(`${where}(${JSON.stringify(what)})`);
    }
    if (verb === "tab") return this.key("Tab", "Tab", 9);
    if (verb === "own" || verb === "arrive") return wait[verb](what);
    if (verb === "look") return wait.look(await this.ask("__fuzz.values()"));
    const [id, text] = Array.isArray(what) ? what : [what];
    if (verb === "fill" || verb === "select")
      return this.ask(`__fuzz.fill(${JSON.stringify(id)}, ${JSON.stringify(text)})`);
    if (verb === "click") return this.click(id);
    await this.focus(id);
    if (verb === "clear") return this.clear();
    await this.key("End", "End", 35);
    if (verb === "enter") return this.key("Enter", "Enter", 13, "\r");
    return verb === "insert" ? this.send("Input.insertText", { text }) : this.type(text);
  }

  async click(id) {
    const at = await this.ask(`__fuzz.place(${JSON.stringify(id)})`);
    if (!at) throw new Error(`there is no ${id}`);
    const mouse = { ...at, button: "left", buttons: 1, clickCount: 1 };
    const pressed = this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...mouse });
    await Promise.all([
      pressed,
      this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...mouse, buttons: 0 }),
    ]);
  }

  /** Click a control until it has the focus: on a busy machine a page moves between the look for it and the click. */
  async focus(id) {
    for (let tries = 5; tries > 0; tries--) {
      await this.click(id);
      if (await this.ask(`__fuzz.hasFocus(${JSON.stringify(id)})`)) return;
    }
    throw new Error(`${id} does not take the focus`);
  }

  // Keys are sent one after the other without waiting: the browser keeps their order.
  async type(text) {
    const sent = [];
    for (const char of text) {
      const key = { key: char, unmodifiedText: char };
      sent.push(this.send("Input.dispatchKeyEvent", { type: "keyDown", text: char, ...key }));
      sent.push(this.send("Input.dispatchKeyEvent", { type: "keyUp", ...key }));
    }
    await Promise.all(sent);
  }

  async key(key, code, windowsVirtualKeyCode, text) {
    const event = { key, code, windowsVirtualKeyCode };
    const down = this.send("Input.dispatchKeyEvent", {
      type: text ? "keyDown" : "rawKeyDown",
      ...event,
      ...(text && { text, unmodifiedText: text }),
    });
    await Promise.all([down, this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event })]);
  }

  async clear() {
    const event = { key: "a", code: "KeyA", windowsVirtualKeyCode: 65 };
    const all = this.send("Input.dispatchKeyEvent", {
      type: "rawKeyDown",
      ...event,
      modifiers: 2,
      commands: ["selectAll"],
    });
    await Promise.all([
      all,
      this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event }),
      this.key("Delete", "Delete", 46),
    ]);
  }
}
