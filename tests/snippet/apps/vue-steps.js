// Steps with v-if and a transition-free swap; the answers live in a reactive object.
import { createApp, reactive, ref } from "vue";

createApp({
  setup() {
    const step = ref(1);
    const lead = reactive({ company: "", site: "", name: "", email: "" });
    const finish = () =>
      fetch("/audit", { method: "POST", body: JSON.stringify(lead) }).then(() => {
        step.value = 3;
      });
    return { step, lead, finish };
  },
  template: `
    <section class="audit">
      <div v-if="step === 1" key="one">
        <h3>1. Your shop</h3>
        <input v-model="lead.company" placeholder="Company name">
        <input v-model="lead.site" placeholder="Website">
        <button @click="step = 2">Next</button>
      </div>
      <div v-else-if="step === 2" key="two">
        <h3>2. Where does the audit go?</h3>
        <input v-model="lead.name" placeholder="Your name">
        <input v-model="lead.email" placeholder="Your email">
        <button @click="step = 1">Back</button> <button class="last" @click="finish">Send me the audit</button>
      </div>
      <h3 v-else id="sent">Expect it within the hour.</h3>
    </section>`,
}).mount("#app");
