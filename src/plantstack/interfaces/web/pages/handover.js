// Signing and taking over: one tap each, kept on this device first.

import { serverOffset } from "./live.js";
import { put } from "./outbox.js";
import "./verdict.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-handover] button[data-phase]");
  if (!button) return;
  const place = button.closest("[data-handover]"), said = place.querySelector("[data-told]");
  button.disabled = true;
  await put({ entry: "handover", equipment: place.dataset.handover, phase: button.dataset.phase, from: place.dataset.from, until: place.dataset.until });
  said.textContent = said.dataset.told;
  if (navigator.onLine) work(place);
});

// To freeze a shift takes the server some seconds; meanwhile the page says so, and for how long.
function work(place) {
  const told = place.querySelector("template[data-working]").content.cloneNode(true);
  for (const timer of told.querySelectorAll("[data-since]")) timer.dataset.since = Math.round(Date.now() + serverOffset());
  place.querySelector("[data-told]").replaceChildren(told);
}

// What the server refused is said where it was tapped.
document.addEventListener("outbox", (event) => {
  const said = document.querySelector("[data-handover] [data-told]"), refused = event.detail.refused.filter((one) => one.entry.entry === "handover");
  if (said?.childElementCount && event.detail.state === "offline") said.textContent = said.dataset.told;
  if (said && refused.length) said.textContent = [refused.at(-1).what, refused.at(-1).fix].filter(Boolean).join(". ");
});
