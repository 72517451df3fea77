// The messenger: messages with buttons, some of which change in place.

import { Phone } from "./phone.js";
import { make, markup, say, told } from "./words.js";

const TOAST_STAYS = 8_000;

export class Messenger extends Phone {
  #toast;
  #share;
  #clearing;

  constructor(pane, context) {
    super(pane, { path: "/playground/chat", log: "playground.messenger.log", ...context });
    this.#toast = document.querySelector(".toast");
    this.#share = pane.querySelector(".share");
    // The second click of a double click is the same wish.
    this.#share.addEventListener("click", ({ detail }) => detail < 2 && this.ask({ share: true }));
  }

  begun() {
    this.#keyboard(this.talk);
    this.#listen();
    this.ask({ open: true });
  }

  resumed(talk) {
    this.#keyboard(talk);
    if (talk.language === this.session.language) return;
    this.#listen();
    this.ask({ speak: talk.language });
  }

  typed(text) {
    this.addOwn(text);
    this.ask({ text });
  }

  heard(talk, { ops, texts }) {
    this.texted(talk.brand, texts);
    const held = document.activeElement;
    let newest;
    for (const op of ops) {
      if (op.op === "send" || op.op === "edit") newest = this.#put(talk, op);
      else if (op.op === "file") newest = this.#file(talk, op);
      else if (op.op === "strip") this.#find(talk, op.id)?.querySelector(".rows")?.remove();
      else if (op.op === "toast") this.toast(op.text);
    }
    this.#keyboard(talk);
    if (newest) this.reveal(talk, newest);
    for (const button of talk.list.querySelectorAll("[data-pressed]")) delete button.dataset.pressed;
    // The button that had the focus is gone or hidden: go on where the answer is.
    if (newest && held !== document.body && held.offsetParent === null) {
      newest.firstElementChild.focus({ preventScroll: true });
    }
  }

  toast(text) {
    clearTimeout(this.#clearing);
    this.#toast.textContent = text;
    this.#clearing = setTimeout(() => this.toast(""), TOAST_STAYS);
  }

  // Closes the passing note; says whether there was one.
  close() {
    const wasOpen = this.#toast.textContent !== "";
    if (wasOpen) this.toast("");
    return wasOpen;
  }

  #listen() {
    this.talk.language = this.session.language;
  }

  #find(talk, id) {
    return talk.list.querySelector(`[data-id="${Number(id)}"]`);
  }

  #put(talk, op) {
    const changed = op.op === "edit" ? this.#find(talk, op.id) : null;
    const entry = changed ?? this.add(talk);
    const bubble = entry.firstElementChild ?? make("div", { class: "bubble", role: "group", tabindex: -1 });
    entry.dataset.id = op.id;
    entry.className = "theirs";
    bubble.setAttribute("aria-label", changed ? say("playground.changed") : this.session.brand.name);
    bubble.replaceChildren(make("p", { class: "words" }, ...markup(op.html)), ...this.#rows(op));
    if (!changed) entry.append(bubble);
    if (op.keyboard === "share") talk.share = op.share;
    if (op.keyboard === "remove") talk.share = "";
    return entry;
  }

  // A file that can be saved; it lies in this page alone.
  #file(talk, { id, name, type, caption, content }) {
    const entry = this.add(talk);
    const address = URL.createObjectURL(new Blob([content], { type }));
    const link = make("a", { href: address, download: name }, name);
    const words = make("p", { class: "words" }, link, "\n", caption);
    const bubble = make("div", { class: "bubble", role: "group", tabindex: -1 }, words);
    bubble.setAttribute("aria-label", this.session.brand.name);
    entry.dataset.id = id;
    entry.className = "theirs";
    entry.append(bubble);
    return entry;
  }

  #rows({ id, rows = [] }) {
    if (!rows.length) return [];
    const lines = rows.map((row) => make("div", { class: "row" }, ...row.map((key) => this.#key(id, key))));
    return [make("div", { class: "rows" }, ...lines)];
  }

  #key(message, { label, data }) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      button.dataset.pressed = "";
      this.ask({ press: { message, data } });
    });
    return button;
  }

  #keyboard(talk) {
    if (talk !== this.talk) return;
    this.#share.hidden = !talk.share;
    this.#share.textContent = talk.share ?? "";
  }
}
