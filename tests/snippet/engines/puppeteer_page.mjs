// A page of a browser that Puppeteer drives. `onError` hears of exceptions in the page.
export class PuppeteerPage {
  constructor(page, context, onError) {
    this.page = page;
    this.context = context;
    page.on("pageerror", (error) => onError(String(error?.stack ?? error)));
    page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
  }

  /** Go to an address and wait until it has loaded. */
  async open(url) {
    await this.page.goto(url, { waitUntil: "load", timeout: 15000 });
  }

  /** Value of an expression in the page's own world. */
  evaluate(expression) {
    return this.page.evaluate(`(${expression})`);
  }

  /** Run a script as one of the page's. It may take the page away. */
  async run(code) {
    await this.page.evaluate(`${code}\n;undefined`).catch((problem) => {
      if (!/context was destroyed|navigat|detached|no such frame/i.test(problem.message)) throw problem;
    });
  }

  /** Call a function beside the page, in a world whose built-ins the page cannot have replaced. */
  inspect(fn, ...args) {
    return this.page
      .mainFrame()
      .isolatedRealm()
      .evaluate(fn, ...args);
  }

  click({ x, y }) {
    return this.page.mouse.click(x, y);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Press a key, with the modifiers before it: "Enter", "Shift+Tab". */
  async press(keys) {
    const names = keys.split("+");
    const last = names.pop();
    for (const name of names) await this.page.keyboard.down(name);
    await this.page.keyboard.press(last);
    for (const name of names.reverse()) await this.page.keyboard.up(name);
  }

  close() {
    return this.context.close();
  }
}
