// Accepting or contesting a loss: one tap, kept on this device first, taken back within ten seconds as if never said.

import { put, read, undo } from "./outbox.js";

const UNDO_MS = 10_000;
const said = new Map(); // what was said here and stands in no list yet: by row, the entry and what the page says of it

const one = (selector, from = document) => from.querySelector(selector);
const rows = () => [...document.querySelectorAll("[data-claim]")];
const rowOf = (key) => rows().find((row) => row.dataset.claim === key);
const words = () => JSON.parse(one("[data-say]", one(".claims").parentElement).dataset.say);
const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words()[name]);
let asked = ""; // the row whose contest is being written

// Show of a row what was said here, or that it waits again for an answer.
function paint(row) {
  const mine = said.get(row.dataset.claim);
  if (mine && mine.entry.id === row.dataset.key) { said.delete(row.dataset.claim); return; } // the books have heard it
  for (const after of row.querySelectorAll("[data-after]")) after.hidden = !mine || after.dataset.after !== mine.entry.phase;
  one("[data-word]", row).hidden = Boolean(mine);
  for (const button of row.querySelectorAll("[data-verdict]")) button.hidden = Boolean(mine);
  const back = one("[data-back]", row), next = one("[data-next]", row), told = one("[data-told]", row);
  if (!back) return;
  back.hidden = !mine || mine.isLate;
  if (next && mine?.next) next.textContent = mine.next;
  told.textContent = mine?.told || "";
  told.hidden = !mine?.told;
  told.classList.toggle("bad", Boolean(mine?.isBad));
}

async function tell(row, phase, more = {}, next = "") {
  const key = row.dataset.claim, { machine, at, owner } = row.dataset;
  const entry = await put({ entry: "verdict", machine, at, owner, phase, ...more });
  said.set(key, { entry, next, isLate: false, told: "" });
  paint(row);
  one("[data-back]", row).focus({ preventScroll: true });
  setTimeout(() => {
    const mine = said.get(key), now = rowOf(key);
    if (mine?.entry.id !== entry.id) return;
    mine.isLate = true;
    if (now) paint(now);
  }, UNDO_MS);
}

async function takeBack(row) {
  const mine = said.get(row.dataset.claim);
  if (!mine) return;
  await undo(mine.entry);
  said.delete(row.dataset.claim);
  paint(row);
  const told = one("[data-told]", row);
  told.textContent = say("back");
  told.hidden = false;
  one("[data-verdict]", row).focus({ preventScroll: true });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("close" in button.dataset && button.closest("#contest")) { one("#contest").close(); return; }
  const row = button.closest("[data-claim]");
  if (!row) return;
  if ("back" in button.dataset) await takeBack(row);
  else if (button.dataset.verdict === "accept") await tell(row, "accept");
  else if (button.dataset.verdict === "contest") ask(row);
});

function ask(row) {
  const dialog = one("#contest"), form = one("form", dialog);
  asked = row.dataset.claim;
  form.reset();
  one("[data-contest-what]", dialog).textContent = one(".what", row).textContent.trim().replace(/\s+/g, " ");
  const off = (choice, is) => { choice.disabled = choice.hidden = is; };
  for (const group of dialog.querySelectorAll("optgroup")) {
    const reasons = [...group.children];
    for (const reason of reasons) off(reason, !reason.dataset.sites.split(" ").includes(row.dataset.site));
    off(group, group.dataset.owner === row.dataset.owner || reasons.every((reason) => reason.hidden));
  }
  dialog.showModal();
  form.elements.reason.focus();
}

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-contest]")) return;
  event.preventDefault();
  const form = event.target, { reason, text } = form.elements, row = rowOf(asked);
  if (!text.value.trim()) { text.value = ""; text.reportValidity(); return; }
  one("#contest").close();
  if (row) await tell(row, "contest", { reason: reason.value, text: text.value.trim() }, reason.selectedOptions[0].parentElement.dataset.said);
});

// What became of it: waits, refused, or another word stands.
document.addEventListener("outbox", async ({ detail }) => {
  for (const [key, mine] of said) {
    const row = rowOf(key), refused = detail.refused.find((each) => each.entry.id === mine.entry.id);
    const answer = detail.rows.find((each) => each.id === mine.entry.id);
    if (refused) {
      mine.told = `${say("refused", { why: refused.what })} ${refused.fix || ""}`;
      mine.isBad = true;
      if (row) { said.delete(key); paint(row); show(row, mine.told); }
      await read(mine.entry.id);
      continue;
    }
    if (answer?.stands || answer?.notices?.length) { mine.told = answer.stands ? say("stands", { what: answer.notices[0].what }) : answer.notices[0].what; mine.isBad = true; }
    else mine.told = detail.state === "offline" && detail.waiting ? say("kept") : mine.isBad ? mine.told : "";
    if (row) paint(row);
  }
});

function show(row, text) {
  const told = one("[data-told]", row);
  told.textContent = text;
  told.hidden = false;
  told.classList.add("bad");
}

document.addEventListener("patched", () => rows().forEach(paint));
