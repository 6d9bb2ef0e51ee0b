// The form lives in a portal at the end of the body; its state in the app.
import React, { useState } from "react";
import { createPortal } from "react-dom";
import { createRoot } from "react-dom/client";

function Modal({ close }) {
  const [mail, setMail] = useState("");
  const [name, setName] = useState("");
  return createPortal(
    <div role="dialog" aria-label="Talk to us" style={{ position: "fixed", top: 40, left: 40, background: "#fff" }}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          e.stopPropagation();
          navigator.sendBeacon("/talk", new URLSearchParams({ mail, name }));
          close();
        }}
      >
        <input placeholder="Your name" value={name} onChange={(e) => setName(e.target.value)} />
        <input
          placeholder="name@company.com"
          aria-label="Work email"
          value={mail}
          onChange={(e) => setMail(e.target.value)}
        />
        <button type="submit">Talk to us</button>
      </form>
    </div>,
    document.body,
  );
}
function App() {
  const [open, setOpen] = useState(false);
  return (
    <main>
      <h1>Payroll for restaurants</h1>
      <button id="open" type="button" onClick={() => setOpen(true)}>
        Contact sales
      </button>
      {open && <Modal close={() => setOpen(false)} />}
    </main>
  );
}
createRoot(document.getElementById("root")).render(<App />);
