// Arrows move between the stops of a state strip; Enter follows the link by itself.
const STEP = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const here = event.target.closest?.(".strip-stops a");
  if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
  const stops = [...here.closest(".strip-stops").querySelectorAll("a")];
  const at = stops.indexOf(here);
  const next = event.key === "Home" ? 0 : event.key === "End" ? stops.length - 1 : at + (STEP[event.key] ?? 0);
  if (next === at) return;
  event.preventDefault();
  stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
});
