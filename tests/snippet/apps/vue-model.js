// v-model on plain inputs, with modifiers, and an async submit.
import { createApp } from "vue";

createApp({
  data: () => ({ person: { first: "", last: "", mail: "" }, state: "ready" }),
  methods: {
    async send() {
      this.state = "sending";
      const body = new URLSearchParams({ f: this.person.first, l: this.person.last, m: this.person.mail });
      const answer = await fetch("/join", { method: "POST", body });
      this.state = answer.ok ? "sent" : "failed";
    },
  },
  template: `
    <form v-if="state !== 'sent'" @submit.prevent="send">
      <h2>Become a supporter</h2>
      <div><label for="f">First name</label><input id="f" v-model.trim="person.first"></div>
      <div><label for="l">Last name</label><input id="l" v-model.trim="person.last"></div>
      <div><label for="m">Email</label><input id="m" v-model.lazy="person.mail" type="email"></div>
      <button :disabled="state === 'sending'">{{ state === "sending" ? "One moment" : "Support us" }}</button>
    </form>
    <p v-else class="thanks">Thank you, {{ person.first }}!</p>`,
}).mount("#app");
