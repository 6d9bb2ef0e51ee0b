// What came of one page: everything that arrived for it, held against what its Plan says.
import { findSecret } from "./search.mjs";

/** Collects what arrives for one page. */
export class Ledger {
  /** @param {import("./page.mjs").Plan} plan */
  constructor(plan) {
    this.plan = plan;
    this.calls = [];
    this.leaks = [];
    this.own = [];
    this.problems = [];
    this.seen = null;
    this.waiting = [];
  }

  /** Take a call that is about this page. */
  addCall(call) {
    this.calls.push({
      call,
      fields: Object.fromEntries(new URLSearchParams(Buffer.from(call.body, "latin1").toString())),
    });
    this.wake();
  }

  /** Take the page's own submit. */
  addOwn(pairs) {
    this.own.push(pairs);
    this.wake();
  }

  /** Look for this page's secrets in any call; `isMine` adds the short ones, which prove something only in its own. */
  search(call, isMine) {
    for (const secret of this.plan.secrets) {
      if (!isMine && secret.value.length < 7) continue;
      const how = findSecret(call, secret);
      if (how) this.leaks.push({ ...secret, how, body: call.body });
    }
  }

  wake() {
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** Wait until `test` is true or the time is up. */
  async until(test, timeout_ms) {
    const late = new Promise((resolve) => setTimeout(resolve, timeout_ms).unref());
    let isLate = false;
    late.then(() => {
      isLate = true;
    });
    while (!test() && !isLate) await Promise.race([late, new Promise((resolve) => this.waiting.push(resolve))]);
  }

  /** Persons that were sent, in order. */
  get persons() {
    return this.calls.flatMap(({ fields }) => (fields.person ? [parse(fields.person)] : []));
  }
}

function parse(text) {
  try {
    return JSON.parse(text) || {};
  } catch {
    return {};
  }
}

/** Return the verdict: counts and lists by name, see COUNTS in report.mjs. */
export function judge(ledger) {
  const { plan, persons } = ledger;
  const held = ledger.seen || [];
  const isHeld = ({ value, parts, kind }) =>
    kind === "address token" || (parts || [value]).every((part) => held.includes(part));
  return {
    name: plan.name,
    captures: persons.length > 0,
    with_secret: plan.secrets.some(isHeld),
    leaks: ledger.leaks,
    exceptions: ledger.problems,
    submits_changed: changed(plan.own, ledger.own),
    ...emails(plan.addresses, persons),
    wrong_values: persons.length ? wrongValues(plan, persons[persons.length - 1]) : [],
    missed: persons.length
      ? Object.keys(plan.people).filter((key) => !/^(city|country)$/.test(key) && !(key in persons[persons.length - 1]))
      : [],
  };
}

// Once and the same; the order is not asked, since pages move their fields.
function changed(expected, arrived) {
  if (!expected) return arrived.length ? [`sent although the page sends nothing: ${JSON.stringify(arrived)}`] : [];
  if (arrived.length !== 1) return [`arrived ${arrived.length} times`];
  const [want, have] = [expected, arrived[0]].map((pairs) => JSON.stringify(pairs.map(String).sort()));
  return want === have ? [] : [`expected ${want}, arrived ${have}`];
}

// The beginning of the address, while it is typed, is one thing if the whole follows; anybody else's address another.
function emails(addresses, persons) {
  const all = persons.flatMap((person) => ("email" in person ? [person.email] : []));
  const others = all.filter((email) => !addresses.includes(email));
  const isBeginning = (email) => addresses.some((address) => address.startsWith(email));
  const isWholeLast = addresses.includes(all[all.length - 1]);
  return {
    wrong_email: others.filter((email) => !isWholeLast || !isBeginning(email)),
    partial_email: others.filter((email) => isWholeLast && isBeginning(email)),
  };
}

function wrongValues(plan, person) {
  const { people } = plan;
  const isRight = (key, value) => {
    if (value === people[key]) return true;
    // A place of which only a part was recognised is not wrong.
    return key === "location" && [people.city, people.country].includes(value);
  };
  return Object.entries(person)
    .filter(([key, value]) => key !== "email" && !isRight(key, value))
    .map(([key, value]) => `${key}=${value}`);
}
