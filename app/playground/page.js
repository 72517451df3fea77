// The page: who the customer is, which brand and language, which pane is in view, the keys.

import { Records } from "./ledger.js";
import { Messenger } from "./messenger.js";
import { Sms } from "./sms.js";
import { read } from "./talk.js";
import { learn, make, speak } from "./words.js";

const NARROW = matchMedia("(max-width: 47.99rem)");
const KEPT = "playground";
const find = (selector) => document.querySelector(selector);
const session = { brand: null, language: "", number: "" };

async function start() {
  const setup = await read("/playground/setup");
  learn(setup.words);
  const kept = recall();
  session.number = kept.number ?? setup.number;
  session.brand = setup.brands.find(({ id }) => id === kept.brand) ?? setup.brands[0];
  session.language = (setup.languages.find(({ id }) => id === kept.language) ?? preferred(setup.languages)).id;
  choice("brands", setup.brands, session.brand.id, (brand) => change({ brand }));
  choice("languages", setup.languages, session.language, ({ id }) => change({ language: id }));

  const records = new Records(find("#records"), session, (count) => {
    find("#tab-records").dataset.count = count;
  });
  const answered = () => records.refresh();
  const sms = new Sms(find("#sms"), { session, answered });
  const texted = (brand, texts) => sms.arrived(brand, texts);
  const phones = [new Messenger(find("#messenger"), { session, answered, texted }), sms];

  function change(news) {
    Object.assign(session, news);
    remember();
    document.body.dataset.brand = session.brand.id;
    speak(session.language, session.brand.name);
    find("#number").textContent = grouped(session.number);
    for (const phone of phones) phone.show();
    records.refresh();
  }

  find("#fresh").addEventListener("click", async () => {
    const fresh = await read("/playground/setup").catch((trouble) => phones[0].toast(trouble.message));
    if (!fresh) return;
    for (const phone of phones) phone.reset();
    change({ number: fresh.number });
  });
  // Another tab may have changed what is on record.
  document.addEventListener("visibilitychange", () => document.hidden || records.refresh());
  change({});
  tabs();
  keys(phones[0]);
  find("#opening").remove();
  for (const pane of document.querySelectorAll(".pane")) pane.inert = false;
  document.body.dataset.state = "open";
}

function choice(id, items, chosen, onChoice) {
  for (const item of items) {
    const input = make("input", { type: "radio", name: id, id: `${id}-${item.id}`, checked: item.id === chosen });
    input.addEventListener("change", () => onChoice(item));
    const short = make("span", { class: "short", "aria-hidden": "true" }, item.id.toUpperCase());
    const label = make("label", { for: input.id, lang: id === "languages" ? item.id : null });
    label.append(make("span", { class: "long" }, item.name), ...(id === "languages" ? [short] : []));
    find(`#${id}`).append(input, label);
  }
}

function preferred(languages) {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return languages.find(({ id }) => id === wanted.find((tag) => languages.some((l) => l.id === tag))) ?? languages[0];
}

function remember() {
  const { brand, language, number } = session;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ brand: brand.id, language, number }));
  } catch {
    // A browser that keeps nothing still talks; it only forgets on reload.
  }
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

// +37120123456 as +371 20 123 456, with thin spaces that do not break.
const grouped = (number) => number.replace(/^(\+371)(\d{2})(\d{3})(\d{3})$/, "$1\u202F$2\u202F$3\u202F$4");

// On a narrow screen the panes are tabs; on a wide one they are plain sections.
function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const paneOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  function choose(chosen) {
    for (const tab of all) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      paneOf(tab).dataset.chosen = isChosen;
    }
  }
  function lay() {
    for (const tab of all) {
      const pane = paneOf(tab);
      if (NARROW.matches) pane.setAttribute("role", "tabpanel");
      else pane.removeAttribute("role");
      pane.setAttribute("aria-labelledby", NARROW.matches ? tab.id : `title-${pane.id}`);
    }
  }
  for (const [index, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const moves = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 };
      if (!(key in moves)) return;
      const next = all.at(moves[key] % all.length);
      choose(next);
      next.focus();
    });
  }
  NARROW.addEventListener("change", lay);
  lay();
  choose(all[0]);
}

function keys(messenger) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(messenger);
    const isTyping = event.target.closest("textarea, input:not([type=radio])");
    // With a Cyrillic layout the same key gives another sign.
    const isSlash = event.key === "/" || event.code === "Slash";
    if (!isSlash || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    find("#tab-messenger").click();
    messenger.field.focus();
  });
  document.addEventListener("click", (event) => {
    const about = find(".about");
    if (!about.contains(event.target)) about.open = false;
  });
}

// Closes the nearest open thing: a passing note, else the explanation, else a full record.
function close(messenger) {
  if (messenger.close()) return;
  const here = document.activeElement.closest("details[open]");
  const open = here ?? find(".about[open]") ?? find("details[open]");
  if (!open) return;
  open.open = false;
  if (here) here.querySelector("summary").focus();
}

start().catch((fault) => {
  find("#opening").remove();
  find("#closed").hidden = false;
  document.body.dataset.state = "closed";
  console.error(fault);
});
