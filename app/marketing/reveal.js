// Shows what is typed in a password field, and hides it again. Without this file nothing is lost.
for (const button of document.querySelectorAll("button[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? button.dataset.hide : show;
    field.focus();
  });
  // A browser must not keep a shown password among what was typed in ordinary fields.
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
