// What the visitor of a made-up page does, in the words of the driver (drive.mjs):
//   {click: f} {keys: [f, text]} {insert: [f, text]} {fill: [f, text]} {select: [f, text]} {clear: f} {enter: f} {tab: true}
//   {run: script} {arrive: milliseconds} {own: true}        where f is the data-f of a control
// keys: key by key. insert: at once, as a paste or an input method does. Both are trusted. fill: as password managers do,
// by the value's setter and untrusted events.

/** Return the steps of a page: consent, fields in their order, mutations between them, submit. */
export function makeSteps(d, plan, group, aside) {
  const steps = [];
  const consent = plan.config.consent ? d.pick(["first", "middle", "submit"]) : "";
  const agree = { run: "window.StackLead?.consent?.(true)", inTag: true };
  if (group.late === "click") steps.push({ click: "start" });
  if (consent === "first") steps.push(agree);
  if (aside && d.chance(0.5)) steps.push(...enterAll(d, aside));
  const own = enterAll(d, group);
  if (consent === "middle") own.splice(d.int(0, own.length), 0, agree);
  if (d.chance(0.15))
    own.splice(d.int(0, own.length), 0, { run: `behave.move(${d.pick(group.fields).id})`, inGroup: true });
  steps.push(...own);
  if (d.chance(0.2)) steps.push({ tab: true });
  if (consent === "submit") steps.push(agree);
  if (!plan.config.capture_on && plan.config.automatic !== false && d.chance(0.12))
    steps.push({ tab: true }, { arrive: 600 });
  steps.push({ look: true }, ...submit(d, group));
  return steps;
}

const enterAll = (d, group) => {
  const isAutofilled = d.chance(0.12);
  return group.fields
    .filter((f) => f.attributes.type?.toLowerCase() !== "hidden")
    .flatMap((field) => enter(d, field, isAutofilled));
};

function enter(d, field, isAutofilled) {
  if (field.copyOf) return [];
  if (field.control === "select") return [{ select: [field.id, field.value] }];
  const text = field.typed || field.value;
  const before = field.attributes.value ? [{ clear: field.id }] : [];
  if (isAutofilled && !field.toggle && !field.typed && !field.attributes.maxlength) return [{ fill: [field.id, text] }];
  const put = (part) => ({ [text.length < 7 || d.chance(0.25) ? "keys" : "insert"]: [field.id, part] });
  const eye = { click: `eye${field.id}` };
  if (field.toggle === "before") return [...before, eye, put(text)];
  if (field.toggle === "after") return [...before, put(text), eye];
  if (field.toggle === "during") {
    const at = d.int(1, text.length - 1);
    const letters = [...text];
    return [
      ...before,
      put(letters.slice(0, at).join("")),
      eye,
      ...(at < letters.length ? [put(letters.slice(at).join(""))] : []),
    ];
  }
  return [...before, put(text)];
}

function submit(d, group) {
  if (group.way === "leave") return [];
  const isTextForm = group.isForm && /^(native|fetch|stop)$/.test(group.way);
  const typed = group.fields.filter((f) => f.kind === "email" && !f.isInElement);
  if (isTextForm && typed.length && d.chance(0.25)) return [{ enter: typed[0].id }, { own: true }];
  return [{ click: "go" }, { own: true }];
}
