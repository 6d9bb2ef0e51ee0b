// Keeps mailbox and inbox fresh: asks for what is newer, and the answer waits until there is something.
(() => {
  const lists = { mail: "mails", inbox: "posts" };
  const open = Number(document.body.dataset.open);
  const shown = document.querySelector("[data-list]");
  const toast = document.querySelector(".toast");

  for (const button of document.querySelectorAll("[data-empty]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await fetch(button.dataset.empty, { method: "DELETE" });
      location.href = location.pathname.startsWith("/mail") ? "/mail" : "/inbox";
    });
  }

  async function refresh() {
    const text = await (await fetch(location.href)).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const selector of ["aside", "header.bar"]) {
      document.querySelector(selector).innerHTML = page.querySelector(selector).innerHTML;
    }
  }

  async function follow(name, last) {
    for (;;) {
      try {
        const answer = await fetch(`/${name}.json?after=${last}&wait=25`);
        const items = (await answer.json())[lists[name]];
        if (items.length > 0) {
          last = items[items.length - 1].n;
          if (open === 0 && name === shown.dataset.list) {
            location.reload();
            return;
          }
          await refresh();
          toast.textContent = name === "mail" ? "A new mail arrived." : "A new webhook arrived.";
          toast.hidden = false;
          setTimeout(() => { toast.hidden = true; }, 4000);
        }
      } catch {
        await new Promise((done) => setTimeout(done, 3000)); // the demo was stopped, or starts again
      }
    }
  }

  follow(shown.dataset.list, Number(shown.dataset.last));
})();
