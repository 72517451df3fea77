// What both phones have in common: a conversation per brand, a field to type in, waiting, trouble.

import { Trouble, inOrder, tell } from "./talk.js";
import { make, say, told } from "./words.js";

// An answer that comes sooner needs no word about waiting.
const SOON = 300;
// What is left free above and below an entry that is brought into view.
const [ABOVE, BELOW] = [8, 12];

export class Phone {
  #talks = new Map();
  #box;
  #status;

  constructor(pane, { path, log, ...context }) {
    Object.assign(this, { pane, path, logName: log, ...context });
    this.#box = pane.querySelector(".talks");
    this.#status = pane.querySelector(".status");
    this.field = pane.querySelector("textarea");
    this.#compose(pane.querySelector(".composer"));
  }

  // Shows the conversation with the session's brand, begun if it is new.
  show() {
    const { brand } = this.session;
    const known = this.#talks.get(brand.id);
    this.talk = known ?? this.#begin(brand);
    for (const talk of this.#talks.values()) talk.log.hidden = talk !== this.talk;
    this.pane.querySelector(".name").textContent = brand.name;
    this.#mark();
    this.reveal(this.talk, this.talk.list.lastElementChild);
    if (known) this.resumed(known);
    else this.begun();
  }

  // The conversation with a brand, if there is one.
  talkWith(brand) {
    return this.#talks.get(brand);
  }

  reset() {
    for (const talk of this.#talks.values()) talk.log.remove();
    this.#talks.clear();
  }

  // Sends a request of this conversation, after all that was sent before it. Tried again it keeps
  // its id, so that what was done already is not done twice.
  ask(wanted) {
    const { talk } = this;
    const request = { id: crypto.randomUUID(), ...wanted };
    this.#wait(talk, 1);
    inOrder(async () => {
      const { language } = this.session;
      try {
        this.heard(talk, await tell(this.path, { brand: talk.brand, number: talk.number, language, ...request }));
      } catch (fault) {
        this.#sorry(talk, fault, request);
      }
      this.#wait(talk, -1);
      this.answered();
    });
  }

  // Adds one entry to the conversation.
  add(talk, ...content) {
    const entry = make("li", {}, ...content);
    talk.list.append(entry);
    return entry;
  }

  addOwn(text) {
    const words = make("p", { class: "words" }, text);
    const entry = this.add(this.talk, told("span", "playground.you", {}, { class: "unseen" }), words);
    entry.className = "own";
    this.reveal(this.talk, entry);
    return entry;
  }

  // Brings an entry into view: its end if it fits, else its beginning.
  reveal({ log, list }, entry) {
    if (!entry) return;
    const fits = ABOVE + entry.offsetHeight + BELOW <= log.clientHeight;
    const isLast = entry === list.lastElementChild;
    const top = entry.offsetTop;
    const isSeen = top >= log.scrollTop && top + entry.offsetHeight <= log.scrollTop + log.clientHeight;
    if (isLast && fits) log.scrollTop = log.scrollHeight;
    else if (!isSeen) log.scrollTop = top - ABOVE;
  }

  #begin(brand) {
    const list = make("ol", { role: "list" });
    const named = { "data-label": this.logName, "data-values": JSON.stringify({ brand: brand.name }) };
    const label = say(this.logName);
    const log = make("div", { class: "log", role: "log", tabindex: 0, "aria-label": label, ...named }, list);
    this.#box.append(log);
    const talk = { brand: brand.id, number: this.session.number, log, list, waiting: 0 };
    this.#talks.set(brand.id, talk);
    return talk;
  }

  #compose(form) {
    const { field } = this;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      field.value = "";
      field.dispatchEvent(new Event("input"));
      field.focus();
      if (text) this.typed(text);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  #wait(talk, change) {
    talk.waiting += change;
    if (change > 0) setTimeout(() => this.#mark(), SOON);
    else this.#mark();
    this.field.setAttribute("aria-busy", this.talk.waiting > 0);
  }

  #mark() {
    this.#status.textContent = this.talk.waiting > 0 ? say("playground.waiting") : "";
  }

  #sorry(talk, fault, request) {
    const again = () => {
      entry.remove();
      this.field.focus();
      this.ask(request);
    };
    if (!(fault instanceof Trouble)) console.error(fault);
    const words = fault instanceof Trouble ? fault.message : say("playground.error.timeout");
    const button = told("button", "playground.retry", {}, { type: "button", class: "plain", onclick: again });
    const entry = this.add(talk, make("p", {}, words), button);
    entry.className = "trouble";
    this.reveal(talk, entry);
  }
}
