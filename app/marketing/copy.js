// Copies a secret that is shown once. Without this file it is marked and copied by hand.
for (const button of document.querySelectorAll("button[data-copies]")) {
  const text = document.getElementById(button.dataset.copies).textContent;
  const told = button.nextElementSibling;
  // Browsers have it over https and on this machine alone.
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    told.textContent = button.dataset.done;
  });
}
