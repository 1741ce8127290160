// The operator page: two taps give a stop its reason. Every tap is kept on this device before it is answered.

import { heardTo, now, stillFor } from "./live.js";
import { call, put, read, standing, undo } from "./outbox.js";
import "./offline.js";

const words = JSON.parse(document.querySelector("[data-say]").dataset.say);
const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name]);
const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

const UNDO_MS = 10_000, IDLE_MS = 30_000;
const LARGE = 500_000, WIDE = 2_000; // bytes and points of a photo
const answered = new Set(); // asks that were answered here and that the books have not heard of yet
let later = new Map(); // asks put off, by when they come back
let lastEntry = null, undoTimer = 0, idleTimer = 0;
let lastAsks = []; // that the last answer was about
let undoing = ""; // the entry that takes another back, until the server has answered it
let picked = ""; // the ask that was chosen: news do not choose another one

// -- what is asked ----------------------------------------------------------------------------------

const asks = () => all(".ask:not([hidden])");
const chosen = () => asks().filter((ask) => ask.getAttribute("aria-pressed") === "true");

function settle() {
  for (const ask of all(".ask")) {
    const until = later.get(ask.dataset.ask) || 0;
    ask.hidden = answered.has(ask.dataset.ask) || until > Date.now();
  }
  const again = asks().find((ask) => ask.dataset.ask === picked);
  if (again && again.getAttribute("aria-pressed") !== "true") choose(again);
  if (!chosen().length && asks().length) choose(asks()[0]);
  const part = one('[data-live="why"]');
  part.classList.toggle("told", all(".ask").length > 0 && !asks().length);
}

function choose(ask) {
  for (const other of all(".ask")) other.setAttribute("aria-pressed", String(other === ask));
  const { machine, kind, guess } = ask.dataset;
  picked = ask.dataset.ask;
  for (const picker of all("[data-picker]")) picker.hidden = kind === "setup" || picker.dataset.picker !== machine;
  for (const form of all("[data-setup]")) form.hidden = kind !== "setup" || form.dataset.setup !== machine;
  const picker = one(`[data-picker="${CSS.escape(machine)}"]`);
  const hinted = guess && picker && one(`[data-reason="${CSS.escape(guess)}"]`, picker);
  openKind(picker, hinted ? hinted.closest("[data-leaves]").dataset.leaves : "");
}

function openKind(picker, kind) {
  if (!picker) return;
  for (const cat of all(".cat", picker)) cat.setAttribute("aria-pressed", String(cat.dataset.cat === kind));
  for (const leaves of all("[data-leaves]", picker)) leaves.hidden = leaves.dataset.leaves !== kind;
}

function hold(isHeld) {
  const part = one('[data-live="why"]');
  clearTimeout(idleTimer);
  if (isHeld) { part.dataset.hold = ""; idleTimer = setTimeout(() => hold(false), IDLE_MS); } else delete part.dataset.hold;
}

const stopsOf = (ask) => ask.dataset.stops.split(";").filter(Boolean).map((text) => { const [machine, at] = text.split("|"); return { machine, at }; });

async function answer(reason, said, note = "") {
  const mine = chosen();
  const label = `${said} – ${mine.map((ask) => ask.textContent.trim().replace(/\s+/g, " ")).join("; ")}`;
  for (const kind of ["stop", "episode", "slow"]) {
    const of = mine.filter((ask) => ask.dataset.kind === kind);
    if (!of.length) continue;
    if (kind === "stop") {
      const entry = { entry: "reason", reason, note, stops: of.flatMap(stopsOf) };
      if (of[0].dataset.guess) entry.guess = { reason: of[0].dataset.guess, is_withheld: Boolean(of[0].dataset.withheld) };
      await keep(entry, label);
    } else {
      for (const ask of of) await keep({ entry: kind, reason, note, machine: ask.dataset.machine, from: ask.dataset.from, until: ask.dataset.until }, label);
    }
  }
  lastAsks = mine.map((ask) => ask.dataset.ask);
  for (const key of lastAsks) answered.add(key);
  hold(false);
  settle();
  (asks()[0] || one(".actions button")).focus({ preventScroll: true });
}

async function keep(said, label, photo = null) {
  const machine = said.machine || said.equipment || said.stops?.[0]?.machine;
  lastEntry = await put(said, photo);
  lastEntry.of = { machine };
  const toast = one("[data-toast]");
  one("[data-toast-word]").textContent = say("saved", { what: label });
  toast.hidden = false;
  one("[data-undo]").hidden = false;
  clearTimeout(undoTimer);
  undoTimer = setTimeout(() => { toast.hidden = true; }, UNDO_MS);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { dataset } = button;
  if (button.matches(".ask")) {
    const isMore = chosen().length && button.getAttribute("aria-pressed") !== "true" && dataset.kind === "stop" && chosen()[0].dataset.kind === "stop" && chosen()[0].dataset.machine === dataset.machine;
    if (isMore) button.setAttribute("aria-pressed", "true");
    else if (chosen().length > 1 && button.getAttribute("aria-pressed") === "true") button.setAttribute("aria-pressed", "false");
    else choose(button);
    hold(true);
  } else if (dataset.cat && button.matches(".cat")) { openKind(button.closest("[data-picker]"), dataset.cat); hold(true); }
  else if (dataset.reason) await answer(dataset.reason, one("b", button).textContent);
  else if ("later" in dataset) { for (const ask of chosen()) later.set(ask.dataset.ask, Date.now() + 15 * 60_000); hold(false); settle(); }
  else if ("undo" in dataset) await takeBack();
  else if (dataset.open) open(dataset.open);
  else if ("close" in dataset) button.closest("dialog").close();
  else if (dataset.step) step(dataset);
  else if (dataset.next) planned(dataset);
  else if (dataset.callFor) await help(button);
  else if (dataset.phase) { button.disabled = true; await keep({ entry: "call", equipment: dataset.at, call: dataset.call, phase: dataset.phase }, button.textContent); }
  else if (dataset.seen) { await read(dataset.seen); }
});

async function takeBack() {
  if (!lastEntry) return;
  const { of, ...entry } = lastEntry;
  stillFor(["order", "hours", "kpis", "why", "strip"]); // what the server made before it knew of this is not shown any more
  const back = await undo(entry);
  undoing = back?.id || "";
  if (!back) heardTo(0);
  lastEntry = null;
  answered.clear();
  [picked] = [...lastAsks, picked];
  one("[data-toast]").hidden = true;
  settle();
}

// -- dialogs ----------------------------------------------------------------------------------------

function open(name) {
  const dialog = one(`#dialog-${name}`);
  fill(dialog);
  unsure(one("form", dialog));
  one("[data-call-told]", dialog)?.setAttribute("hidden", "");
  for (const button of all("[data-call-for]", dialog)) button.disabled = false;
  const { machine } = one(".state").dataset, choice = one("select[name=machine]", dialog); // whom the page speaks of now
  const ask = chosen()[0], minutes = one("#split-minutes", dialog);
  if (ask && minutes) minutes.max = String(Math.max(1, Math.ceil((Date.parse(ask.dataset.until) - Date.parse(ask.dataset.from)) / 60_000) - 1));
  if (machine && choice && [...choice.options].some((option) => option.value === machine)) choice.value = machine;
  dialog.showModal();
  one("input:not([type=hidden]), select, textarea, .cat", dialog)?.focus();
}

// What can be chosen comes with the page as it is now, not as it was when it was opened.
function fill(dialog) {
  const asked = chosen()[0]?.dataset.machine;
  for (const place of all("[data-fill]", dialog)) {
    const name = place.dataset.fill;
    const from = name === "leaves" ? one(`[data-picker="${CSS.escape(asked || "")}"]`) : one('[data-live="offers"]');
    place.innerHTML = (from && one(`template[data-for="${name}"]`, from))?.innerHTML || "";
  }
}

function unsure(form) {
  delete form.dataset.sure;
  for (const [name, isHidden] of [["ask-sure", true], ["sure", true], ["unsure", false]]) { const part = one(`[data-${name}]`, form); if (part) part.hidden = isHidden; }
}

// A count far above what the machine can make is asked about once; it is kept as it was said.
function isSure(form, said) {
  const [name, can, time, most] = JSON.parse(one("[data-can]").dataset.can)[said.machine] || [];
  const count = Math.max(said.good || 0, ...(said.scrap || []).map((bad) => bad.qty)), key = JSON.stringify(said);
  if (!most || count <= most || form.dataset.sure === key) return true;
  unsure(form);
  form.dataset.sure = key;
  one("[data-ask-sure]", form).textContent = say("sure", { n: pieces(Math.round(count / can)), machine: name, time });
  for (const [part, isHidden] of [["ask-sure", false], ["sure", false], ["unsure", true]]) one(`[data-${part}]`, form).hidden = isHidden;
  return false;
}

const pieces = (number) => new Intl.NumberFormat(document.documentElement.lang).format(number);
const named = (select) => select.selectedOptions?.[0]?.textContent || "";

// What was saved, for the toast.
function savedAs(entry, said, form) {
  if (entry === "order") return say(said.qty === undefined ? "order" : "ordered", { n: said.starts, product: named(form.product), qty: pieces(said.qty || 0) });
  if (entry !== "count") return say(entry);
  const machine = named(form.machine) || one(".about", form.machine.form).textContent, bad = (said.scrap || []).reduce((sum, { qty }) => sum + qty, 0);
  if (said.good !== undefined && said.scrap) return say("both", { machine, n: pieces(said.good), m: pieces(bad) });
  return said.scrap ? say("scrap", { machine, n: pieces(bad) }) : say("good", { machine, n: pieces(said.good) });
}

document.addEventListener("input", ({ target }) => {
  if (target.dataset.find) search(target);
  const tile = target.name === "starts" && all("[data-next]").find((other) => other.dataset.next === target.value.trim());
  if (tile) target.form.elements.product.value = tile.dataset.product;
});

function search(field) {
  const choice = document.getElementById(field.dataset.find), asked = field.value.trim().toLowerCase();
  fill(field.form);
  for (const option of all("option", choice)) if (asked && !option.textContent.toLowerCase().includes(asked)) option.remove();
}

function step({ of, step: by }) {
  const field = document.getElementById(of);
  field.value = String(Math.max(0, (Number(field.value) || 0) + Number(by)));
}

// An order that is planned next fills the form; what it says can still be changed.
function planned({ next, product, qty }) {
  const form = one("#dialog-order form").elements;
  form.starts.value = next;
  form.qty.value = qty;
  if ([...form.product.options].some((option) => option.value === product)) form.product.value = product;
}

async function help(button) {
  const form = button.closest("form"), told = one("[data-call-told]", form);
  const buttons = all("[data-call-for]", form);
  for (const other of buttons) other.disabled = true;
  const found = await call({ entry: "call", equipment: form.elements.machine.value, phase: "asked", for: button.dataset.callFor });
  for (const other of buttons) other.disabled = found.isTold; // called once, not twice
  told.hidden = false;
  told.classList.toggle("bad", !found.isTold);
  told.textContent = found.isTold ? say("told") : `${say("nottold")} ${found.why === "offline" || found.why === "server" ? "" : found.why}`;
  if (found.isTold) setTimeout(() => form.closest("dialog").close(), 2500);
}

const amount = (field) => (field.value.trim() === "" ? null : Number(field.value.replace(",", ".")));

const makers = {
  count: (form) => {
    const scrap = amount(form.scrap);
    const said = { entry: "count", machine: form.machine.value };
    if (amount(form.good) !== null) said.good = amount(form.good);
    if (scrap !== null) said.scrap = [{ qty: scrap, reason: form.reason.value }];
    return said.good === undefined && scrap === null ? null : said;
  },
  order: (form) => {
    const said = { entry: "order", machines: form.machines.value.split("+"), ends: form.ends?.value || "", starts: form.starts.value.trim(), product: form.product.value };
    if (amount(form.qty) !== null) said.qty = amount(form.qty);
    return said.starts ? said : null; // an order that ends with nothing after it is the planner's to end
  },
  note: (form) => {
    const said = { equipment: form.machine.value, note: form.note.value.trim() };
    if (form.kind.value) return { entry: "safety", type: form.kind.value, is_anonymous: true, ...said };
    return said.note || form.photo.files.length ? { entry: "note", ...said } : null;
  },
  crew: (form) => {
    const said = { entry: "crew", equipment: form.equipment.value, phase: form.phase.value, crew: form.crew.value };
    if (amount(form.present) !== null) said.present = amount(form.present);
    if (amount(form.needed) !== null) said.needed = amount(form.needed);
    return said;
  },
  split: (form) => {
    const ask = chosen()[0];
    if (!ask || amount(form.minutes) === null) return null;
    const middle = new Date(Date.parse(ask.dataset.from) + amount(form.minutes) * 60_000).toISOString(), { until } = ask.dataset;
    if (Date.parse(middle) >= Date.parse(until)) return null; // the reasons would reach over stops that came later
    return { entry: "split", machine: ask.dataset.machine, parts: [{ from: ask.dataset.from, until: middle, reason: form.first.value }, { from: middle, until, reason: form.second.value }] };
  },
};

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target, { entry, setup } = form.dataset;
  if (setup) {
    const parameter = event.submitter.value, value = amount(form.elements[parameter]);
    if (value === null) { form.elements[parameter].focus(); return; }
    await keep({ entry: "setup_check", machine: setup, product: form.dataset.product, parameter, value }, `${parameter} ${value}`);
    event.submitter.disabled = true;
    return;
  }
  const fields = form.elements;
  if (entry === "another") { form.closest("dialog").close(); await answer(fields.reason.value, fields.reason.selectedOptions[0]?.textContent || "", fields.note.value.trim()); form.reset(); return; }
  const said = makers[entry](fields);
  if (!said) { one("input:not([type=hidden]), textarea", form).focus(); return; }
  if (entry === "count" && !isSure(form, said)) return;
  const photo = fields.photo?.files?.[0] || null, label = savedAs(entry, said, fields);
  form.closest("dialog").close();
  await keep(said, label, await smaller(photo));
  if (entry === "split") { for (const ask of chosen()) answered.add(ask.dataset.ask); settle(); }
  form.reset();
});

// A camera makes more of a picture than a weak network carries and the server keeps; what it cannot read goes as it is.
async function smaller(photo) {
  if (!photo || photo.size < LARGE) return photo;
  try {
    const picture = await createImageBitmap(photo), scale = Math.min(1, WIDE / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return made && made.size < photo.size ? made : photo;
  } catch {
    return photo;
  }
}

// -- what became of entries ---------------------------------------------------------------------------

document.addEventListener("outbox", ({ detail }) => {
  const sync = one("[data-sync]"), word = one("[data-sync-word]");
  const { waiting, refused, state, rows, upto } = detail;
  if (undoing && rows.some((row) => row.id === undoing)) { undoing = ""; heardTo(upto); }
  sync.dataset.state = refused.length ? "refused" : waiting ? "waiting" : "sent";
  word.textContent = state === "signed-out" && waiting ? say("signedout") : waiting === 1 ? say("waiting1") : waiting ? say("waiting", { n: waiting }) : say("sent");
  let list = one("[data-refused]");
  if (!list) { list = document.createElement("ul"); list.dataset.refused = ""; list.className = "refused"; list.setAttribute("aria-live", "assertive"); one("main").prepend(list); }
  list.replaceChildren(...refused.map(({ entry, what, fix }) => {
    const item = document.createElement("li"), button = document.createElement("button");
    item.textContent = `${say("refused", { why: what })} ${fix || ""} `;
    button.className = "button"; button.dataset.seen = entry.id; button.textContent = "OK";
    item.append(button);
    return item;
  }));
  const { stands } = rows.find((row) => row.stands) || {};
  if (stands) { one("[data-toast-word]").textContent = say("stands", { what: `${stands.label} (${stands.whose})` }); one("[data-undo]").hidden = true; one("[data-toast]").hidden = false; }
  if (rows.some((row) => row.status === "refused")) { answered.clear(); settle(); }
});

// The hour that runs is in sight, however many are above it.
function atHour() {
  const hours = one(".hours"), now = one(".hours .now");
  if (hours && now) hours.scrollTop = now.offsetTop + now.offsetHeight - hours.clientHeight;
}

let wasStopped = Boolean(one(".state.down"));
document.addEventListener("patched", ({ detail }) => {
  if (detail.key === "why") settle();
  if (detail.key === "hours") atHour();
  if (detail.key === "state") {
    const isStopped = Boolean(one(".state.down"));
    if (isStopped && !wasStopped) one("[data-stopped]").textContent = say("stopped");
    wasStopped = isStopped;
  }
});

settle();
atHour();
setInterval(settle, 5_000);
standing().then((detail) => document.dispatchEvent(new CustomEvent("outbox", { detail: { ...detail, rows: [] } })));
