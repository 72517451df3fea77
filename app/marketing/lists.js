// Takes a file that is dropped, and follows a check. Without this file both work by hand.
for (const place of document.querySelectorAll("[data-drop]")) {
  const field = document.getElementById(place.dataset.drop);
  const mark = (over) => (event) => {
    event.preventDefault();
    place.classList.toggle("over", over);
  };
  place.addEventListener("dragover", mark(true));
  place.addEventListener("dragleave", mark(false));
  place.addEventListener("drop", (event) => {
    mark(false)(event);
    if (event.dataTransfer.files.length === 1) field.files = event.dataTransfer.files;
  });
}

for (const place of document.querySelectorAll("[data-poll]")) {
  const words = place.querySelector(".words");
  const meter = place.querySelector("progress");
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.poll, { headers: { accept: "application/json" } });
      if (answer.ok) {
        const state = await answer.json();
        if (state.status !== "waiting" && state.status !== "running") {
          location.reload();
          return;
        }
        if (words.textContent !== state.words) words.textContent = state.words;
        meter.value = state.share;
      }
    } catch {
      // Not reached just now: the next look may reach it.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
