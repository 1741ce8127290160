// Entries wait here until the server has them: kept before the tap is answered, told once, in order.
// Works without https: no service worker, no crypto.randomUUID, no locks. Two tabs may send the same entry; its
// id makes that harmless.
//
//   import { put, undo, call, read } from "./outbox.js";
//   const entry = await put({ entry: "reason", stops: [...], reason: "jam" });      // kept when this returns
//   await undo(entry);                                                              // never told, or taken back
//   const { isTold } = await call({ entry: "call", equipment: "filler", phase: "asked" });
//   document.addEventListener("outbox", (event) => event.detail.waiting ...);

import { serverOffset } from "./live.js";

const NAME = "plantstack-outbox", STORE = "entries";
const ADDRESS = "/api/v1/entries", PHOTOS = "/api/v1/photos";
const MOST = 50; // entries in one request
const MOST_SIGNS = 4_000; // of a note
const PATIENCE_MS = 15_000;
const PHOTO_MS = 35_000; // longer than the server itself waits for one
const SIGNING_MS = 60_000; // a shift that is signed is worked out once more and frozen: that takes what it takes
const CALL_MS = 5_000; // whoever calls for help is told after that long that nobody heard it
const LONGEST_MS = 30_000; // between two attempts

let memory = null; // where the browser keeps nothing: entries live as long as the page
let sending = null;
let isStale = false; // something was put while a batch was on its way
let retry = 0, tries = 0;
let state = "idle"; // idle, sending, offline, signed-out, or faulty: the server takes none of it
let last = 1;

const dataset = () => document.body.dataset;

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// -- what is kept ---------------------------------------------------------------------------------

const opened = new Promise((resolve) => {
  let request;
  try {
    request = indexedDB.open(NAME, 1);
  } catch {
    memory = new Map();
    resolve(null);
    return;
  }
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => { memory = new Map(); resolve(null); };
});

async function kept(mode, work) {
  const database = await opened;
  if (!database) return work(null);
  return new Promise((resolve, reject) => {
    let result;
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    transaction.oncomplete = () => resolve(result?.result);
    transaction.onabort = () => reject(transaction.error);
    result = work(transaction.objectStore(STORE));
  });
}

async function add(record) {
  const key = await kept("readwrite", (store) => {
    if (store) return store.add(record);
    memory.set(last, { ...record, n: last });
    return { result: last++ };
  });
  return (await opened) ? key : key.result;
}

async function all() {
  const found = await kept("readonly", (store) => (store ? store.getAll() : { result: [...memory.values()] }));
  return (await opened) ? found : found.result;
}

async function change(record) {
  await kept("readwrite", (store) => (store ? store.put(record) : memory.set(record.n, record)));
}

async function drop(n) {
  await kept("readwrite", (store) => (store ? store.delete(n) : memory.delete(n)));
}

// -- what pages do --------------------------------------------------------------------------------

function stamped(said) {
  const entry = { ...said, id: newId(), tapped_at: new Date().toISOString(), offset_ms: Math.round(serverOffset()) || 0 };
  if (dataset().by && !entry.by && !entry.is_anonymous) entry.by = dataset().by;
  return entry;
}

// Keep an entry, then send it; resolves with the entry as it is told once it is kept.
export async function put(said, photo = null) {
  const entry = stamped(said);
  await add({ entry, photo, problem: null });
  await told();
  send();
  return { ...entry };
}

// Take an own entry back: what has never left is never told; what may have left is taken back by another entry.
export async function undo(entry) {
  let isHere = false;
  await kept("readwrite", (store) => {
    const look = (records, remove) => {
      const mine = records.find((one) => one.entry.id === entry.id && !one.hasLeft && !one.problem);
      if (mine) { isHere = true; remove(mine.n); }
    };
    if (!store) { look([...memory.values()], (n) => memory.delete(n)); return { result: null }; }
    const request = store.getAll();
    request.onsuccess = () => look(request.result, (n) => store.delete(n));
    return request;
  });
  if (!isHere) return put({ entry: "undo", of: entry });
  await told();
  return null;
}

// Call for help: told at once or not at all. It is not kept, for help that is called an hour late helps nobody.
export async function call(said) {
  const entry = stamped(said);
  try {
    const answer = await post(ADDRESS, JSON.stringify({ device: dataset().device || "", entries: [entry] }), "application/json", CALL_MS);
    if (!answer.ok) return { isTold: false, why: answer.status === 401 ? "signed-out" : "server", entry };
    const [row] = (await answer.json()).rows;
    return { isTold: row.status !== "refused", why: row.what || "", entry, row };
  } catch {
    return { isTold: false, why: "offline", entry };
  }
}

// Somebody has read a refusal: it goes.
export async function read(id) {
  for (const one of await all()) if (one.entry.id === id && one.problem) await drop(one.n);
  await told();
}

// What waits and what was refused, for a page that has just opened.
export async function standing() {
  const records = await all();
  return {
    waiting: records.filter((one) => !one.problem).length,
    refused: records.filter((one) => one.problem).map((one) => ({ entry: one.entry, ...one.problem })),
    isKept: Boolean(await opened),
    state,
  };
}

async function told(rows = [], upto = 0) {
  document.dispatchEvent(new CustomEvent("outbox", { detail: { ...(await standing()), rows, upto } }));
}

// -- sending --------------------------------------------------------------------------------------

export function send() {
  clearTimeout(retry);
  if (sending) { isStale = true; return sending; }
  sending = sendAll().finally(() => {
    sending = null;
    if (isStale) { isStale = false; send(); }
  });
  return sending;
}

async function sendAll() {
  try {
    for (;;) {
      const batch = (await all()).filter((one) => !one.problem).slice(0, MOST);
      if (!batch.length) { await settle("idle"); return; }
      state = "sending";
      let late = null; // a picture that does not get through keeps no word back, save its own
      for (const one of batch) if (one.photo && !late) await upload(one).catch((error) => { late = error; });
      const entries = batch.filter((one) => !one.photo);
      if (entries.length) await tell(entries);
      if (late) throw late;
      tries = 0;
    }
  } catch (error) {
    await settle(error.state || "offline");
    const wait = Math.min(LONGEST_MS, 1000 * 2 ** tries++) * (0.5 + Math.random());
    retry = setTimeout(send, wait);
  }
}

async function settle(now) {
  state = now;
  await told();
}

async function tell(records) {
  for (const one of records) {
    one.hadLeft = Boolean(one.hasLeft);
    if (!one.hasLeft) await leave(one);
  }
  records = records.filter((one) => !one.isGone);
  if (!records.length) return;
  const body = JSON.stringify({ device: dataset().device || "", entries: records.map((one) => one.entry) }, whole);
  const wasOnline = navigator.onLine;
  const patience = records.some((one) => one.entry.entry === "handover") ? SIGNING_MS : PATIENCE_MS;
  let answer;
  try {
    answer = await post(ADDRESS, body, "application/json", patience);
  } catch (error) {
    // without any network nothing can have left; otherwise nobody knows
    if (!wasOnline && !navigator.onLine) for (const one of records) await change({ ...one, hasLeft: one.hadLeft });
    throw error;
  }
  if (answer.status === 400 && records.length > 1) { await tellApart(records); return; }
  const said = await (await checked(answer)).json();
  for (const [place, one] of records.entries()) {
    const row = said.rows[place];
    if (row.status === "refused") await change({ ...one, photo: null, problem: problem(row) });
    else await drop(one.n);
  }
  await told(said.rows, said.upto);
}

// Where one of several cannot be read, the others are told all the same.
async function tellApart(records) {
  let bad = null;
  for (const one of records) await tell([one]).catch((error) => { if (error.state !== "faulty") throw error; bad = error; });
  if (bad) throw bad;
}

// Half a sign, as a text that was cut has at its end, is none to the server.
const whole = (_, value) => (typeof value === "string" ? value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd") : value);

// Note that an entry is about to leave, unless it was taken back in the meantime.
async function leave(record) {
  record.hasLeft = true;
  await kept("readwrite", (store) => {
    if (!store) { if (memory.has(record.n)) memory.set(record.n, record); else record.isGone = true; return { result: null }; }
    const request = store.get(record.n);
    request.onsuccess = () => { if (request.result) store.put(record); else record.isGone = true; };
    return request;
  });
}

async function upload(record) {
  const form = new FormData();
  form.append("photo", record.photo, "photo");
  const answer = await post(PHOTOS, form, "", PHOTO_MS);
  if ([400, 413, 415, 422].includes(answer.status)) {
    // the words are worth more than the picture: they are told without it, and that is said
    const found = (await answer.json().catch(() => ({}))).problems?.[0] || {}; // a proxy refuses in words of its own
    const why = `(${found.what || `photo: ${answer.status}`})`;
    record.entry = { ...record.entry, note: `${(record.entry.note || "").slice(0, MOST_SIGNS - why.length - 1)} ${why}`.trim() };
  } else {
    record.entry = { ...record.entry, photo: (await (await checked(answer)).json()).photo };
  }
  record.photo = null;
  await change(record);
}

const problem = (row) => ({ code: row.code, what: row.what, fix: row.fix });

async function checked(answer) {
  if (answer.ok) return answer;
  const error = new Error(`the server answered ${answer.status}`);
  const { status } = answer;
  error.state = status === 401 || status === 403 ? "signed-out" : status < 500 && status !== 408 ? "faulty" : "offline";
  throw error;
}

async function post(address, body, type, patience) {
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(), patience);
  const headers = { "x-csrf-token": dataset().csrf || "" };
  if (type) headers["content-type"] = type;
  try {
    return await fetch(address, { method: "POST", body, headers, signal: cut.signal, cache: "no-store" });
  } finally {
    clearTimeout(timer);
  }
}

addEventListener("online", () => { tries = 0; send(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) { tries = 0; send(); } });
send();
