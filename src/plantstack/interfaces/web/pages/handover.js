// Signing and taking over: one tap each, kept on this device first.

import "./live.js";
import { put } from "./outbox.js";
import "./verdict.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-handover] button[data-phase]");
  if (!button) return;
  const place = button.closest("[data-handover]"), said = place.querySelector("[data-told]");
  button.disabled = true;
  await put({ entry: "handover", equipment: place.dataset.handover, phase: button.dataset.phase, from: place.dataset.from, until: place.dataset.until });
  said.textContent = said.dataset.told;
});

// What the server refused is said where it was tapped.
document.addEventListener("outbox", (event) => {
  const said = document.querySelector("[data-handover] [data-told]"), refused = event.detail.refused.filter((one) => one.entry.entry === "handover");
  if (said && refused.length) said.textContent = [refused.at(-1).what, refused.at(-1).fix].filter(Boolean).join(". ");
});
