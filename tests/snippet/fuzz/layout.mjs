// The HTML of a made-up page: controls, labels, nesting, groups, tag.

const quoted = (text) => String(text).replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
const attributes = (all) =>
  Object.entries(all)
    .map(([key, value]) => ` ${key}="${quoted(value)}"`)
    .join("");

const SHADOW = '<template shadowrootmode="open" shadowrootclonable>';

/** Return the HTML of a field with its label, wrapped as the field asks. */
export function renderField(d, field, shape) {
  const control = renderControl(field);
  const extras = field.toggle && field.toggle !== "typing" ? eye(d, field) : "";
  const [label, body] = renderLabel(field, control, shape);
  let html =
    shape === "table" ? `<tr data-line><td>${label}</td><td>${body}${extras}</td></tr>` : `${label}${body}${extras}`;
  if (field.isInElement) html = `<x-field>${SHADOW}${html}</template></x-field>`;
  if (field.ignored && !("sl-ignore" in field.attributes))
    html = `<div ${d.pick(["sl-ignore", "data-sl-ignore"])}>${html}</div>`;
  if (shape === "table")
    return field.isInElement || field.ignored ? `<tr><td>${html.replace(/<\/?t[rd][^>]*>/g, "")}</td></tr>` : html;
  const depth = d.int(1, shape === "deep" ? 6 : 2);
  for (let i = 0; i < depth; i++) html = `<${i ? "div" : "div data-line"}>${html}</div>`;
  return html;
}

function renderControl(field) {
  const all = { "data-f": field.id, ...field.attributes };
  if (field.control === "textarea") return `<textarea${attributes(all)}></textarea>`;
  if (field.control === "select") {
    const options = ["", "AT", "BE", "US", "DE", "FR", "ES", "PT", "IT", "NL"];
    return `<select${attributes(all)}>${options.map((o) => `<option value="${o}">${o || "..."}</option>`).join("")}</select>`;
  }
  return `<input${attributes(all)}>`;
}

// "Show password": a control beside the field, never a submit button.
function eye(d, field) {
  const how = field.replaces ? "replace" : "type";
  const tag = d.pick(["button", "span"]);
  return `<${tag}${tag === "button" ? ' type="button"' : ""} data-f="eye${field.id}" data-shows="${field.id}" data-how="${how}" onclick="behave.show(this)">&#128065;</${tag}>`;
}

function renderLabel(field, control, shape) {
  const text = quoted(field.label);
  if (field.labelled === "for") return [`<label for="${field.attributes.id}">${text}</label>`, control];
  if (field.labelled === "by") return [`<span id="l${field.id}">${text}</span>`, control];
  if (field.labelled === "wrap") return ["", `<label>${text} ${control}</label>`];
  if (field.labelled === "cell") return [shape === "table" ? text : `<span>${text}</span>`, control];
  return ["", control];
}

/** Return the HTML of a group: a form or a container, with heading, fields and button. */
export function renderGroup(d, group) {
  const lines = group.fields.map((field) => renderField(d, field, group.shape));
  let body = lines.join("\n");
  if (group.shape === "table") body = `<table><tbody>${body}</tbody></table>`;
  if (group.shape === "fieldset") body = `<fieldset><legend>${group.legend}</legend>${body}</fieldset>`;
  const data = { "data-g": "", "data-way": group.way, "data-own": group.own, ...group.data };
  const inner = `<h2>${group.heading}</h2>${group.before}${body}${group.button}`;
  const form = {
    action: group.own,
    method: group.method,
    novalidate: "",
    onsubmit: "behave.onSubmit(event,this)",
    ...data,
  };
  const html = group.isForm ? `<form${attributes(form)}>${inner}</form>` : `<div${attributes(data)}>${inner}</div>`;
  return group.place === "shadow" ? `<x-group>${SHADOW}${html}</template></x-group>` : html;
}

/** Return a whole document. `{{src}}` stands for the script's address. */
export function renderDocument({ language, handlers, late, body, tag }) {
  return `<!doctype html>
<html lang="${language}" data-handlers="${handlers}" data-late="${late}">
<head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
<script src="/behaviours.js"></script></head>
<body>
${body}
${tag}
</body></html>
`;
}

/** Return the tag in one of the documented ways. */
export function renderTag(config, way) {
  const json = JSON.stringify(config).replace(/</g, "\\u003c");
  const inline = `<script type="text/javascript">StackLeadConfig = ${json};</script>`;
  if (way === "data") {
    const twins = Object.entries(config).map(([key, value]) => [
      `data-${key.replace("_", "-")}`,
      typeof value === "object" ? JSON.stringify(value) : value,
    ]);
    return `<script src="{{src}}"${attributes(Object.fromEntries(twins))} async></script>`;
  }
  if (way === "late")
    return `${inline}<script>setTimeout(() => { const s = document.createElement("script"); s.src = "{{src}}"; document.body.append(s); }, 10);</script>`;
  const script = `<script type="text/javascript" src="{{src}}"${way === "async" || way === "defer" ? ` ${way}` : ""}></script>`;
  return inline + script + (way === "twice" ? script : "");
}
