// A single-page app with its own little router on the history API.
import React, { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

function useRoute() {
  const [path, setPath] = useState("/");
  useEffect(() => {
    const back = () => setPath(history.state?.path || "/");
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  return [
    path,
    (to) => {
      history.pushState({ path: to }, "", `#${to}`);
      setPath(to);
    },
  ];
}
function Demo({ go }) {
  const [f, setF] = useState({});
  const bind = (k) => ({ value: f[k] || "", onChange: (e) => setF({ ...f, [k]: e.target.value }) });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        fetch("/demo", { method: "POST", body: new URLSearchParams(f) });
        go("/thanks");
      }}
    >
      <label>
        Name
        <input id="demo-name" {...bind("name")} />
      </label>
      <label>
        Email
        <input id="demo-email" {...bind("email")} />
      </label>
      <button>Show me</button>{" "}
      <a
        href="#/"
        onClick={(e) => {
          e.preventDefault();
          go("/");
        }}
      >
        Back
      </a>
    </form>
  );
}
function App() {
  const [path, go] = useRoute();
  if (path === "/demo") return <Demo go={go} />;
  if (path === "/thanks") return <p id="thanks">See you on Thursday.</p>;
  return (
    <main>
      <h1>Inventory without spreadsheets</h1>
      <button id="cta" onClick={() => go("/demo")}>
        Book a demo
      </button>
    </main>
  );
}
createRoot(document.getElementById("root")).render(<App />);
