// The one window of a browser that speaks W3C WebDriver.
const KEYS = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Alt: "\uE00A",
  Escape: "\uE00C",
  Space: " ",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
  F9: "\uE039",
};

export class WebDriverPage {
  constructor(send) {
    this.send = send;
    this.isReplaced = false;
  }

  /** Go to an address and wait until it has loaded. */
  async open(url) {
    this.isReplaced = false;
    await this.send("POST", "/url", { url });
  }

  /** Value of an expression in the page. */
  evaluate(expression) {
    const inFrame = `return structuredClone(parent.eval(${JSON.stringify(`(${expression})`)}))`;
    return this.#execute(`return (${expression})`, inFrame);
  }

  /** Run a script as one of the page's. It may take the page away. */
  async run(code) {
    await this.#execute(code, `parent.eval(${JSON.stringify(code)})`);
  }

  /** Call a function in the page: this engine has no world beside the page's own. */
  inspect(fn, ...args) {
    const call = `return (${fn}).apply(null, arguments)`;
    const ofParent = `return (function (window, document, args) { return (${fn}).apply(null, args); })`;
    return this.#execute(call, `${ofParent}(parent, parent.document, arguments)`, args);
  }

  /** Execute in the page; where it has replaced what the engine itself uses for that, in a frame that has not. */
  async #execute(script, inFrame, args = []) {
    try {
      if (!this.isReplaced) return await this.#send(script, args);
    } catch (problem) {
      const { said } = await this.#send(`return { said: ["well"] }`).catch(() => ({}));
      if (said?.[0] === "well") throw problem;
      this.isReplaced = true;
    }
    try {
      if (await this.#enterFrame()) return await this.#send(inFrame, args);
    } finally {
      await this.send("POST", "/frame", { id: null });
    }
    this.isReplaced = false; // another page, which has no such frame
    return this.#send(script, args);
  }

  /** Go into the frame that the first script of the page makes for F9. Returns whether there is one. */
  async #enterFrame() {
    for (const isMade of [false, true]) {
      if (isMade) await this.#press([down(KEYS.F9), up(KEYS.F9)]);
      for (
        let id = 0;
        await this.send("POST", "/frame", { id }).then(
          () => true,
          () => false,
        );
        id++
      ) {
        if ((await this.#send("return window.name").catch(() => "")) === "driver") return true;
        await this.send("POST", "/frame", { id: null });
      }
    }
    return false;
  }

  #send(script, args = []) {
    return this.send("POST", "/execute/sync", { script, args });
  }

  async click({ x, y }) {
    const move = { type: "pointerMove", duration: 0, x: Math.round(x), y: Math.round(y), origin: "viewport" };
    const press = [move, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
    await this.#act({ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: press });
  }

  async type(text) {
    const keys = [...text].map((key) => (key === "\n" ? KEYS.Enter : key));
    await this.#press(keys.flatMap((value) => [down(value), up(value)]));
  }

  /** Press a key, with the modifiers before it: "Enter", "Shift+Tab". */
  async press(keys) {
    const values = keys.split("+").map((name) => KEYS[name] ?? name);
    await this.#press([...values.map(down), ...values.reverse().map(up)]);
  }

  #press(actions) {
    return this.#act({ type: "key", id: "keyboard", actions });
  }

  #act(source) {
    return this.send("POST", "/actions", { actions: [source] });
  }

  async close() {
    await this.send("POST", "/url", { url: "about:blank" });
  }
}

const down = (value) => ({ type: "keyDown", value });
const up = (value) => ({ type: "keyUp", value });
