// Each field is mounted anew when its "dirty" key changes, as forms with a reset key do: the element typed into is thrown away.
import React, { useState } from "react";
import { createRoot } from "react-dom/client";

function Field({ label, id, type, onLeave, initial }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type={type} defaultValue={initial} onBlur={(e) => onLeave(e.target.value)} />
    </div>
  );
}
function App() {
  const [state, setState] = useState({ v: 0, company: "", email: "" });
  const leave = (key) => (value) => setState((s) => (s[key] === value ? s : { ...s, [key]: value, v: s.v + 1 }));
  return (
    <section>
      <h1>Try the freight calculator</h1>
      <Field
        key={`c${state.v}`}
        id="company"
        label="Company name"
        type="text"
        initial={state.company}
        onLeave={leave("company")}
      />
      <Field
        key={`e${state.v}`}
        id="email"
        label="Business email"
        type="email"
        initial={state.email}
        onLeave={leave("email")}
      />
      <button type="button" onClick={() => fetch("/calculator", { method: "POST", body: JSON.stringify(state) })}>
        Calculate
      </button>
      <small id="version">{state.v}</small>
    </section>
  );
}
createRoot(document.getElementById("root")).render(<App />);
