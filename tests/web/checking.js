// What the tests of pages look for, in the page itself; see checking.py.
({
faults: (least) => {
  const faults = [];
  const html = document.documentElement;
  const named = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const style = (e) => getComputedStyle(e);
  const isSeen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length
    && !e.closest(".sr, .skip, dialog:not([open]), details:not([open]) > :not(summary)");
  const all = [...document.body.querySelectorAll("*")].filter((e) => !e.closest("svg") && isSeen(e));

  // nothing is wider than its place
  if (html.scrollWidth > html.clientWidth) faults.push(`the page is ${html.scrollWidth} wide in ${html.clientWidth}`);
  for (const e of all) {
    if (!e.clientWidth || e.scrollWidth <= e.clientWidth + 1 || e.matches("input, select, textarea")) continue;
    const { overflowX, textOverflow } = style(e), isCut = /hidden|clip/.test(overflowX) && textOverflow !== "ellipsis";
    const hasText = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!isCut && (!hasText || overflowX !== "visible")) continue;
    faults.push(`wider than its box, ${e.scrollWidth} in ${e.clientWidth}: ${named(e)}`);
  }

  // text against its ground, as it was rendered
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (text) => { brush.clearRect(0, 0, 1, 1); brush.fillStyle = text; brush.fillRect(0, 0, 1, 1); const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const ground = (e) => {
    const layers = [];
    for (let one = e; one; one = one.parentElement) {
      const { backgroundColor, backgroundImage } = style(one);
      if (backgroundImage !== "none") return null;
      const told = rgba(backgroundColor);
      if (told[3]) layers.push(told);
      if (told[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const told = new Set();
  for (const e of all) {
    const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("").trim();
    if (!text || e.closest("[aria-hidden=true]") || e.matches(":disabled, option")) continue;
    const below = ground(e), { color, fontSize, fontWeight } = style(e);
    if (!below) continue;
    const [a, b] = [light(over(rgba(color), below)), light(below)].sort((x, y) => y - x);
    const size = parseFloat(fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (isLarge ? 3 : 4.5) - 0.01 && !told.has(color + below)) { told.add(color + below); faults.push(`contrast ${ratio.toFixed(2)} of ${color} on ${below}: ${named(e)}`); }
    if (size < 11.9 / 16 * parseFloat(style(html).fontSize)) faults.push(`text of ${size} px: ${named(e)}`);
  }

  // what is pressed is large enough
  const kinds = "button, select, textarea, summary, .button, input:not([type=hidden], [type=radio], [type=checkbox])";
  for (const e of all.filter((e) => e.matches(kinds))) {
    const { width, height } = e.getBoundingClientRect();
    const need = document.body.matches(".touch") ? least.touch : least.desk;
    if (height < need - 0.5 || width < Math.min(need, 44) - 0.5) faults.push(`${Math.round(width)}×${Math.round(height)} to press, of ${need}: ${named(e)}`);
  }
  return faults;
},

structure: () => {
  const faults = [];
  const heads = [...document.querySelectorAll("h1")].filter((e) => e.checkVisibility());
  if (heads.length !== 1) faults.push(`${heads.length} h1`);
  if (!document.documentElement.lang) faults.push("no lang");
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]));
  levels.reduce((before, level) => { if (level > before + 1) faults.push(`h${level} follows h${before}`); return level; }, 0);
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  const skip = document.querySelector("body > a.skip");
  if (!skip || !document.querySelector(skip.getAttribute("href"))) faults.push("no skip link");
  if (/^(plantstack|undefined|None)\b/.test(document.title) || !document.title) faults.push(`title '${document.title}'`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  const twice = ids.filter((id, n) => ids.indexOf(id) !== n);
  if (twice.length) faults.push(`ids given twice: ${twice.slice(0, 3)}`);
  if (document.querySelector("[style], style, script:not([src])")) faults.push("a style or script within the page");
  if (/undefined|NaN\b|<Undefined/.test(document.querySelector("main")?.innerText)) faults.push("an unfilled place");
  return faults;
},

scrolls: () => {
  const { scrollHeight, scrollWidth } = document.documentElement;
  const faults = [];
  if (scrollHeight > innerHeight) faults.push(`height ${scrollHeight} of ${innerHeight}`);
  if (scrollWidth > innerWidth) faults.push(`width ${scrollWidth} of ${innerWidth}`);
  return faults;
},

// WCAG 1.4.12; through a sheet of our own, for no inline style is allowed
spaced: () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
},
})
