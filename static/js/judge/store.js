import { NAME, NAMES, opened } from "./database.js";
import { reflect, reflected } from "./mirror.js";

/**
 * What a judge's phone keeps. Until the server has it: drafts (one for each ballot) and the outbox (submitted ballots, in
 * order). Until the round is final: what the server has confirmed, with its receipts, and the newest checkpoint, for a
 * server that forgets; and of visits when they began, and what was put off. And while the judge is signed in the bundle, of
 * which every page is drawn. Besides, in which order the judge has the teams of a round, which is for nobody else. It lies
 * in IndexedDB, with a mirror in memory: where the browser keeps nothing (private windows, a full disk) the mirror goes on
 * working until the page is closed, and `kept` says so.
 *
 * A ballot is known by its place: `scope` (event and judge), `round`, `team`. What one tab changes is seen by the others,
 * which are told by "change".
 *
 * @typedef {{scores: Record<string, string>, comment: string, note: string}} Values
 * @typedef {Values & {scope: string, round: string, team: string, base_revision: number, entered_at: string}} Draft
 * @typedef {Draft & {uuid: string, order: number, refused?: {code: string, message: string, current?: object}}} Item
 * @typedef {Item & {revision?: number, receipt: object}} Confirmed without a revision where it was kept as late
 * @typedef {{began?: string, said?: "last" | "over", later?: {kind: "busy" | "skip", since: string}}} Visit times of the server's
 * @typedef {{scope: string, tag: string, clock: {offset: number, error: number}, told: object}} Held the bundle, as the server told it last
 * @typedef {{scope: string, round: string, view: "visits" | "own", teams: string[]}} Order without teams: by their totals
 */

export class Store extends EventTarget {
  kept = true;
  #database = null;
  #scope;
  #drafts = new Map();
  #items = new Map();
  #confirmed = new Map();
  #witness = undefined;
  #held = undefined;
  #orders = new Map();
  #visits = new Map();
  #writes = 0;
  #others = globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;

  /** @param {string} scope */
  constructor(scope) {
    super();
    this.#scope = scope;
    this.#others?.addEventListener("message", async () => {
      await this.refresh();
      this.dispatchEvent(new Event("change"));
    });
  }

  /**
   * Open the store of one judge at one event; of the one whose bundle is there, where a page does not know whose it is.
   * @param {string} [scope]
   */
  static async open(scope) {
    let database = null;
    try {
      database = await opened();
      scope ??= (await database.getAll("bundles")).at(-1)?.scope;
    } catch {
      database = null;
    }
    const store = new Store(scope ?? "");
    store.#database = database;
    if (database) await store.refresh();
    store.kept &&= database !== null;
    await store.#takeBack();
    return store;
  }

  /** Take what lies in the second place to where it belongs. */
  async #takeBack() {
    const left = reflected(this.#scope);
    if (!left) return;
    this.#fill({ ...left, bundles: this.#held ? [this.#held] : left.bundles }, true);
    if (!this.kept) return;
    await this.#write((stores) => {
      for (const name of NAMES) for (const record of left[name] ?? []) stores[name].put(record);
    });
    if (this.kept) reflect(this.#scope, null);
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
    const own = found.map((records) => records.filter(({ scope }) => scope === this.#scope));
    this.#fill(Object.fromEntries(NAMES.map((name, index) => [name, own[index]])));
  }

  /** Have these records in memory; `besides` those that are there. */
  #fill({ drafts, outbox, confirmed, witnesses, bundles, orders = [], visits = [] }, besides = false) {
    const both = (before, records) => new Map([...(besides ? before : []), ...records]);
    this.#drafts = both(this.#drafts, drafts.map((draft) => [place(draft.round, draft.team), draft]));
    this.#items = both(this.#items, outbox.map((item) => [item.uuid, item]));
    this.#confirmed = both(this.#confirmed, confirmed.map((ballot) => [ballot.uuid, ballot]));
    this.#orders = both(this.#orders, orders.map((order) => [order.round, order]));
    this.#visits = both(this.#visits, visits.map((visit) => [place(visit.round, visit.team), visit]));
    this.#witness = witnesses[0];
    this.#held = bundles[0];
  }

  /** Everything that is in memory, by the names of the stores. */
  get #records() {
    return {
      drafts: [...this.#drafts.values()],
      outbox: [...this.#items.values()],
      confirmed: [...this.#confirmed.values()],
      witnesses: this.#witness ? [this.#witness] : [],
      bundles: this.#held ? [this.#held] : [],
      orders: [...this.#orders.values()],
      visits: [...this.#visits.values()],
    };
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
    return [...this.#confirmed.values()].sort((a, b) => (a.revision ?? 0) - (b.revision ?? 0));
  }

  /** @returns {Held | undefined} the bundle as it was told last, with what this phone sent since */
  get held() {
    return this.#held;
  }

  /**
   * Keep a bundle, in place of any judge's that was here.
   * @param {Omit<Held, "scope">} held
   */
  async hold(held) {
    this.#held = { ...held, scope: this.#scope };
    await this.#write(({ bundles }) => {
      bundles.clear();
      bundles.put(this.#held);
    });
  }

  /** @returns {Order} in which order the judge has the teams of a round */
  order(round) {
    return this.#orders.get(round) ?? { scope: this.#scope, round, view: "visits", teams: [] };
  }

  /**
   * Keep in which order the judge has the teams.
   * @param {Order} order
   */
  async keepOrder(order) {
    this.#orders.set(order.round, order);
    await this.#write(({ orders }) => orders.put(order));
  }

  /** @returns {Visit} what is kept of a visit to a team */
  visit(round, team) {
    return this.#visits.get(place(round, team)) ?? {};
  }

  /** Keep something of a visit, a part of a `Visit`, beside what is kept; undefined is kept no longer. */
  async noteVisit(round, team, changes) {
    const record = { ...this.visit(round, team), ...changes, scope: this.#scope, round, team };
    this.#visits.set(place(round, team), record);
    await this.#write(({ visits }) => visits.put(record));
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
    const { later, ...visit } = this.visit(item.round, item.team);
    if (later) this.#visits.set(place(item.round, item.team), visit);
    await this.#write(({ drafts, outbox, visits }) => {
      for (const each of replaced) outbox.delete(each.uuid);
      outbox.put(item);
      drafts.delete([this.#scope, item.round, item.team]);
      if (later) visits.put(visit);
    });
  }

  /**
   * The server has this one. What was entered after it was made from it, so it follows the revision that it became; one
   * that was kept as late became none.
   * @param {Item} item
   * @param {{revision?: number, late?: boolean, receipt: object}} answer
   */
  async received(item, answer) {
    const { revision, receipt, late } = answer;
    this.#items.delete(item.uuid);
    const next = late ? undefined : this.itemsOf(item.round, item.team)[0];
    const draft = late ? undefined : this.draft(item.round, item.team);
    const ballot = { ...item, revision, receipt };
    if (next) next.base_revision = revision;
    if (draft) draft.base_revision = revision;
    this.#confirmed.set(item.uuid, ballot);
    this.#tell(item, answer);
    await this.#write(({ drafts, outbox, confirmed, bundles }) => {
      outbox.delete(item.uuid);
      confirmed.put(ballot);
      if (this.#held) bundles.put(this.#held);
      if (next) outbox.put(next);
      if (draft) drafts.put(draft);
    });
  }

  /** Write into the bundle what the server will say in the next one. */
  #tell({ uuid, round, team }, { receipt, witness, ...answer }) {
    const told = this.#held?.told;
    if (told?.round?.key !== round) return;
    const others = (told.late ?? []).filter((each) => each.uuid !== uuid);
    if (answer.late) told.late = [...others, { uuid, team, state: "waiting", reason: "" }];
    else told.ballots = { ...told.ballots, [team]: answer };
  }

  /**
   * The server has this one again, since it was offered again.
   * @param {Confirmed} ballot
   * @param {{revision?: number, receipt: object}} answer
   */
  async receivedAgain(ballot, answer) {
    const kept = { ...ballot, receipt: answer.receipt };
    this.#confirmed.set(kept.uuid, kept);
    if ((answer.revision ?? 0) >= (this.#held?.told.ballots[kept.team]?.revision ?? 0)) this.#tell(kept, answer);
    await this.#write(({ confirmed, bundles }) => {
      confirmed.put(kept);
      if (this.#held) bundles.put(this.#held);
    });
  }

  /**
   * The server will not have this one again. It, and what was made from it, is with what needs the judge now.
   * @param {Confirmed} ballot
   * @param {{code: string, message: string, current?: object}} refused
   */
  async refuseAgain(ballot, refused) {
    const { round, team, revision } = ballot;
    const later = (each) => each.round === round && each.team === team && revision && each.revision >= revision;
    const gone = this.confirmed.filter((each) => each.uuid === ballot.uuid || later(each));
    const item = { ...gone.at(-1), refused, order: 0 };
    for (const each of gone) this.#confirmed.delete(each.uuid);
    this.#items.set(item.uuid, item);
    await this.#write(({ outbox, confirmed }) => {
      for (const each of gone) confirmed.delete(each.uuid);
      outbox.put(item);
    });
  }

  /**
   * Forget what was confirmed of rounds whose result is final, and the visits in them.
   * @param {string[]} rounds
   */
  async forget(rounds) {
    const of = (records) => [...records.values()].filter(({ round }) => rounds.includes(round));
    const [gone, left] = [of(this.#confirmed), of(this.#visits)];
    if (gone.length + left.length === 0) return;
    for (const each of gone) this.#confirmed.delete(each.uuid);
    for (const each of left) this.#visits.delete(place(each.round, each.team));
    await this.#write(({ confirmed, visits }) => {
      for (const each of gone) confirmed.delete(each.uuid);
      for (const each of left) visits.delete([this.#scope, each.round, each.team]);
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
    if (this.kept) {
      try {
        const transaction = this.#database.transaction(NAMES, "readwrite", { durability: "strict" });
        change(Object.fromEntries(NAMES.map((name) => [name, transaction.objectStore(name)])));
        transaction.commit(); // at once: a page that is left now does not take it back
        await transaction.done;
      } catch {
        this.kept = false;
      }
    }
    if (!this.kept) reflect(this.#scope, this.#records);
    this.#others?.postMessage("changed");
  }
}

function place(round, team) {
  return JSON.stringify([round, team]);
}
