// A choice takes effect at once; without this the button does the same.
for (const form of document.querySelectorAll("form[data-goes]")) {
  form.addEventListener("change", (event) => { if (event.target.matches("select")) form.requestSubmit(); });
}
