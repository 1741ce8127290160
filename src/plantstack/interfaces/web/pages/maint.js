// Each time of a call is one tap; it is kept on this device first, so it can be told without a network.

import "./live.js";
import { put } from "./outbox.js";
import "./offline.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-phase]");
  if (!button) return;
  button.disabled = true;
  await put({ entry: "call", equipment: button.dataset.at, call: button.dataset.call, phase: button.dataset.phase });
});

// Somebody who calls is heard here: a sound where the browser lets a page make one, and the tab says so.
let untaken = document.querySelectorAll(".untaken").length;
document.addEventListener("patched", () => {
  const now = document.querySelectorAll(".untaken").length;
  if (now > untaken) ring();
  untaken = now;
});

function ring() {
  try {
    const context = new AudioContext();
    for (const [at, pitch] of [[0, 880], [0.25, 660], [0.5, 880]]) {
      const tone = context.createOscillator(), loudness = context.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.2, context.currentTime + at);
      tone.connect(loudness).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.2);
    }
  } catch { /* a browser without sound still shows the call */ }
}
