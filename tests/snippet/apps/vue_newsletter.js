// Fields bound by v-model, replaced by new ones on each keystroke, since their key changes.
import { createApp, nextTick } from "vue";

createApp({
  data: () => ({ email: "", company: "", keys: 0, isDone: false }),
  methods: {
    async typed() {
      this.keys += 1;
      await nextTick();
      const field = this.$el.querySelector("#mail");
      field.focus();
    },
    async send() {
      await fetch("/api/newsletter", { method: "POST", body: new URLSearchParams({ email: this.email }) });
      this.isDone = true;
    },
  },
  template: `<div>
    <p v-if="isDone" id="done">Thank you</p>
    <form v-else @submit.prevent="send">
      <input id="mail" :key="keys" v-model="email" @input="typed" aria-label="Email">
      <input id="company" v-model="company" placeholder="Company">
      <button>Subscribe</button>
    </form>
  </div>`,
}).mount("#root");
