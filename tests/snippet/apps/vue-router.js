// Hash routes by hand; a keep-alive keeps the contact page's fields while the visitor reads another one.
import { createApp, ref } from "vue";

const Contact = {
  data: () => ({ ok: false }),
  methods: {
    send(e) {
      fetch("/contact", { method: "POST", body: new URLSearchParams(new FormData(e.target)) }).then(() => {
        this.ok = true;
        e.target.reset();
      });
    },
  },
  template: `<form @submit.prevent="send"><input name="name" placeholder="Name"><input name="email" placeholder="E-mail"><input name="subject" placeholder="Subject"><textarea name="body"></textarea><button>Send</button><em v-if="ok">Sent.</em></form>`,
};
const Prices = { template: `<table><tr><td>Team</td><td>€9</td></tr><tr><td>School</td><td>€2</td></tr></table>` };

createApp({
  components: { Contact, Prices },
  setup() {
    const page = ref("Contact");
    const read = () => {
      page.value = location.hash === "#prices" ? "Prices" : "Contact";
    };
    addEventListener("hashchange", read);
    return { page };
  },
  template: `<nav><a id="to-prices" href="#prices">Prices</a> <a id="to-contact" href="#contact">Contact</a></nav><keep-alive><component :is="page" /></keep-alive>`,
}).mount("#app");
