// Keeps an open page fresh: takes the parts that changed from one stream, and says how old what it shows is.
// The server makes the parts; here they are only put in place.

const body = document.body;
const words = JSON.parse(body.dataset.words || "{}");
const DEAD_MS = 12_000; // no bytes for so long: EventSource alone does not notice a dead link
const LOST_MS = 30_000;
const HELD_MS = 1_000; // a part is not changed under a finger
const STILL_MS = 30_000; // at most so long a part waits for news that know what was taken back here

let source = null;
let heard = Number(body.dataset.came) || Date.now(); // one that was kept without a network came long ago
let offset = Number(body.dataset.now) - heard; // of the server's clock: those of tablets are wrong
let opened = 0;
let digest = body.dataset.digest;
let tries = 0;
let retry = 0;
let touched = 0;
const waiting = new Map();
let upto = 0; // when the log was read that the newest parts were made of
let still = null; // the parts that wait, and for what
const known = new Map(); // the text of each part as the server has it, for it sends what changed in it

export const now = () => Date.now() + offset;
export const serverOffset = () => offset;

function said(name, values) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name] || name);
}

export function timeOfDay(ms) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: body.dataset.zone }).format(ms);
}

// -- the stream ---------------------------------------------------------------------------------

function open() {
  close();
  opened = Date.now();
  const address = `/live?page=${encodeURIComponent(location.pathname + location.search)}&have=${digest}`;
  source = new EventSource(address);
  source.addEventListener("hello", (event) => { const told = JSON.parse(event.data); alive(told); renewed(told.version); });
  source.addEventListener("beat", (event) => alive(JSON.parse(event.data)));
  source.addEventListener("patch", (event) => { digest = event.lastEventId; const told = JSON.parse(event.data); alive({ upto: told.upto }); patch(told); });
  source.onerror = () => { if (source && source.readyState === EventSource.CLOSED) again(); };
}

function close() {
  clearTimeout(retry);
  if (source) source.close();
  source = null;
}

function again() {
  close();
  const wait = Math.min(15_000, 1000 * 2 ** tries++) * (0.5 + Math.random());
  retry = setTimeout(open, wait);
}

function alive(told) {
  heard = Date.now();
  tries = 0;
  if (told.now) offset = told.now - Date.now();
  if (told.upto) upto = told.upto;
  show();
}

let isRenewed = false;
function renewed(version) {
  if (version && version !== body.dataset.version) isRenewed = true;
}

function patch(told) {
  if (told.title) document.title = `${told.title} – plantstack`;
  // what was being worked out is there, also on a page of which nothing changes afterwards
  if (document.querySelector('[data-live="not-yet"]') && !("not-yet" in told.parts)) { location.reload(); return; }
  for (const [key, part] of Object.entries(told.parts)) {
    const html = typeof part === "string" ? part : spliced(known.get(key), part);
    known.set(key, html);
    waiting.set(key, html);
  }
  place();
}

function spliced(text, splices) {
  const pieces = text.split(/(?=<)/).filter(Boolean);
  for (const [start, count, now] of splices.toReversed()) pieces.splice(start, count, now);
  return pieces.join("");
}

function isHeld(part) {
  const inside = part.contains(document.activeElement) ? document.activeElement : null;
  const isTyping = inside && /^(INPUT|SELECT|TEXTAREA)$/.test(inside.tagName);
  return isTyping || part.closest("[data-hold]") || (Date.now() - touched < HELD_MS && part.matches(":hover, :active, :focus-within"));
}

// Some parts are not changed until the server says how late the log has to be read (`heardTo`), and its parts are made of that.
export function stillFor(parts) { still = { parts, needs: Infinity, since: Date.now() }; }

export function heardTo(needs) {
  if (still) still.needs = needs;
  place();
}

function isStill(key) {
  if (still && (upto >= still.needs || Date.now() - still.since > STILL_MS)) still = null;
  return still !== null && still.parts.includes(key);
}

function place() {
  for (const [key, html] of waiting) {
    const part = document.querySelector(`[data-live="${CSS.escape(key)}"]`);
    if (part && (isHeld(part) || isStill(key))) continue;
    waiting.delete(key);
    if (!part) { location.reload(); return; } // the page is another one now
    const focused = part.contains(document.activeElement) ? document.activeElement.id || document.activeElement.dataset.focus : "";
    const opened = [...part.querySelectorAll("details[id][open]")].map((one) => one.id);
    part.innerHTML = html;
    part.dataset.changed = "";
    setTimeout(() => delete part.dataset.changed, 200);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (focused) (document.getElementById(focused) || part.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
    part.dispatchEvent(new CustomEvent("patched", { bubbles: true, detail: { key } }));
  }
  tick();
  reach();
}

// What scrolls sideways and has nothing in it to stand on is reached by the keyboard itself.
function reach() {
  for (const one of document.querySelectorAll(".wide, .machines, .lines, .setup-check")) {
    if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
}

// -- what is shown of time ------------------------------------------------------------------------

const length = (seconds) => {
  const s = Math.max(0, Math.floor(seconds)), pad = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${pad(Math.floor(s / 60))}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
};

// The same in words, where figures with a colon would be taken for a time of day.
const spoken = (seconds) => {
  const s = Math.max(0, Math.floor(seconds)), part = (name, n) => said(name, { n });
  if (s < 60) return part("second", s);
  if (s < 3600) return `${part("minute", Math.floor(s / 60))} ${part("second", s % 60)}`;
  return `${part("hour", Math.floor(s / 3600))} ${part("minute", Math.floor(s / 60) % 60)}`;
};

function show() {
  const age = Date.now() - heard;
  const state = age > LOST_MS || !navigator.onLine ? "offline" : age > DEAD_MS ? "old" : "live";
  const word = state === "live" ? words.live : state === "old" ? said("old", { age: said("second", { n: Math.round(age / 1000) }) }) : said("offline", { clock: timeOfDay(heard + offset) });
  for (const link of document.querySelectorAll("[data-link]")) {
    if (link === body) continue;
    link.dataset.state = state;
    const text = link.querySelector("[data-link-word]");
    if (text && text.textContent !== word) text.textContent = word;
  }
  body.dataset.link = state === "offline" ? "lost" : state;
  const lost = document.querySelector("[data-lost]");
  if (lost) {
    lost.hidden = state !== "offline";
    const sentence = said("lost", { clock: timeOfDay(heard + offset) });
    if (!lost.hidden && lost.textContent !== sentence) lost.textContent = sentence;
  }
}

function tick() {
  const at = now();
  for (const clock of document.querySelectorAll("[data-clock]")) clock.textContent = timeOfDay(at);
  if (body.dataset.link === "lost") return; // a timer counts only while it is known to be true
  for (const timer of document.querySelectorAll("[data-since]")) timer.textContent = (timer.closest(".timer, .wall-state") ? length : spoken)((at - Number(timer.dataset.since)) / 1000);
}

setInterval(() => {
  if (waiting.size) place();
  if (source && Date.now() - Math.max(heard, opened) > DEAD_MS) again(); // a new link has as long to say something
  if (isRenewed && Date.now() - touched > LOST_MS && !document.querySelector("[data-hold]")) location.reload();
  show();
  tick();
}, 1000);

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
addEventListener("online", () => { tries = 0; open(); });
addEventListener("offline", show);
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("resize", reach);
if (Number(body.dataset.liveEvery) > 0) open();
tick();
reach();
