// Refs and no name attributes; the handler sits on the button, there is no form.
import React, { useRef, useState } from "react";
import { createRoot } from "react-dom/client";

function App() {
  const mail = useRef(null);
  const where = useRef(null);
  const [note, setNote] = useState("");
  const go = async () => {
    setNote("One moment…");
    const answer = await fetch("/beta", { method: "POST", body: `${mail.current.value}|${where.current.value}` });
    setNote(answer.ok ? "You are number 812 in the queue." : "Please try again.");
    mail.current.value = "";
  };
  return (
    <div className="hero">
      <h1>Maps that work in tunnels</h1>
      <div className="inputs">
        <input ref={mail} type="email" autoComplete="email" aria-label="Email" />
        <input ref={where} type="text" autoComplete="address-level2" aria-label="Your city" />
        <span role="button" tabIndex={0} className="cta" onClick={go} onKeyDown={(e) => e.key === "Enter" && go()}>
          Join the beta
        </span>
      </div>
      <p aria-live="polite">{note}</p>
    </div>
  );
}
createRoot(document.getElementById("root")).render(<App />);
