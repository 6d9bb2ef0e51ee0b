// Validates on input, disables the button, shows messages; the submit handler runs async checks before it sends.
import { createApp } from "vue";

createApp({
  data: () => ({ f: { linkedin: "", email: "", company: "" }, tried: false, done: false }),
  computed: {
    bad() {
      const bad = {};
      if (!/^\S+@\S+\.\S+$/.test(this.f.email)) bad.email = "This is no email address";
      if (!this.f.company) bad.company = "Please name your company";
      return bad;
    },
  },
  methods: {
    async submit() {
      this.tried = true;
      if (Object.keys(this.bad).length) return;
      await Promise.resolve();
      await fetch("/partner", { method: "POST", body: new URLSearchParams(this.f) });
      this.done = true;
    },
  },
  template: `
    <form v-show="!done" novalidate @submit.prevent="submit">
      <div v-for="[k, label] in [['linkedin', 'LinkedIn profile'], ['email', 'Email'], ['company', 'Company']]" :key="k" :class="{ wrong: tried && bad[k] }">
        <label :for="'p-' + k">{{ label }}</label>
        <input :id="'p-' + k" v-model="f[k]">
        <span v-if="tried && bad[k]" class="message">{{ bad[k] }}</span>
      </div>
      <button>Apply as partner</button>
    </form>
    <p v-show="done" id="done">Applied.</p>`,
}).mount("#app");
