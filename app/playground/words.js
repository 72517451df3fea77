// The page's words: every text and label of the page comes from here, in one language at a time.

let words = {};
let language = "";
let brand = "";

export function learn(all) {
  words = all;
}

export function say(id, values = {}) {
  const text = words[language]?.[id] ?? id;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? (name === "brand" ? brand : ""));
}

// Changes the language and the brand that is spoken of, and says the whole page anew.
export function speak(newLanguage, newBrand) {
  [language, brand] = [newLanguage, newBrand];
  document.documentElement.lang = language;
  document.title = say("playground.title");
  refresh(document);
}

export function refresh(root) {
  for (const node of root.querySelectorAll("[data-text]")) {
    node.textContent = say(node.dataset.text, valuesOf(node));
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label, valuesOf(node)));
  }
  for (const node of root.querySelectorAll("[data-hint]")) {
    node.placeholder = say(node.dataset.hint);
  }
}

const valuesOf = (node) => JSON.parse(node.dataset.values ?? "{}");

// Makes an element. Texts are set as texts, never as markup; `on…` are listeners.
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

// Makes an element whose text follows the page's language, also later.
export function told(tag, id, values = {}, attributes = {}) {
  const text = JSON.stringify(values);
  return make(tag, { "data-text": id, "data-values": text, ...attributes }, say(id, values));
}

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'" };
const NOTICE = /(https?:\/\/[^\s<>"]*\/n\/[A-Z2-7]{10})/;

// Shows escaped text in which <b> is the only markup; links to notices can be followed.
export function markup(html) {
  return html.split(/<b>([^]*?)<\/b>/).map((piece, index) => {
    const text = piece.replace(/&[#\w]+;/g, (entity) => ENTITIES[entity] ?? entity);
    return index % 2 ? make("b", {}, ...linked(text)) : linked(text);
  }).flat();
}

export function linked(text) {
  return text.split(NOTICE).map((piece, index) => (index % 2 ? noticeLink(piece.slice(-10), piece) : piece));
}

export function noticeLink(code, ...children) {
  const hint = make("span", { class: "unseen" }, " (", told("span", "playground.newtab"), ")");
  return make("a", { href: `/n/${code}`, target: "_blank", rel: "noopener" }, ...children, hint);
}
