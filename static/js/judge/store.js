import { openDB } from "../../vendor/idb.js";

/**
 * What a judge's phone keeps until the server has it: drafts (one for each ballot) and the outbox (submitted ballots, in
 * order). It lies in IndexedDB, with a mirror in memory: where the browser keeps nothing (private windows, a full disk)
 * the mirror goes on working until the page is closed, and `kept` says so.
 *
 * A ballot is known by its place: `scope` (event and judge), `round`, `team`.
 *
 * @typedef {{scores: Record<string, string>, comment: string, note: string}} Values
 * @typedef {Values & {scope: string, round: string, team: string, base_revision: number, entered_at: string}} Draft
 * @typedef {Draft & {uuid: string, order: number, refused?: {code: string, message: string, current?: object}}} Item
 */

const NAME = "scoreboard-judge";
const VERSION = 1;

export class Store {
  kept = true;
  #database = null;
  #scope;
  #drafts = new Map();
  #items = new Map();
  #writes = 0;

  /** @param {string} scope */
  constructor(scope) {
    this.#scope = scope;
  }

  /**
   * Open the store of one judge at one event.
   * @param {string} scope
   */
  static async open(scope) {
    const store = new Store(scope);
    try {
      store.#database = await openDB(NAME, VERSION, {
        upgrade(database) {
          database.createObjectStore("drafts", { keyPath: ["scope", "round", "team"] });
          database.createObjectStore("outbox", { keyPath: "uuid" });
        },
        blocking: (_current, _blocked, event) => event.target.close(),
      });
      await store.#read();
    } catch {
      store.kept = false;
    }
    return store;
  }

  /** See what another page of this phone has stored or sent meanwhile. */
  async refresh() {
    if (!this.kept) return;
    try {
      await this.#read();
    } catch {
      this.kept = false;
    }
  }

  async #read() {
    let drafts, items, writes;
    do {
      // A write that began while this was reading is not in it.
      writes = this.#writes;
      const transaction = this.#database.transaction(["drafts", "outbox"]);
      const [readDrafts, readOutbox] = ["drafts", "outbox"].map((name) => transaction.objectStore(name).getAll());
      [drafts, items] = await Promise.all([readDrafts, readOutbox]);
    } while (writes !== this.#writes);
    const ours = (record) => record.scope === this.#scope;
    this.#drafts = new Map(drafts.filter(ours).map((draft) => [place(draft.round, draft.team), draft]));
    this.#items = new Map(items.filter(ours).map((item) => [item.uuid, item]));
  }

  /** @returns {Draft | undefined} */
  draft(round, team) {
    return this.#drafts.get(place(round, team));
  }

  /** @returns {Draft[]} */
  get drafts() {
    return [...this.#drafts.values()];
  }

  /** @returns {Item[]} in the order in which they are to be sent */
  get items() {
    return [...this.#items.values()].sort((a, b) => a.order - b.order);
  }

  /** @returns {Item[]} those of one ballot */
  itemsOf(round, team) {
    return this.items.filter((item) => item.round === round && item.team === team);
  }

  /**
   * Keep what is being entered. Resolves when the browser has it.
   * @param {Omit<Draft, "scope">} draft
   */
  async saveDraft(draft) {
    const record = { ...draft, scope: this.#scope };
    this.#drafts.set(place(draft.round, draft.team), record);
    await this.#write((drafts) => drafts.put(record));
  }

  /** Forget what was being entered. */
  async dropDraft(round, team) {
    this.#drafts.delete(place(round, team));
    await this.#write((drafts) => drafts.delete([this.#scope, round, team]));
  }

  /**
   * Move a ballot from the draft to the outbox. Where one before it was refused, it stands for all of them.
   * @param {Omit<Item, "scope" | "order">} ballot
   */
  async enqueue(ballot) {
    const before = this.itemsOf(ballot.round, ballot.team);
    const replaced = before.some((each) => each.refused) ? before : [];
    const item = { ...ballot, scope: this.#scope, order: 1 + Math.max(0, ...this.items.map((each) => each.order)) };
    for (const each of replaced) this.#items.delete(each.uuid);
    this.#items.set(item.uuid, item);
    this.#drafts.delete(place(item.round, item.team));
    await this.#write((drafts, outbox) => {
      for (const each of replaced) outbox.delete(each.uuid);
      outbox.put(item);
      drafts.delete([this.#scope, item.round, item.team]);
    });
  }

  /**
   * The server has this one. What was entered after it was made from it, so it follows the revision that it became.
   * @param {Item} item
   * @param {number} revision
   */
  async received(item, revision) {
    this.#items.delete(item.uuid);
    const next = this.itemsOf(item.round, item.team)[0];
    const draft = this.draft(item.round, item.team);
    if (next) next.base_revision = revision;
    if (draft) draft.base_revision = revision;
    await this.#write((drafts, outbox) => {
      outbox.delete(item.uuid);
      if (next) outbox.put(next);
      if (draft) drafts.put(draft);
    });
  }

  /**
   * The server will not have this one as it is.
   * @param {Item} item
   * @param {{code: string, message: string, current?: object}} refused
   */
  async refuse(item, refused) {
    item.refused = refused;
    this.#items.set(item.uuid, item);
    await this.#write((_drafts, outbox) => outbox.put(item));
  }

  /** Take a ballot's submissions back out of the outbox, and its draft away. */
  async drop(round, team) {
    const items = this.itemsOf(round, team);
    for (const item of items) this.#items.delete(item.uuid);
    this.#drafts.delete(place(round, team));
    await this.#write((drafts, outbox) => {
      for (const item of items) outbox.delete(item.uuid);
      drafts.delete([this.#scope, round, team]);
    });
  }

  /** Run a change in one transaction, and wait until it is on the disk. */
  async #write(change) {
    this.#writes += 1;
    if (!this.kept) return;
    try {
      const transaction = this.#database.transaction(["drafts", "outbox"], "readwrite", { durability: "strict" });
      change(transaction.objectStore("drafts"), transaction.objectStore("outbox"));
      await transaction.done;
    } catch {
      this.kept = false;
    }
  }
}

function place(round, team) {
  return JSON.stringify([round, team]);
}
