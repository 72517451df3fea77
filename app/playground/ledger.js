// The records: what marketing may do now, and the chain of decisions that proves it.

import { Trouble, read } from "./talk.js";
import { make, noticeLink, told } from "./words.js";

const SIGNS = { given: "✓", on: "✓", restarted: "✓", asked: "…", paused: "…" };
// A button leaves its name in the place of words.
const GENESIS = "0".repeat(64);

export class Records {
  #session;
  #paper;
  #asked = 0;
  #shown = "";
  #isRead = false;

  constructor(pane, session, counted) {
    this.#session = session;
    this.#paper = pane.querySelector(".paper");
    this.counted = counted;
  }

  // Reads the records of the session's customer; only the newest answer is shown.
  async refresh() {
    const { brand, number, language } = this.#session;
    const turn = ++this.#asked;
    const whose = `${brand.id} ${number}`;
    if (whose !== this.#shown) this.#empty(whose);
    try {
      const records = await read("/playground/store", { brand: brand.id, number, language });
      if (turn !== this.#asked) return;
      this.#show(records);
    } catch (fault) {
      if (turn === this.#asked) this.#sorry(fault);
    }
  }

  #part(name) {
    return this.#paper.querySelector(`.${name}`);
  }

  #empty(whose) {
    this.#shown = whose;
    this.#isRead = false;
    this.#part("verdicts").replaceChildren();
    this.#part("ledger").replaceChildren();
    this.#part("chain").replaceChildren(told("span", "playground.records.loading"));
    this.counted("");
  }

  #show({ decisions, sound, verdicts }) {
    this.#warn();
    this.#part("verdicts").replaceChildren(...verdicts.map(verdictLine));
    const opened = new Set([...this.#paper.querySelectorAll("details[open]")].map((node) => node.dataset.id));
    const known = this.#isRead ? [...this.#part("ledger").children].map((node) => node.dataset.id) : decisions.map(({ id }) => id);
    const seen = new Set(known);
    const held = document.activeElement?.closest?.(".entry")?.dataset.id;
    const entries = decisions.toReversed().map((entry, index, all) => entryLine(entry, all[index + 1], opened, seen));
    this.#part("ledger").replaceChildren(...entries, ...(decisions.length ? [startLine()] : []));
    if (held) this.#part("ledger").querySelector(`[data-id="${held}"] summary`)?.focus({ preventScroll: true });
    this.#isRead = true;
    this.#tellChain(decisions.length, sound);
    this.counted(decisions.length || "");
  }

  #tellChain(count, sound) {
    const id = !count ? "playground.decisions.empty" : `playground.chain.${sound ? "sound" : "broken"}`;
    const line = told("span", id, { count });
    const before = this.#part("chain");
    before.classList.toggle("broken", !sound);
    // Said aloud only when it says something new.
    if (before.textContent !== line.textContent) before.replaceChildren(line);
  }

  #sorry(fault) {
    if (!(fault instanceof Trouble)) throw fault;
    const again = told("button", "playground.retry", {}, { type: "button", class: "plain", onclick: () => this.refresh() });
    this.#warn(told("p", "playground.error.records"), again);
  }

  // A button that goes leaves the focus to the paper.
  #warn(...words) {
    const stale = this.#part("stale");
    const isHeld = stale.contains(document.activeElement);
    stale.replaceChildren(...words);
    if (isHeld) this.#paper.focus({ preventScroll: true });
  }
}

function verdictLine({ label, allowed, text }) {
  const sign = make("span", { class: "sign", "aria-hidden": "true" }, allowed ? "✓" : "–");
  return make("li", { class: allowed ? "allowed" : "denied" }, sign, make("span", {}, `${label}: `, make("b", {}, text)));
}

function entryLine(entry, before, opened, seen) {
  const joined = entry.previous === (before?.hash ?? GENESIS) ? "joined" : "torn";
  const fresh = !seen.has(entry.id) ? "fresh" : "";
  const sign = make("span", { class: "sign", "aria-hidden": "true" }, `${SIGNS[entry.action] ?? "–"}\u00A0`);
  const what = make("p", { class: "what" }, sign, make("b", {}, entry.about), `: ${entry.word}`);
  const when = make("p", { class: "quiet" }, make("time", { datetime: entry.when }, entry.shown), `, ${entry.door}`);
  const proof = make("p", { class: "quiet" });
  if (entry.method === "button") proof.append(told("span", "playground.entry.pressed"));
  else if (entry.words) proof.append(told("span", "playground.entry.said", { words: entry.words }));
  if (entry.notice) proof.append(noticeLink(entry.notice, told("span", "playground.entry.notice", { code: entry.notice })));
  const link = make("div", { class: "link" }, make("span", { class: "place" }, entry.position), shortHash(entry.hash));
  const body = make("div", { class: "body" }, what, when, proof.hasChildNodes() ? proof : null, fullRecord(entry, opened));
  return make("li", { class: `entry ${joined} ${fresh}`, "data-id": entry.id }, link, body);
}

function fullRecord(entry, opened) {
  const rows = [["id", entry.id], ["hash", entry.hash], ["previous", entry.previous]].map(([name, value]) =>
    make("div", {}, told("dt", `playground.entry.${name}`), make("dd", {}, make("code", {}, value))),
  );
  const summary = told("summary", "playground.entry.full");
  return make("details", { "data-id": entry.id, open: opened.has(entry.id) }, summary, make("dl", {}, ...rows));
}

function startLine() {
  const link = make("div", { class: "link" }, make("span", { class: "place" }, "0"), shortHash(GENESIS));
  return make("li", { class: "entry start" }, link, told("p", "playground.chain.start", {}, { class: "body quiet" }));
}

const shortHash = (hash) => make("code", { class: "hash" }, `${hash.slice(0, 4)} ${hash.slice(4, 8)}`);
