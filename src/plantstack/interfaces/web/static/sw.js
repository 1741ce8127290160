// Keeps what pages are made of by version, and the last look of each page for when there is no network.
// The server puts VERSION and FILES before this. Answers, streams and whatever is sent are never kept.

const SHELL = `shell-${VERSION}`, PAGES = "pages", MOST_PAGES = 30, PATIENCE_MS = 4_000;
const NEVER = ["/api/", "/live", "/sign-in", "/sign-out", "/metrics", "/health", "/sw.js"];
const ANOTHER = ["/sign-in", "/sign-out", "/pin", "/pair", "/setup"]; // whatever is sent there, somebody else may look next

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && ANOTHER.includes(url.pathname)) event.waitUntil(caches.delete(PAGES)); // he sees nothing of it
  if (request.method !== "GET" || NEVER.some((one) => url.pathname.startsWith(one))) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fromShell(request));
  else if (request.mode === "navigate") event.respondWith(fromNetwork(request));
});

async function fromShell(request) {
  return (await caches.match(request, { cacheName: SHELL })) || fetch(request);
}

// A slow page shows how it looked last; a page nobody has seen is waited for, however long it takes.
async function fromNetwork(request) {
  const cache = await caches.open(PAGES), coming = fetch(request);
  let answer;
  try {
    answer = await inTime(coming);
  } catch {
    const known = await cache.match(request);
    if (known) return again(known);
    answer = await coming;
  }
  if (answer.ok && !answer.redirected && isPage(answer)) await keep(cache, request, answer.clone());
  return answer;
}

// What is one person's own is kept by nobody.
const isPage = ({ headers }) => (headers.get("content-type") || "").startsWith("text/html") && !(headers.get("cache-control") || "").includes("no-store");

async function keep(cache, request, answer) {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set("x-came", String(Date.now()));
  await cache.delete(request);
  await cache.put(request, new Response(await answer.text(), { headers }));
  const names = await cache.keys();
  for (const old of names.slice(0, Math.max(0, names.length - MOST_PAGES))) await cache.delete(old);
}

// A page that is shown again is told when it came: it would take the hours since for an error of this clock.
async function again(known) {
  const { headers } = known, text = await known.text();
  return new Response(text.replace("<body ", `<body data-came="${headers.get("x-came")}" `), { headers });
}

function inTime(answer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in time")), PATIENCE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
