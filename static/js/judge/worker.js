/**
 * The service worker of the judge's pages. The server puts three constants in front: RELEASE; VERSION, that of the
 * static files; and PATHS, those of them that belong to the pages.
 *
 * It gives out those files, and an empty page where a judge opens the list or a card; everything else is the network's.
 * A new one waits until no card is in hand.
 */
/* global RELEASE, VERSION, PATHS */
const FILES = new Set(PATHS.map((path) => `/static/${VERSION}/${path}`));
const KEPT = `scoreboard-files ${RELEASE}`;
const EMPTY = `scoreboard-empty ${RELEASE}`;
const LIST = "/judge/list";
const CARD = "/judge/card";
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
    const empty = emptyPage(pathname);
    // Whoever comes from the door is shown by the server, if it can be reached: it may be another judge than before.
    const entering = DOOR.test(place(request.referrer));
    if (empty) event.respondWith(entering ? fetch(request).catch(() => page(empty, request)) : page(empty, request));
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
  // Empty pages need a judge who is signed in; where there is none they come later.
  await Promise.all([...files, fill()]);
}

async function clear() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT && name !== EMPTY).map((name) => caches.delete(name)));
}

/** Fetch both empty pages. Gives whether they are there. */
async function fill() {
  try {
    const pages = await Promise.all([LIST, CARD].map((address) => fetch(address, { redirect: "error", cache: "no-store" })));
    const [one, other] = pages.map(({ headers }) => headers.get("scoreboard-form"));
    if (!pages.every((page) => ours(page, "scoreboard-release", RELEASE)) || one !== other) return false;
    const cache = await caches.open(EMPTY);
    await Promise.all([cache.put(LIST, pages[0]), cache.put(CARD, pages[1])]);
    return true;
  } catch {
    return false;
  }
}

/** Whether an answer is the server's, and of this release. */
function ours({ status, type, headers }, name, value) {
  return status === 200 && type === "basic" && headers.get(name) === value;
}

/** Have the empty pages that fit a bundle. */
async function keep(form) {
  const kept = await caches.match(CARD, { cacheName: EMPTY });
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
    return Response.redirect(`${emptyPage(from) ? from : "/judge"}#unreached`, 303);
  }
}

async function page(empty, request) {
  return (await caches.match(empty, { cacheName: EMPTY })) ?? fetch(request);
}

/** Which empty page stands for an address; undefined for those that are the network's. */
function emptyPage(pathname) {
  if (pathname === "/judge" || pathname === SIGN) return LIST;
  return ONE_CARD.test(pathname) && !pathname.startsWith("/judge/ballots/") ? CARD : undefined;
}

function place(url) {
  return url.startsWith(self.location.origin) ? new URL(url).pathname : "";
}
