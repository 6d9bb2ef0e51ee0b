// Takes over markup that stands in the page: in-DOM template, so the served inputs are replaced when the app mounts.
import { createApp } from "vue";

window.startApp = () =>
  createApp({
    data: () => ({ name: "", email: "", city: "", saved: false }),
    methods: {
      save() {
        localStorage.setItem("draft", "1");
        navigator.sendBeacon("/route", new URLSearchParams({ name: this.name, email: this.email, city: this.city }));
        this.saved = true;
      },
    },
  }).mount("#route");
