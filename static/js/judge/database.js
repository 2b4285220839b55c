/** The database of this browser in which a judge's phone keeps what it keeps, see store.js. */
import { openDB } from "../../vendor/idb.js";

/** Its name. */
export const NAME = "scoreboard-judge";
const VERSION = 4;
const KEYS = {
  drafts: ["scope", "round", "team"],
  outbox: "uuid",
  confirmed: "uuid",
  witnesses: "scope",
  bundles: "scope",
  orders: ["scope", "round"],
  visits: ["scope", "round", "team"],
};
/** The stores in it. */
export const NAMES = Object.keys(KEYS);

/** Open it, with every store that there is to be. Rejects where the browser keeps nothing. */
export function opened() {
  return openDB(NAME, VERSION, {
    upgrade(database) {
      const there = database.objectStoreNames;
      for (const name of NAMES) if (!there.contains(name)) database.createObjectStore(name, { keyPath: KEYS[name] });
    },
    blocking: (_current, _blocked, event) => event.target.close(),
  });
}

/** Forget what pages are drawn of, of every judge. What was not sent yet stays. */
export async function forgetBundles() {
  try {
    const database = await opened();
    await database.clear("bundles");
    database.close();
  } catch {
    // where nothing is kept there is nothing to forget
  }
}
