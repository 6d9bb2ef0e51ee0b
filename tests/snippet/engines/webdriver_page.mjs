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
};

export class WebDriverPage {
  constructor(send) {
    this.send = send;
  }

  /** Go to an address and wait until it has loaded. */
  async open(url) {
    await this.send("POST", "/url", { url });
  }

  /** Value of an expression in the page. */
  evaluate(expression) {
    return this.#execute(`return (${expression})`);
  }

  /** Run a script as one of the page's. It may take the page away. */
  async run(code) {
    await this.#execute(code);
  }

  /** Call a function in the page: this engine has no world beside the page's own. */
  inspect(fn, ...args) {
    return this.#execute(`return (${fn}).apply(null, arguments)`, args);
  }

  #execute(script, args = []) {
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
