// The plain phone: texts without buttons, each with what it costs to carry.

import { Phone } from "./phone.js";
import { linked, make, told } from "./words.js";

// The alphabet of 3GPP TS 23.038; what stands in EXTENSION takes two places.
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("^{}\\[~]|€\f");

// One letter outside the alphabet turns the whole text; a pair of places is never cut in two.
export function cost(text) {
  const letters = [...text];
  const plain = letters.every((letter) => BASIC.has(letter) || EXTENSION.has(letter));
  const sizes = letters.map((letter) => (plain ? (EXTENSION.has(letter) ? 2 : 1) : letter.length));
  const [alone, joined] = plain ? [160, 153] : [70, 67];
  const units = sizes.reduce((sum, size) => sum + size, 0);
  let [parts, used] = [Math.min(units, 1), 0];
  for (const size of units > alone ? sizes : []) {
    if (used + size > joined) [parts, used] = [parts + 1, 0];
    used += size;
  }
  return { encoding: plain ? "GSM-7" : "UCS-2", units, parts };
}

export class Sms extends Phone {
  constructor(pane, context) {
    super(pane, { path: "/playground/sms", log: "playground.sms.log", ...context });
    const count = pane.querySelector(".count");
    const recount = () => count.replaceChildren(costLine(cost(this.field.value), "span"));
    this.field.addEventListener("input", recount);
    recount();
    for (const key of pane.querySelectorAll(".keypad button")) {
      key.addEventListener("click", () => {
        this.field.value = key.textContent;
        this.field.focus();
        recount();
      });
    }
  }

  begun() {
    this.add(this.talk, told("p", "playground.sms.empty")).className = "remark";
  }

  resumed() {}

  typed(text) {
    this.talk.list.querySelector(".remark:only-child")?.remove();
    this.addOwn(text).append(costLine(cost(text)));
    this.reveal(this.talk, this.talk.list.lastElementChild);
    this.ask({ text });
  }

  // Shows texts that answer nothing, such as codes.
  arrived(brand, texts) {
    const talk = this.talkWith(brand);
    if (!talk || !texts.length) return;
    talk.list.querySelector(".remark:only-child")?.remove();
    this.#show(talk, texts);
  }

  #show(talk, texts) {
    for (const { text, ...price } of texts) {
      const entry = this.add(talk, make("p", { class: "words" }, ...linked(text)), costLine(price));
      entry.className = "theirs";
      this.reveal(talk, entry);
    }
  }

  heard(talk, { texts }) {
    this.#show(talk, texts);
    if (texts.length) return;
    const silence = this.add(talk, told("p", "playground.sms.silence"));
    silence.className = "remark";
    this.reveal(talk, silence);
  }
}

// The words, and as many squares as the text has parts.
function costLine(price, tag = "p") {
  const squares = make("span", { class: "parts", "aria-hidden": "true" });
  for (let part = 0; part < price.parts; part += 1) squares.append(make("i"));
  return make(tag, { class: "cost quiet" }, told("span", "playground.sms.cost", price), squares);
}
