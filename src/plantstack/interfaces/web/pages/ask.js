// A question takes a while: the button says so, and is not pressed twice. Without a script the form works as it is.
const form = document.querySelector("form.ask");
const button = form?.querySelector("button[data-busy]");
const said = button?.textContent;
form?.addEventListener("submit", () => {
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
  queueMicrotask(() => { button.disabled = true; });
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted || !button) return;
  button.disabled = false;
  button.textContent = said;
  button.removeAttribute("aria-busy");
});
