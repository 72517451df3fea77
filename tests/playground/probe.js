// Put into the page before its own scripts: what tests ask a page without touching it.
// The page does not know of it; it counts requests, so that nobody has to wait by the clock.
window.probe = (() => {
  let open = 0;
  const violations = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    violations.push(`${violatedDirective} ${blockedURI}`),
  );

  // A request is done when the page has worked on its answer: after the microtasks of its promise.
  const later = () => setTimeout(() => (open -= 1));
  const { fetch } = window;
  window.fetch = (...asked) => {
    open += 1;
    return fetch(...asked).catch((fault) => {
      later();
      throw fault;
    });
  };
  const { json } = Response.prototype;
  Response.prototype.json = function (...given) {
    return json.apply(this, given).finally(later);
  };

  const rests = () => open === 0 && !document.querySelector("textarea[aria-busy=true]");
  const soon = (ms) => new Promise((done) => setTimeout(done, ms));
  async function settle() {
    for (let looks = 0; looks < 2000; looks += 1) {
      await soon(5);
      if (rests()) return;
    }
    throw new Error("the page never rested");
  }

  const read = (selector) =>
    [...document.querySelectorAll(selector)].map((node) => {
      const copy = node.cloneNode(true);
      for (const unseen of copy.querySelectorAll(".unseen, [aria-hidden=true]")) unseen.remove();
      return copy.textContent.trim();
    });

  // Tests that are about tabs click and type; to all others they are only in the way.
  function turn(pane) {
    const tab = document.getElementById(`tab-${pane}`);
    if (tab.checkVisibility() && tab.getAttribute("aria-selected") === "false") tab.click();
  }

  // The ring around a radio is drawn around its label; what clips it sideways would hide it.
  function focus() {
    const node = document.activeElement;
    const ringed = node.matches("input[type=radio]") ? node.nextElementSibling : node;
    const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(ringed);
    const { top, bottom, left, right } = ringed.getBoundingClientRect();
    const reach = parseFloat(outlineWidth) + parseFloat(outlineOffset);
    const cut = [...ancestors(ringed)].some((around) => {
      const box = around.getBoundingClientRect();
      return getComputedStyle(around).overflowX !== "visible" && (left - reach < box.left || right + reach > box.right);
    });
    return {
      tag: node.tagName.toLowerCase(),
      id: node.id,
      words: node.textContent.trim(),
      label: node.getAttribute("aria-label") ?? "",
      ring: node.matches(":focus-visible") && outlineStyle === "solid" && !cut ? parseFloat(outlineWidth) : 0,
      inView: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
    };
  }

  function* ancestors(node) {
    for (let around = node.parentElement; around && around !== document.body; around = around.parentElement) yield around;
  }

  // Words for ears alone are clipped away.
  function* shown(node = document.body) {
    for (const child of node.children) {
      const { clipPath, display } = getComputedStyle(child);
      const hasBox = display !== "contents";
      if (clipPath === "inset(50%)" || (hasBox && !child.checkVisibility({ visibilityProperty: true }))) continue;
      if (hasBox) yield child;
      yield* shown(child);
    }
  }

  const named = (node) => `${node.tagName.toLowerCase()}#${node.id}.${node.className} “${node.textContent.trim().slice(0, 40)}”`;
  const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowY);

  // What sticks out: of the window, of its phone, or of its own box.
  function strayed() {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth}`);
    for (const node of shown()) {
      const box = node.getBoundingClientRect();
      if (box.width && (box.left < -0.5 || box.right > width + 0.5)) found.push(`outside the window: ${named(node)}`);
      const frame = node.parentElement.closest(".phone, .paper, .bubble, .rows, .composer, .keypad, .tabs, .sheet, .entry");
      const around = frame?.getBoundingClientRect();
      if (around && box.width && getComputedStyle(node).position !== "absolute" && (box.left < around.left - 0.5 || box.right > around.right + 0.5)) {
        found.push(`outside its frame: ${named(node)}`);
      }
      if (!/^(inline|contents)$/.test(getComputedStyle(node).display)) {
        if (node.scrollWidth > node.clientWidth + 1) found.push(`wider than its box: ${named(node)}`);
        if (!scrolls(node) && node.matches("button, label, summary, .bar, .bubble, .words, .count, p, h1, h2, h3, li") && node.scrollHeight > node.clientHeight + 2) {
          found.push(`higher than its box: ${named(node)}`);
        }
      }
    }
    return found;
  }

  // Pointer targets that are too small (WCAG 2.2, 2.5.8: 24 by 24 px).
  const small = () =>
    [...shown()].filter((node) => node.matches("button, summary, textarea, label, [role=tab]")).flatMap((node) => {
      const { width, height } = node.getBoundingClientRect();
      return width < 24 || height < 24 ? [`${Math.round(width)}×${Math.round(height)} ${named(node)}`] : [];
    });

  return { settle, read, turn, focus, strayed, small, violations };
})();
