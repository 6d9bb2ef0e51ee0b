// Controlled inputs that rewrite what is typed: the address in lower case, the handle with its @, names with a capital.
import React, { useState } from "react";
import { createRoot } from "react-dom/client";

const rules = {
  email: (v) => v.trim().toLowerCase(),
  twitter: (v) => (v && !v.startsWith("@") ? `@${v}` : v),
  name: (v) => v.replace(/(^| )\S/g, (c) => c.toUpperCase()),
};
function App() {
  const [data, setData] = useState({ name: "", email: "", twitter: "" });
  const [state, setState] = useState("idle");
  const change = ({ target }) => setData((d) => ({ ...d, [target.dataset.k]: rules[target.dataset.k](target.value) }));
  return (
    <form
      className={state}
      action="/speak"
      onSubmit={(e) => {
        e.preventDefault();
        setState("busy");
        setTimeout(
          () => fetch("/speak", { method: "POST", body: JSON.stringify(data) }).then(() => setState("sent")),
          50,
        );
      }}
    >
      <fieldset disabled={state !== "idle"}>
        <legend>Speak at our meetup</legend>
        <input data-k="name" placeholder="Full name" value={data.name} onChange={change} />
        <input data-k="email" placeholder="Email" value={data.email} onChange={change} />
        <input data-k="twitter" placeholder="Twitter handle" value={data.twitter} onChange={change} />
        <button>Propose a talk</button>
      </fieldset>
    </form>
  );
}
createRoot(document.getElementById("root")).render(<App />);
