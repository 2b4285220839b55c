/**
 * The service worker of the judge's pages. The server puts three constants in front: RELEASE; VERSION, that of the
 * static files; and PATHS, those of them that belong to the pages.
 *
 * It gives out those files, and the empty page where a judge opens the list or a card; everything else is the network's.
 * A new one waits until no card is in hand.
 */
/* global RELEASE, VERSION, PATHS */
const FILES = new Set(PATHS.map((path) => `/static/${VERSION}/${path}`));
const KEPT = `scoreboard-files ${RELEASE}`;
const EMPTY = `scoreboard-empty ${RELEASE}`;
const PAGE = "/judge/empty"; // the list and the card in one
const SIGN = "/judge/find"; // the list leads on to the card of the team that is named
const ONE_CARD = /^\/judge\/[^/]+\/[^/]+$/;
const DOOR = /^\/j(\/|$)/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(clear()));
self.addEventListener("message", ({ data, ports: [port] }) => {
  const answers = { keep: () => keep(data.form), "take over": () => takeOver(data.force) };
  answers[data.type]().then((answer) => port.postMessage(answer));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search } = new URL(request.url);
  if (request.method !== "GET") return request.mode === "navigate" ? event.respondWith(network(request)) : undefined;
  if (FILES.has(pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && (pathname === SIGN ? !search.endsWith("&fresh") : !search)) {
    // Whoever comes from the door is shown by the server, if it can be reached: it may be another judge than before.
    const entering = DOOR.test(place(request.referrer));
    if (isKept(pathname)) event.respondWith(entering ? fetch(request).catch(() => page(request)) : page(request));
    else event.respondWith(network(request));
  }
});

async function install() {
  const cache = await caches.open(KEPT);
  const files = [...FILES].map(async (address) => {
    const answer = await fetch(address, { redirect: "error" });
    // A page of the hall's network has another status, or another type, and no header of ours.
    if (!ours(answer, "scoreboard-version", VERSION)) throw new TypeError(`no ${address}`);
    await cache.put(address, answer);
  });
  // The empty page needs a judge who is signed in; where there is none it comes later.
  await Promise.all([...files, fill()]);
}

async function clear() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT && name !== EMPTY).map((name) => caches.delete(name)));
}

/** Fetch the empty page. Gives whether it is there. */
async function fill() {
  try {
    const answer = await fetch(PAGE, { redirect: "error", cache: "no-store" });
    if (!ours(answer, "scoreboard-release", RELEASE)) return false;
    await (await caches.open(EMPTY)).put(PAGE, answer);
    return true;
  } catch {
    return false;
  }
}

/** Whether an answer is the server's, and of this release. */
function ours({ status, type, headers }, name, value) {
  return status === 200 && type === "basic" && headers.get(name) === value;
}

/** Have the empty page that fits a bundle. */
async function keep(form) {
  const kept = await caches.match(PAGE, { cacheName: EMPTY });
  return kept?.headers.get("scoreboard-form") === form || fill();
}

/** Begin to work, unless a card is in hand. Gives whether. */
async function takeOver(force) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!force && pages.some(({ url }) => ONE_CARD.test(place(url)))) return false;
  await self.skipWaiting();
  return true;
}

async function file(request) {
  return (await caches.match(request.url, { cacheName: KEPT })) ?? fetch(request);
}

/** What only the server has; without a network a page that is here says so: the card that was left, or the list. */
async function network(request) {
  try {
    return await fetch(request);
  } catch {
    const from = place(request.referrer);
    return Response.redirect(`${isKept(from) ? from : "/judge"}#unreached`, 303);
  }
}

async function page(request) {
  return (await caches.match(PAGE, { cacheName: EMPTY })) ?? fetch(request);
}

/** Whether the empty page stands for an address; the others are the network's. */
function isKept(pathname) {
  return pathname === "/judge" || pathname === SIGN || (ONE_CARD.test(pathname) && !pathname.startsWith("/judge/ballots/"));
}

function place(url) {
  return url.startsWith(self.location.origin) ? new URL(url).pathname : "";
}
