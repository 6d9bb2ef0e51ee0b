// A wizard: each step replaces the one before in the page, the answers stay in state.
import React, { useReducer } from "react";
import { createRoot } from "react-dom/client";

const steps = [
  { title: "Where shall we send your plan?", fields: [["email", "Email address", "email"]] },
  {
    title: "And who are you?",
    fields: [
      ["first", "First name", "text"],
      ["last", "Last name", "text"],
    ],
  },
  {
    title: "About your business",
    fields: [
      ["biz", "Company", "text"],
      ["web", "Company website", "url"],
      ["seats", "How many seats?", "number"],
    ],
  },
];
const reducer = (s, a) => (a.next ? { ...s, step: s.step + 1 } : { ...s, answers: { ...s.answers, ...a } });

function App() {
  const [s, dispatch] = useReducer(reducer, { step: 0, answers: {} });
  if (s.step === steps.length) return <h2 id="ready">Your plan is ready</h2>;
  const { title, fields } = steps[s.step];
  const next = (e) => {
    e.preventDefault();
    if (s.step === steps.length - 1) fetch("/plan", { method: "POST", body: new URLSearchParams(s.answers) });
    dispatch({ next: true });
  };
  return (
    <form key={s.step} onSubmit={next}>
      <h2>{title}</h2>
      {fields.map(([id, label, type]) => (
        <p key={id}>
          <label htmlFor={id}>{label}</label>
          <input id={id} type={type} value={s.answers[id] || ""} onChange={(e) => dispatch({ [id]: e.target.value })} />
        </p>
      ))}
      <button>{s.step === 2 ? "Finish" : "Next"}</button>
    </form>
  );
}
createRoot(document.getElementById("root")).render(<App />);
