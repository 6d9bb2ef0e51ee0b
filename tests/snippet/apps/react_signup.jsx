// A controlled form: React writes every value back on each keystroke, and the form leaves the page on submit.
import { useState } from "react";
import { createRoot } from "react-dom/client";

function SignUp() {
  const [visitor, setVisitor] = useState({ fullName: "", email: "", password: "" });
  const [isDone, setDone] = useState(false);
  const field = (name, label, type) => (
    <label>
      {label}
      <input
        name={name}
        type={type}
        value={visitor[name]}
        onChange={(e) => setVisitor({ ...visitor, [name]: e.target.value })}
      />
    </label>
  );
  const submit = (e) => {
    e.preventDefault();
    fetch("/api/signup", { method: "POST", body: JSON.stringify(visitor) }).then(() => setDone(true));
  };
  if (isDone) return <p id="done">Welcome, {visitor.fullName}</p>;
  return (
    <form onSubmit={submit}>
      {field("fullName", "Full name", "text")}
      {field("email", "Work email", "email")}
      {field("password", "Password", "password")}
      <button type="submit">Start</button>
    </form>
  );
}

createRoot(document.getElementById("root")).render(<SignUp />);
