// One tap says what became of a finding: kept on this device first, taken back within ten seconds as if never said.

import { put, read, undo } from "./outbox.js";

const UNDO_MS = 10_000;
const said = new Map(); // what was said here, by finding
const cards = () => [...document.querySelectorAll("[data-finding]")];
const words = () => JSON.parse(document.querySelector("[data-answer-words]").dataset.answerWords);
const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words()[name]);

function paint(card) {
  const mine = said.get(card.dataset.finding), told = card.querySelector("[data-said]");
  if (!told) return;
  card.querySelector("[data-undo]").hidden = !mine || mine.isLate;
  if (!mine) return;
  for (const button of card.querySelectorAll("[data-word]")) button.setAttribute("aria-pressed", String(button.dataset.word === mine.entry?.word));
  told.textContent = mine.told;
  told.hidden = false;
  told.classList.toggle("bad", Boolean(mine.isBad));
}

async function answer(card, word) {
  const { finding, equipment, kind, subject, episode, severity, money, low, high, raised } = card.dataset;
  const more = money ? { money: Number(money), money_low: Number(low), money_high: Number(high) } : {};
  const entry = await put({ entry: "answer", finding, word, equipment, kind, subject, episode, severity: Number(severity), raised_at: raised, ...more });
  const mine = { entry, told: say(word), isLate: false };
  said.set(finding, mine);
  paint(card);
  setTimeout(() => { mine.isLate = true; cards().forEach(paint); }, UNDO_MS);
}

async function takeBack(card) {
  const mine = said.get(card.dataset.finding);
  if (!mine?.entry) return;
  await undo(mine.entry);
  said.set(card.dataset.finding, { entry: null, told: say("back"), isLate: true });
  paint(card);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button"), card = button?.closest("[data-finding]");
  if (!card) return;
  if ("undo" in button.dataset) await takeBack(card);
  else if (button.dataset.word) await answer(card, button.dataset.word);
});

document.addEventListener("outbox", async ({ detail }) => {
  for (const mine of said.values()) {
    const refused = detail.refused.find((each) => each.entry.id === mine.entry?.id);
    if (refused) {
      mine.told = say("refused", { why: refused.what });
      mine.isBad = true;
      await read(mine.entry.id);
    } else if (mine.entry && detail.state === "offline" && detail.waiting) mine.told = `${say(mine.entry.word)} ${say("kept")}`;
  }
  cards().forEach(paint);
});

document.addEventListener("patched", () => cards().forEach(paint));
