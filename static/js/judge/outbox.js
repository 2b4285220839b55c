/**
 * Gets ballots to the server: in order, one at a time for each team, for as long as it takes. And again, where a server
 * that was restored from an older copy lacks what it had confirmed.
 *
 * Only an answer that is JSON, names the ballot and comes with a receipt counts as received; a page of the hall's network
 * does not. A ballot keeps its uuid over all tries, so one that arrives twice is stored once. Of the tabs of one phone
 * one sends at a time, where the browser can tell.
 */
import { Clock } from "./clock.js";
import { Distrust, Witness } from "./witness.js";

const BUNDLE = "/judge/bundle";
const BALLOTS = "/judge/ballots/";
const TIMEOUT = 15_000; // ms for one try
const FIRST_WAIT = 1_000; // ms before the second try; doubles
const LONGEST_WAIT = 30_000; // ms
const LOOK_EVERY = 30_000; // ms between two looks at what the server has
const LOCK = "scoreboard-outbox";
const TIME_HEADER = "scoreboard-time";

export const SENDING = "sending";
export const WAITING = "waiting";
export const SIGNED_OUT = "signed_out";
export const DISTRUSTED = "distrusted";
export const PORTAL = "portal";
export const PAUSED = "paused";
const HELD = [DISTRUSTED, SIGNED_OUT, PORTAL, PAUSED]; // the worst first

export class Outbox extends EventTarget {
  /**
   * What it is doing: SENDING, or why it is not: WAITING for a connection, SIGNED_OUT, DISTRUSTED, PORTAL (the network
   * answers in the server's place), PAUSED (by the organisers).
   */
  state = WAITING;
  /** Whether the organisers have signed this device out, which is then the reason for SIGNED_OUT. */
  revoked = false;
  /** What a restored server lacked: how many of how many ballots it has again; null while it lacked nothing. */
  restored = null;
  #store;
  #witness;
  #judge;
  #running = null;
  #looking = null;
  #again = false;
  #due = true; // whether to look at what the server has
  #timer = 0;
  #wait = FIRST_WAIT;

  /**
   * @param {import("./store.js").Store} store
   * @param {string} judge whose pages these are; the server refuses them when another judge has signed in meanwhile
   */
  constructor(store, judge) {
    super();
    this.#store = store;
    this.#witness = new Witness(store);
    this.#judge = judge;
    this.clock = new Clock(store.held?.clock);
    if (this.#witness.distrusts) this.state = DISTRUSTED;
  }

  /** The bundle as the server told it last, with what was sent since; undefined before there was one. */
  get bundle() {
    return this.#store.held?.told;
  }

  /** Send what waits, now and whenever there may be a connection again. */
  start() {
    const wake = () => {
      if (document.visibilityState !== "visible") return;
      this.#due = true;
      this.flush();
    };
    window.addEventListener("online", wake);
    window.addEventListener("pageshow", wake);
    document.addEventListener("visibilitychange", wake);
    this.#store.addEventListener("change", () => {
      if (this.#running) this.#again = true; // another tab has something for the one that sends
      this.dispatchEvent(new Event("change"));
    });
    const often = () => setTimeout(() => often(wake()), LOOK_EVERY * (0.8 + 0.4 * Math.random()));
    often();
    this.flush();
  }

  /** Look at what the server has and says, now. */
  async look() {
    this.#due = true;
    return this.flush();
  }

  /** Try to send all that waits. Resolves when there is nothing left to try just now. */
  async flush() {
    this.#again = true;
    this.#running ??= this.#alone().finally(() => {
      this.#running = null;
      if (this.#again) this.flush();
    });
    return this.#running;
  }

  /** Run, unless another tab of this phone does: it will send this one's as well. */
  async #alone() {
    if (!navigator.locks) return this.#run();
    return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      if (lock) return this.#run();
      this.#again = false;
      this.#later();
      return null;
    });
  }

  async #run() {
    clearTimeout(this.#timer);
    while (this.#again) {
      this.#again = false;
      await this.#store.refresh();
      const looked = this.#due ? await this.#look() : null;
      const stopped = looked === SIGNED_OUT || looked === PORTAL || this.#witness.distrusts;
      const sent = stopped ? [] : await Promise.all(this.#ballots().map((items) => this.#sendInOrder(items)));
      const outcomes = [looked, ...sent];
      if ([WAITING, DISTRUSTED, PORTAL, PAUSED].some((state) => outcomes.includes(state))) this.#later();
      else this.#wait = FIRST_WAIT;
      this.#say(HELD.find((state) => outcomes.includes(state)) ?? this.#rest);
    }
  }

  /** What it is while nothing happens: what a page found out stands until a server shows the contrary. */
  get #rest() {
    return this.#witness.distrusts ? DISTRUSTED : WAITING;
  }

  /** What waits, for each team in order. A refused submission holds up those after it. */
  #ballots() {
    const ballots = new Map();
    for (const item of this.#store.items) {
      const place = JSON.stringify([item.round, item.team]);
      ballots.set(place, [...(ballots.get(place) ?? []), item]);
    }
    return [...ballots.values()].filter((items) => !items[0].refused);
  }

  async #sendInOrder(items) {
    for (const item of items) {
      this.#say(SENDING);
      let outcome = await this.#put(item);
      // A server that was restored since the last look has an older revision; it gets what it lacks first.
      if (outcome.refused?.code === "stale_ballot" && (await this.#regains())) outcome = await this.#put(item);
      if (outcome.answer) {
        await this.#store.received(item, outcome.answer);
        this.#receive(item, outcome.answer);
      } else if (outcome.refused) {
        await this.#store.refuse(item, outcome.refused);
        return null;
      } else {
        return outcome.held;
      }
    }
    return null;
  }

  /** Look, and say whether the server has something again that it lacked. */
  async #regains() {
    const before = this.restored?.done ?? 0;
    await this.#look();
    return (this.restored?.done ?? 0) > before;
  }

  /** Look at what the server has, and offer again what it lacks. Gives why that is not possible now, else null. */
  async #look() {
    this.#looking ??= this.#lookAndOffer().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookAndOffer() {
    const confirmed = this.#store.confirmed; // before it is asked for: what is confirmed meanwhile is not in the answer
    const epoch = this.#witness.held?.epoch;
    const { answer, held } = await this.#askForBundle();
    if (!answer) return held ?? WAITING;
    this.#due = false;
    await this.#store.forget(answer.final);
    const there = new Set([...answer.received, ...(answer.late ?? []).map(({ uuid }) => uuid)]);
    const lacking = confirmed.filter(({ uuid, round }) => !there.has(uuid) && !answer.final.includes(round));
    const done = this.restored?.done ?? 0;
    if (lacking.length > 0 || (epoch && epoch !== answer.witness.epoch)) this.restored = { done, of: done + lacking.length };
    for (const ballot of lacking) {
      this.#say(SENDING);
      const why = await this.#offer(ballot);
      if (why) {
        this.#due = true;
        return why;
      }
    }
    return null;
  }

  /** Ask for the bundle, and say what is not sent yet; one that is still as it was stays the one that is held. */
  async #askForBundle() {
    const before = this.#store.held;
    const { items, drafts } = this.#store;
    const oldest = Math.min(...items.map(({ entered_at }) => Date.parse(entered_at)));
    const said = new URLSearchParams({
      unsent: items.length,
      oldest: items.length ? Math.max(0, Math.round((Date.parse(this.clock.now) - oldest) / 1000)) : 0,
      drafts: drafts.length,
    });
    const headers = before && !this.#witness.distrusts ? { "if-none-match": before.tag } : {};
    const { answer, held, unchanged, tag } = await this.#ask(`${BUNDLE}?${said}`, { headers });
    if (unchanged) {
      this.dispatchEvent(new Event("unchanged"));
      return { answer: before.told };
    }
    if (answer) {
      await this.#store.hold({ tag, clock: this.clock.known, told: answer });
      this.dispatchEvent(new Event("bundle"));
    }
    return { answer, held };
  }

  /** Offer a ballot again. Gives why it did not get through, else null. */
  async #offer(ballot) {
    const { answer, refused, held } = await this.#put(ballot, ballot.receipt);
    if (held) return held;
    if (answer) {
      await this.#store.receivedAgain(ballot, answer);
      this.restored.done += 1;
      this.#receive(ballot, answer);
    } else if (refused.code !== "revision_missing") {
      // An earlier revision may still come from another device; anything else needs the judge.
      await this.#store.refuseAgain(ballot, refused);
      this.restored.of -= 1;
    }
    return null;
  }

  #receive(item, answer) {
    this.dispatchEvent(new CustomEvent("received", { detail: { item, answer } }));
  }

  /** Send a ballot once; with its receipt one that was confirmed before. */
  async #put(item, receipt) {
    const { uuid, round, team, base_revision, scores, comment, note, entered_at } = item;
    const ballot = { round, team, base_revision, scores, comment, note, entered_at, receipt };
    const headers = { "content-type": "application/json" };
    const outcome = await this.#ask(BALLOTS + uuid, { method: "PUT", headers, body: JSON.stringify(ballot) });
    const { answer } = outcome;
    const taken = answer?.uuid === uuid && (answer.revision > 0 || answer.late === true) && answer.receipt;
    return !answer || taken ? outcome : { held: WAITING };
  }

  /** One request: {answer, tag}, {unchanged}, {refused} or {held: why}. */
  async #ask(address, { headers, ...how } = {}) {
    const held = this.#witness.held;
    const asked = Date.now();
    try {
      const response = await fetch(address, {
        headers: { accept: "application/json", "scoreboard-judge": this.#judge, ...this.#witness.headers, ...headers },
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(TIMEOUT),
        ...how,
      });
      if (inPlaceOfServer(response)) return { held: PORTAL };
      this.clock.take(asked, response.headers.get(TIME_HEADER));
      if (response.status === 304) return { unchanged: true };
      const said = await response.json();
      if (response.ok) {
        await this.#witness.take(said, held);
        if (held && held.epoch !== said.witness.epoch && !address.startsWith(BUNDLE)) this.#due = this.#again = true;
        return { answer: said, tag: response.headers.get("etag") };
      }
      if (response.status === 401) {
        this.revoked = said?.code === "device_revoked";
        return { held: SIGNED_OUT };
      }
      if (response.status >= 500 || response.status === 429 || typeof said?.code !== "string") return { held: WAITING };
      if (said.code === "round_paused") return { held: PAUSED };
      return { refused: { code: said.code, message: said.message, current: said.current } };
    } catch (failure) {
      // No connection, none in time, or an answer that is none of this server's: it may or may not have it.
      return { held: failure instanceof Distrust ? DISTRUSTED : WAITING };
    }
  }

  #say(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  /** Try again later: not all phones of a hall at the same moment. */
  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }
}

/** Whether a page of the hall's network came in place of an answer: ours are JSON, and lead nowhere else. */
function inPlaceOfServer({ type, status, headers }) {
  if (type === "opaqueredirect") return true;
  return (status === 200 || status === 511) && !headers.get("content-type")?.startsWith("application/json");
}
