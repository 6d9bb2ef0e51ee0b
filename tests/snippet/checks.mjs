// Holds what happened against what the case expects. Every check gives problems: `{what, expected, got}`.
import { isDeepStrictEqual } from "node:util";
import { findSecret } from "./secrets.mjs";

/**
 * Check a visit. `seen` is `{calls, own, noted, errors, value, callbacks}`: calls at the product, own submits, what the
 * pages' first scripts noted, exceptions that the engine told, and the two values read in the page.
 */
export function check(test, expect, seen) {
  const leads = leadsOf(seen.calls);
  const people = leads.filter((lead) => lead.person).map((lead) => lead.person);
  const inOrder = expect.any_order ? sorted : (list) => list;
  const problems = [
    ...same("people", inOrder(expect.people), inOrder(people)),
    ...optional(
      "stages",
      expect.stages,
      leads.map((lead) => lead.stages),
    ),
    ...optional("own", expect.own, seen.own),
    ...optional("callbacks", expect.callbacks, seen.callbacks),
    ...optional("result", expect.result?.[1], seen.value),
    ...params(expect.params, seen.calls),
    ...(expect.never ?? []).flatMap((secret) => leaks(secret, seen.calls)),
    ...always(seen),
    ...(isSteady(test) ? duplicates(seen.calls) : []),
  ];
  if (expect.people.length === 0) problems.push(...same("no call at all", 0, seen.calls.length));
  return problems;
}

const same = (what, expected, got) => (isDeepStrictEqual(expected, got) ? [] : [{ what, expected, got }]);
const sorted = (list) => [...list].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
const optional = (what, expected, got) => (expected === undefined ? [] : same(what, expected, got));

/** Read the fields of a call's form body. */
export const fieldsOf = (call) => Object.fromEntries(new URLSearchParams(call.body));

/** Group the captures by capture id, in order of arrival: `{person, stages}`, the last whole person of each. */
function leadsOf(calls) {
  const leads = new Map();
  for (const call of calls.filter((one) => one.method === "POST")) {
    const fields = fieldsOf(call);
    const id = fields.capture_id ?? Symbol("a call of its own");
    const lead = leads.get(id) ?? { person: undefined, stages: [] };
    if (fields.person !== undefined) lead.person = readJson(fields.person);
    lead.stages.push(fields.stage);
    leads.set(id, lead);
  }
  return [...leads.values()];
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return `no JSON: ${text}`;
  }
}

function params(expected, calls) {
  if (!expected) return [];
  // A call that is no POST has a check of its own, and may arrive first.
  const first = calls.find((call) => call.method === "POST");
  const fields = first ? fieldsOf(first) : {};
  return Object.keys(expected).flatMap((name) => same(`params.${name}`, expected[name], fields[name]));
}

function leaks(secret, calls) {
  const found = calls.map((call) => findSecret(call, secret)).find(Boolean);
  return found ? [{ what: "never", expected: `no ${secret} in any call`, got: found }] : [];
}

/** What must hold in every case, whatever it is about. */
function always({ calls, noted, errors }) {
  const thrown = [...errors, ...noted.filter((one) => one.kind !== "warning").map((one) => one.text)];
  const odd = calls.filter((call) => call.method !== "POST").map((call) => `${call.method} ${call.path}`);
  const warnings = Object.values(Object.groupBy?.(noted, (one) => one.page) ?? groupByPage(noted))
    .map((all) => all.filter((one) => one.kind === "warning").map((one) => one.text))
    .filter((all) => all.length > 1);
  return [
    ...same("no exception in the page", [], thrown),
    ...same("no request but POST", [], odd),
    ...same("no cookie", [], calls.map((call) => call.headers.cookie).filter(Boolean)),
    ...same("one warning at most", [], warnings),
  ];
}

function groupByPage(noted) {
  const groups = {};
  for (const one of noted) {
    groups[one.page] ??= [];
    groups[one.page].push(one);
  }
  return groups;
}

// A call that failed, or whose answer the page did not live to see, may rightly come again.
const isSteady = (test) => test.endpoint === "ok" && !test.steps.some((step) => step.go || step.back || step.reload);

function duplicates(calls) {
  const bodies = calls.map((call) => call.body);
  return same(
    "no call twice",
    [],
    bodies.filter((body, i) => bodies.indexOf(body) < i),
  );
}
