// Notes down what the tag sends to StackLead, to show it on /sent; also the small conveniences of the sample site.
// A real site needs none of this. It only listens: every call goes on unchanged.
(() => {
  const product = document.currentScript.dataset.product;
  const KEY = "ledger";
  const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch { return []; } };
  const write = (items) => { try { localStorage.setItem(KEY, JSON.stringify(items.slice(0, 60))); } catch { /* private window */ } };

  async function note(url, body, how) {
    if (!String(url).startsWith(`${product}/api/client/`)) return;
    const text = body instanceof Blob ? await body.text() : String(body ?? "");
    write([{ at: Date.now(), page: location.pathname, how, text }, ...read()]);
    show();
  }

  const realFetch = window.fetch;
  window.fetch = function (resource, options) {
    note(resource?.url ?? resource, options?.body, "fetch");
    return realFetch.apply(this, arguments);
  };
  const realBeacon = navigator.sendBeacon;
  navigator.sendBeacon = function (url, body) {
    note(url, body, "beacon");
    return realBeacon.apply(navigator, arguments);
  };

  function fields(text) {
    const call = Object.fromEntries(new URLSearchParams(text));
    let person = {};
    try { person = JSON.parse(call.person); } catch { /* a later stage that repeats nothing */ }
    delete call.person;
    return { person, rest: call };
  }

  function row(name, value) {
    const line = document.createElement("tr");
    line.innerHTML = "<th></th><td></td>";
    line.firstChild.textContent = name;
    line.lastChild.textContent = typeof value === "string" ? value : JSON.stringify(value);
    return line;
  }

  function table(values) {
    const made = document.createElement("table");
    made.append(...Object.entries(values).map(([name, value]) => row(name, value)));
    return made;
  }

  function card(item) {
    const { person, rest } = fields(item.text);
    const made = document.createElement("article");
    made.className = "panel call";
    const title = document.createElement("h3");
    const stage = { entry: "Address entered", submit: "Form sent", leave: "Page left" }[rest.stage] || "Call";
    title.textContent = `${stage} on ${item.page}, ${new Date(item.at).toLocaleTimeString()}`;
    made.append(title);
    if (Object.keys(person).length > 0) made.append(table(person));
    else made.insertAdjacentHTML("beforeend", "<p>Nothing new: only the key, the capture id and the stage.</p>");
    const more = document.createElement("details");
    more.innerHTML = "<summary>What went with it</summary>";
    more.append(table(rest));
    made.append(more);
    return made;
  }

  function latest(items) {
    // The newest call that carried a person, as that is what the lead consists of.
    return items.find((item) => Object.keys(fields(item.text).person).length > 0);
  }

  function show() {
    const items = read();
    const pill = document.querySelector(".ledger");
    if (!pill) return;
    pill.hidden = items.length === 0 || location.pathname === "/sent";
    pill.querySelector("[data-sent]").textContent = items.length;
    const all = document.querySelector("[data-all]");
    if (all && items.length > 0) all.replaceChildren(...items.map(card));
    const last = document.querySelector("[data-latest]");
    const newest = latest(items);
    if (last && newest) last.replaceChildren(table(fields(newest.text).person));
    const forget = document.querySelector("[data-forget]");
    if (forget) forget.hidden = items.length === 0;
  }

  function fill(button) {
    const set = (input, value) => {
      if (!input) return;
      input.value = value;
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    };
    const form = document.querySelector("main form");
    const { name, email, website } = button.dataset;
    const [first, ...last] = name.split(" ");
    const named = (...names) => names.map((n) => form.querySelector(n)).find(Boolean);
    set(named("[name=first_name]"), first);
    set(named("[name=last_name]"), last.join(" "));
    set(named("[name=name]", "[sl-field=name]", "[data-name-field]"), name);
    set(named("[name=company_website]"), website);
    set(named("[name=email]", "[sl-field=email]"), email);
  }

  function addCallForm(place) {
    place.innerHTML = `<form class="panel" action="/thanks" method="post">
      <label>Name <input name="name" autocomplete="name"></label>
      <label>Email <input type="email" name="email" autocomplete="email" required></label>
      <label>Phone <input type="tel" name="phone" autocomplete="tel"></label>
      <button class="button">Call me</button></form>`;
    place.querySelector("input").focus();
  }

  addEventListener("DOMContentLoaded", () => {
    show();
    for (const box of document.querySelectorAll("[data-try]")) box.hidden = false;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.email !== undefined) fill(button);
      if (button?.hasAttribute("data-add-form")) addCallForm(button.parentElement);
      if (button?.hasAttribute("data-loose")) button.textContent = "Noted, thank you";
      if (button?.hasAttribute("data-forget")) { write([]); location.reload(); }
    });
    addEventListener("storage", show);
  });
})();
