/**
 * What lets the pages open without a network: the worker, and the empty page that it keeps. On plain http there is none
 * of it, and the page says so.
 */
import { forgetBundles } from "./database.js";

const WORKER = "/judge/worker.js";
const SCOPE = "/judge";
const EMPTY = "scoreboard-empty";

// Browsers with Trusted Types take a worker's address from a policy only; this is the one address.
globalThis.trustedTypes?.createPolicy("default", {
  createScriptURL(address) {
    if (address !== WORKER) throw new TypeError("No other script is started by its address.");
    return address;
  },
});

/**
 * Have the worker in place, and the empty page that fits a bundle. Resolves without either where the browser has no
 * workers, or does not reach the server.
 * @param {string} form of the bundle
 */
export async function keepPage(form) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  try {
    (await workers.getRegistration(SCOPE)) ?? (await workers.register(WORKER, { scope: SCOPE, updateViaCache: "none" }));
    const { active } = await workers.ready;
    await told(active, { type: "keep", form });
    await navigator.storage?.persist?.(); // asks the browser not to clear what was not sent yet, when it needs room
  } catch {
    // no network; what is kept stays as it is
  }
}

/**
 * Be told when a new version of the pages is ready; `take` has it take over, `force` also while a card is open.
 * @param {(take: (force: boolean) => Promise<boolean>) => void} ready
 */
export async function watchVersions(ready) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const registration = await workers.ready;
  const look = () => {
    const { waiting, active } = registration;
    if (waiting && active) ready((force) => told(waiting, { type: "take over", force }));
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
}

/** Let nothing of the judge who was signed in be drawn from this phone; what was not sent yet stays on it. */
export async function forget() {
  await forgetBundles();
  try {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(EMPTY)).map((name) => caches.delete(name)));
  } catch {
    // plain http, or a private window: there are none
  }
}

/** Tell a worker something, and wait for what it says. */
function told(worker, message) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage(message, [port2]);
  });
}
