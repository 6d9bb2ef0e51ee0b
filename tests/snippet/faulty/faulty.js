// A small script that captures a form as it should, and does one thing wrong: faulty.js?fault=NAME. The self-test of the
// driver (test_driver.py) holds that each fault is seen.
(() => {
  const { src } = document.currentScript;
  const fault = new URL(src).searchParams.get("fault");
  const isFault = (name) => fault === name;
  const value = (name) => document.querySelector(`[name=${name}]`).value;
  const usual = { method: "POST", keepalive: true, credentials: "omit" };

  function person() {
    const email = isFault("wrong_value") ? "somebody@else.example" : value("email");
    return { email, ...(isFault("password_plain") && { pass: value("password") }) };
  }

  function body(id) {
    const fields = { client_key: "client_abc123", person: JSON.stringify(person()), capture_id: id, stage: "submit" };
    if (isFault("other_stage")) fields.stage = "entry";
    if (isFault("password_base64")) fields.x = btoa(`x${value("password")}`);
    return new URLSearchParams(fields);
  }

  const send = (id, options) => fetch(new URL("/api/client/leads", src), { ...usual, body: body(id), ...options });

  const FAULTS = {
    sends_twice: () => send("1"),
    another_lead: () => send("2"),
    pixel: () => fetch(new URL(`/pixel?${value("email")}`, src), { keepalive: true, mode: "no-cors" }),
    cookie: () => send("1", { credentials: "include", mode: "no-cors", body: `${body("1")}&again=1` }),
    preflight: () => send("1", { headers: { "Content-Type": "application/json" }, body: "{}" }),
    throws: () => {
      throw Error("a mistake of the script");
    },
    warns_twice: () => ["once", "twice"].forEach((word) => console.warn(`StackLead: ${word}`)),
    alters_submit: (e) => e.target.querySelector("[name=email]").setAttribute("name", "mail"),
    doubles_submit: (e) => fetch(e.target.action, { ...usual, body: new URLSearchParams(new FormData(e.target)) }),
  };

  addEventListener("submit", (e) => {
    send("1");
    FAULTS[fault]?.(e);
  });
  if (isFault("no_email")) send("1");
  if (isFault("rejects")) Promise.reject(Error("a forgotten promise"));
})();
