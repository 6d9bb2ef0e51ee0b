// A base-input component in a list that is rendered from a schema, keyed by language: a change of language mounts all fields anew.
import { computed, createApp, defineComponent, reactive, ref } from "vue";

const BaseInput = defineComponent({
  props: { modelValue: String, label: String, name: String },
  emits: ["update:modelValue"],
  template: `<p class="field"><label>{{ label }} <input :name="name" :value="modelValue" @input="$emit('update:modelValue', $event.target.value)"></label></p>`,
});
const words = {
  en: { name: "Full name", email: "Email", org: "Organisation", go: "Register" },
  es: { name: "Nombre completo", email: "Correo electrónico", org: "Empresa", go: "Registrarse" },
};
createApp({
  components: { BaseInput },
  setup() {
    const lang = ref("en");
    const answers = reactive({ name: "", email: "", org: "" });
    const done = ref(false);
    const submit = (e) => {
      fetch("/register", { method: "POST", body: new FormData(e.target) });
      done.value = true;
    };
    return { lang, answers, done, submit, t: computed(() => words[lang.value]) };
  },
  template: `
    <button id="es" @click="lang = 'es'">Español</button>
    <form v-if="!done" @submit.prevent="submit">
      <base-input v-for="k in ['name', 'email', 'org']" :key="lang + k" :name="'registration.' + k" :label="t[k]" v-model="answers[k]" />
      <button class="go">{{ t.go }}</button>
    </form>
    <div v-else id="bye">✓</div>`,
}).mount("#app");
