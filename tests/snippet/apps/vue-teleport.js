// A drawer teleported to the body, opened by a button, with a show-password toggle.
import { createApp } from "vue";

createApp({
  data: () => ({ open: false, see: false, email: "", secret: "", agree: false }),
  methods: {
    create() {
      const x = new XMLHttpRequest();
      x.open("POST", "/users");
      x.setRequestHeader("Content-Type", "application/json");
      x.onload = () => {
        this.open = false;
      };
      x.send(JSON.stringify({ email: this.email, secret: this.secret, agree: this.agree }));
    },
  },
  template: `
    <button id="start" @click="open = true">Start for free</button>
    <teleport to="body">
      <aside v-if="open" class="drawer">
        <form @submit.prevent="create">
          <label>Email <input v-model="email" type="email" id="u-email"></label>
          <label>New password <input v-model="secret" :type="see ? 'text' : 'password'" id="u-secret" autocomplete="new-password"></label>
          <button type="button" id="eye" @click="see = !see">{{ see ? "Hide" : "Show" }}</button>
          <label><input type="checkbox" v-model="agree"> I agree to the terms</label>
          <button class="create">Create account</button>
        </form>
      </aside>
    </teleport>`,
}).mount("#app");
