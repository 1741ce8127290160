// The board does not move under a finger; the wall turns its pages, and what stands is always on screen.

import "./live.js";

const TURN_MS = 15_000;
let page = 0;

function turn() {
  const wall = document.querySelector("[data-wall]");
  if (!wall) return;
  const rows = [...wall.children];
  for (const row of rows) row.hidden = false;
  const room = innerHeight - wall.getBoundingClientRect().top;
  const height = rows[0] ? rows[0].getBoundingClientRect().height + 8 : 1;
  const fit = Math.max(1, Math.floor(room / height));
  if (rows.length <= fit) return;
  const always = rows.filter((row) => row.classList.contains("standing")).slice(0, fit - 1);
  const others = rows.filter((row) => !always.includes(row));
  const share = Math.max(1, fit - always.length);
  const pages = Math.ceil(others.length / share);
  others.forEach((row, place) => { row.hidden = Math.floor(place / share) !== page % pages; });
}

if (document.querySelector("[data-wall]")) {
  turn();
  setInterval(() => { page += 1; turn(); }, TURN_MS);
  addEventListener("resize", turn);
  document.addEventListener("patched", turn);
  const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
  stayAwake();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) stayAwake(); });
}
