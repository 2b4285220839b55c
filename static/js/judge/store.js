import { openDB } from "../../vendor/idb.js";

/**
 * What a judge's phone keeps. Until the server has it: drafts (one for each ballot) and the outbox (submitted ballots, in
 * order). Until the round is final: what the server has confirmed, with its receipts, and the newest checkpoint, for a
 * server that forgets. It lies in IndexedDB, with a mirror in memory: where the browser keeps nothing (private windows, a
 * full disk) the mirror goes on working until the page is closed, and `kept` says so.
 *
 * A ballot is known by its place: `scope` (event and judge), `round`, `team`.
 *
 * @typedef {{scores: Record<string, string>, comment: string, note: string}} Values
 * @typedef {Values & {scope: string, round: string, team: string, base_revision: number, entered_at: string}} Draft
 * @typedef {Draft & {uuid: string, order: number, refused?: {code: string, message: string, current?: object}}} Item
 * @typedef {Item & {revision: number, receipt: object}} Confirmed
 */

const NAME = "scoreboard-judge";
const VERSION = 2;
const KEYS = { drafts: ["scope", "round", "team"], outbox: "uuid", confirmed: "uuid", witnesses: "scope" };
const NAMES = Object.keys(KEYS);

export class Store {
  kept = true;
  #database = null;
  #scope;
  #drafts = new Map();
  #items = new Map();
  #confirmed = new Map();
  #witness = undefined;
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
          const there = database.objectStoreNames;
          for (const name of NAMES) if (!there.contains(name)) database.createObjectStore(name, { keyPath: KEYS[name] });
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
    let found, writes;
    do {
      // A write that began while this was reading is not in it.
      writes = this.#writes;
      const transaction = this.#database.transaction(NAMES);
      found = await Promise.all(NAMES.map((name) => transaction.objectStore(name).getAll()));
    } while (writes !== this.#writes);
    const [drafts, items, confirmed, [witness]] = found.map((records) => records.filter(({ scope }) => scope === this.#scope));
    this.#drafts = new Map(drafts.map((draft) => [place(draft.round, draft.team), draft]));
    this.#items = new Map(items.map((item) => [item.uuid, item]));
    this.#confirmed = new Map(confirmed.map((ballot) => [ballot.uuid, ballot]));
    this.#witness = witness;
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

  /** @returns {Confirmed[]} what the server has confirmed, each ballot's revisions in their order */
  get confirmed() {
    return [...this.#confirmed.values()].sort((a, b) => a.revision - b.revision);
  }

  /** What this phone knows as a witness, see witness.js. */
  get witness() {
    return this.#witness;
  }

  /**
   * Keep what is being entered. Resolves when the browser has it.
   * @param {Omit<Draft, "scope">} draft
   */
  async saveDraft(draft) {
    const record = { ...draft, scope: this.#scope };
    this.#drafts.set(place(draft.round, draft.team), record);
    await this.#write(({ drafts }) => drafts.put(record));
  }

  /** Forget what was being entered. */
  async dropDraft(round, team) {
    this.#drafts.delete(place(round, team));
    await this.#write(({ drafts }) => drafts.delete([this.#scope, round, team]));
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
    await this.#write(({ drafts, outbox }) => {
      for (const each of replaced) outbox.delete(each.uuid);
      outbox.put(item);
      drafts.delete([this.#scope, item.round, item.team]);
    });
  }

  /**
   * The server has this one. What was entered after it was made from it, so it follows the revision that it became.
   * @param {Item} item
   * @param {{revision: number, receipt: object}} answer
   */
  async received(item, { revision, receipt }) {
    this.#items.delete(item.uuid);
    const next = this.itemsOf(item.round, item.team)[0];
    const draft = this.draft(item.round, item.team);
    const ballot = { ...item, revision, receipt };
    if (next) next.base_revision = revision;
    if (draft) draft.base_revision = revision;
    this.#confirmed.set(item.uuid, ballot);
    await this.#write(({ drafts, outbox, confirmed }) => {
      outbox.delete(item.uuid);
      confirmed.put(ballot);
      if (next) outbox.put(next);
      if (draft) drafts.put(draft);
    });
  }

  /**
   * The server has this one again, since it was offered again.
   * @param {Confirmed} ballot
   * @param {{receipt: object}} answer
   */
  async receivedAgain(ballot, { receipt }) {
    const kept = { ...ballot, receipt };
    this.#confirmed.set(kept.uuid, kept);
    await this.#write(({ confirmed }) => confirmed.put(kept));
  }

  /**
   * The server will not have this one again. It, and what was made from it, is with what needs the judge now.
   * @param {Confirmed} ballot
   * @param {{code: string, message: string, current?: object}} refused
   */
  async refuseAgain(ballot, refused) {
    const { round, team, revision } = ballot;
    const gone = this.confirmed.filter((each) => each.round === round && each.team === team && each.revision >= revision);
    const item = { ...gone.at(-1), refused, order: 0 };
    for (const each of gone) this.#confirmed.delete(each.uuid);
    this.#items.set(item.uuid, item);
    await this.#write(({ outbox, confirmed }) => {
      for (const each of gone) confirmed.delete(each.uuid);
      outbox.put(item);
    });
  }

  /**
   * Forget what was confirmed of rounds whose result is final.
   * @param {string[]} rounds
   */
  async forget(rounds) {
    const gone = this.confirmed.filter((each) => rounds.includes(each.round));
    if (gone.length === 0) return;
    for (const each of gone) this.#confirmed.delete(each.uuid);
    await this.#write(({ confirmed }) => {
      for (const each of gone) confirmed.delete(each.uuid);
    });
  }

  /** Keep what this phone knows as a witness. */
  async keepWitness(witness) {
    this.#witness = { ...witness, scope: this.#scope };
    await this.#write(({ witnesses }) => witnesses.put(this.#witness));
  }

  /**
   * The server will not have this one as it is.
   * @param {Item} item
   * @param {{code: string, message: string, current?: object}} refused
   */
  async refuse(item, refused) {
    item.refused = refused;
    this.#items.set(item.uuid, item);
    await this.#write(({ outbox }) => outbox.put(item));
  }

  /** Take a ballot's submissions back out of the outbox, and its draft away. */
  async drop(round, team) {
    const items = this.itemsOf(round, team);
    for (const item of items) this.#items.delete(item.uuid);
    this.#drafts.delete(place(round, team));
    await this.#write(({ drafts, outbox }) => {
      for (const item of items) outbox.delete(item.uuid);
      drafts.delete([this.#scope, round, team]);
    });
  }

  /** Run a change in one transaction, and wait until it is on the disk. */
  async #write(change) {
    this.#writes += 1;
    if (!this.kept) return;
    try {
      const transaction = this.#database.transaction(NAMES, "readwrite", { durability: "strict" });
      change(Object.fromEntries(NAMES.map((name) => [name, transaction.objectStore(name)])));
      await transaction.done;
    } catch {
      this.kept = false;
    }
  }
}

function place(round, team) {
  return JSON.stringify([round, team]);
}
