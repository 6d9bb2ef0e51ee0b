// A chat-like lead bot: one input at a time, always the same element, its label changes.
import { createApp, nextTick } from "vue";

createApp({
  data: () => ({
    at: 0,
    text: "",
    asked: [
      ["Hi! What is your first name?", "first"],
      ["Which company are you from?", "company"],
      ["What is your email address?", "email"],
    ],
    said: [],
  }),
  computed: {
    question() {
      return (this.asked[this.at] || ["Thanks, a colleague will write to you."])[0];
    },
  },
  methods: {
    async say() {
      this.said.push(this.text);
      this.text = "";
      this.at++;
      if (this.at === 3) fetch("/bot", { method: "POST", body: this.said.join("|") });
      await nextTick();
      this.$refs.box?.focus();
    },
  },
  template: `
    <div class="bot">
      <p v-for="(s, i) in said" :key="i" class="mine">{{ s }}</p>
      <p id="question">{{ question }}</p>
      <input v-if="at < 3" ref="box" v-model="text" :key="at" :aria-label="question" :name="asked[at][1]" @keydown.enter="say">
    </div>`,
}).mount("#app");
