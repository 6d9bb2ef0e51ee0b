// Fields come and go with the kind of customer.
import React, { Fragment, useState } from "react";
import { createRoot } from "react-dom/client";

function App() {
  const [kind, setKind] = useState("private");
  const [done, setDone] = useState("");
  const submit = (e) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget);
    fetch("/order-catalogue", { method: "POST", body: new URLSearchParams(data) }).then(() =>
      setDone(data.get("contact.email")),
    );
  };
  if (done) return <div className="alert">The catalogue is on its way to {done}.</div>;
  return (
    <form onSubmit={submit} noValidate>
      <label>
        <input type="radio" checked={kind === "private"} onChange={() => setKind("private")} /> Private
      </label>
      <label>
        <input type="radio" id="biz" checked={kind === "business"} onChange={() => setKind("business")} /> Business
      </label>
      {kind === "business" ? (
        <Fragment>
          <input name="company.name" placeholder="Company" />
          <input name="company.vat" placeholder="VAT number" />
        </Fragment>
      ) : (
        <input name="contact.birthday" placeholder="Date of birth" />
      )}
      <input name="contact.name" placeholder="Contact person" />
      <input name="contact.email" placeholder="Email" />
      <button className="primary">Order the catalogue</button>
    </form>
  );
}
createRoot(document.getElementById("root")).render(<App />);
