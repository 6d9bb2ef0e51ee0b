// A controlled sign-up form: every keystroke renders every field again.
import React, { useState } from "react";
import { createRoot } from "react-dom/client";

function App() {
  const [values, setValues] = useState({ firstName: "", lastName: "", email: "", password: "" });
  const [sent, setSent] = useState(false);
  const set = (e) => setValues({ ...values, [e.target.name]: e.target.value });
  if (sent) return <p id="thanks">Welcome aboard, {values.firstName}!</p>;
  return (
    <form
      onSubmit={async (e) => {
        e.preventDefault();
        await fetch("/api/accounts", { method: "POST", body: new URLSearchParams(values) });
        setSent(true);
      }}
    >
      <h2>Create your account</h2>
      <label>
        First name <input name="firstName" value={values.firstName} onChange={set} />
      </label>
      <label>
        Last name <input name="lastName" value={values.lastName} onChange={set} />
      </label>
      <label>
        Email <input name="email" type="email" value={values.email} onChange={set} />
      </label>
      <label>
        Password <input name="password" type="password" value={values.password} onChange={set} />
      </label>
      <button disabled={!values.email.includes("@")}>Sign up</button>
    </form>
  );
}
createRoot(document.getElementById("root")).render(<App />);
