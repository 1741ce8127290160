// The pad for number and PIN: large keys for gloves; a keyboard or a badge reader does the same.
const form = document.querySelector(".pad");
const fields = [form.elements.number, form.elements.pin];
const keys = form.querySelector("[data-keys]");
let at = 0;

function go(place) {
  at = place;
  for (const [n, field] of fields.entries()) field.toggleAttribute("data-filled-by-pad", n === at);
}

fields.forEach((field, n) => field.addEventListener("focus", () => go(n)));
// A badge reader types the number and Enter: that goes on to the PIN.
fields[0].addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !fields[1].value) {
    event.preventDefault();
    fields[1].focus();
  }
});
keys.addEventListener("click", ({ target }) => {
  const field = fields[at];
  if (target.dataset.digit) field.value = (field.value + target.dataset.digit).slice(0, field.maxLength);
  if ("back" in target.dataset) field.value = field.value.slice(0, -1);
  if ("next" in target.dataset) {
    if (at === 0) go(1);
    else form.requestSubmit();
  }
});
keys.hidden = false;
go(0);
