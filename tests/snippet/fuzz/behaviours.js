// What the scripts of made-up pages do, asked for by attributes: re-render, "show password", mirrors, ways to submit.
// Runs in the page; behaves like owners' code and knows nothing of the tag.
// Not by the element's own properties, which a form's fields may hide.
const all = (root, selector) => [...Element.prototype.querySelectorAll.call(root, selector)];

const behave = {
  // Deep look-up by data-f, into open shadow roots.
  find(id, root = document) {
    const found = root.querySelector(`[data-f="${id}"]`);
    if (found) return found;
    for (const el of root.querySelectorAll("*")) {
      const inner = el.shadowRoot && behave.find(id, el.shadowRoot);
      if (inner) return inner;
    }
    return null;
  },

  // Put a copy with the same value in the place of a control, as a framework without keys does on each keystroke.
  replace(el, type) {
    const copy = el.cloneNode(true);
    copy.value = el.value;
    if (type) copy.type = type;
    const hadFocus = el.getRootNode().activeElement === el;
    el.replaceWith(copy);
    if (hadFocus) behave.focus(copy);
  },

  // The same for the whole group: all values are carried over.
  replaceGroup(el) {
    const group = el.closest("[data-g]");
    if (!group) return;
    const copy = group.cloneNode(true);
    const from = all(group, "input,select,textarea");
    all(copy, "input,select,textarea").forEach((control, i) => {
      if (control.type === "checkbox") control.checked = from[i].checked;
      else control.value = from[i].value;
    });
    group.replaceWith(copy);
    behave.focus(all(copy, `[data-f="${el.dataset.f}"]`)[0]);
  },

  // The caret goes to the end; type=email has no selection to set, but setting the value does it.
  focus(el) {
    el.focus();
    const { value } = el;
    if (el.tagName === "SELECT" || !value) return;
    el.value = "";
    el.value = value;
  },

  onInput(event) {
    const el = event.composedPath()[0];
    const data = el.dataset || {};
    if (data.untype && el.value.length >= Number(data.untype)) el.type = "text";
    if (data.grouped) el.value = el.value.replace(/\D/g, "").replace(/(.{4})(?=.)/g, "$1 ");
    if (data.mirror) {
      const mirror = behave.find(data.mirror);
      if (mirror) mirror.value = el.value;
    }
    const group = el.closest?.("[data-rerender]");
    if (group?.dataset.rerender === "node" && el.tagName === "INPUT") behave.replace(el);
    if (group?.dataset.rerender === "group") behave.replaceGroup(el);
    if (data.advance && el.value.length >= el.maxLength) behave.find(data.advance)?.focus();
  },

  // "Show password": the type is changed, or a text field takes the place of the password field.
  show(button) {
    const el = behave.find(button.dataset.shows);
    if (button.dataset.how === "replace") behave.replace(el, "text");
    else el.type = el.type === "text" ? "password" : "text";
  },

  // A page that moves a field about, its value with it.
  move(id) {
    const line = behave.find(id)?.closest("[data-line]");
    if (line) line.parentNode.append(line);
  },

  late() {
    for (const template of document.querySelectorAll("template[data-late]")) template.replaceWith(template.content);
  },

  post(group, pairs) {
    fetch(group.dataset.own, { method: "POST", body: new URLSearchParams(pairs), keepalive: true });
    if (group.dataset.then === "thanks") group.innerHTML = "<p>Thank you</p>";
    if (group.dataset.then === "reset" && group.reset) group.reset();
  },

  onSubmit(event, group) {
    if (!/^(fetch|stop)$/.test(group.dataset.way)) return;
    event.preventDefault();
    behave.post(group, new FormData(group, event.submitter));
  },

  // A button that is not a submit button.
  click(button) {
    const group = button.closest("[data-g]");
    const way = group.dataset.way;
    if (group.dataset.capture)
      (window.StackLead || parent.StackLead).capture((problem) =>
        behave.answers.push(problem ? String(problem) : "ok"),
      );
    if (way === "onclick") {
      const controls = all(group, "[name]").filter((c) => c.type !== "checkbox" || c.checked);
      behave.post(
        group,
        controls.filter((c) => c.tagName !== "BUTTON").map((c) => [c.name, c.value]),
      );
    }
    if (way === "programmatic") HTMLFormElement.prototype.submit.call(group);
    if (way === "request") HTMLFormElement.prototype.requestSubmit.call(group);
  },
  answers: [],
};

const isEarly = document.documentElement.dataset.handlers === "early";
(isEarly ? window : document).addEventListener("input", behave.onInput, isEarly);
// Harsh: the submit ends here, before anything that was registered later hears of it.
window.addEventListener(
  "submit",
  (event) => {
    const group = event.composedPath()[0];
    if (group.dataset?.way !== "stop") return;
    event.stopImmediatePropagation();
    behave.onSubmit(event, group);
  },
  true,
);
if (document.documentElement.dataset.late === "load")
  window.addEventListener("DOMContentLoaded", () => setTimeout(behave.late, 15));
