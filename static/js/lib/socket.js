/**
 * A connection that does not give up. A browser by itself never notices a dead one, and a phone that slept reports as
 * open what is long gone; so silence counts as the end, and every sign of a return is a reason to connect anew. The
 * page says what it holds, so connecting once too often costs nothing but a heartbeat.
 *
 * Where the server can be reached, but not by a websocket, the lesser roads are taken, and the better ones tried now
 * and then; listeners are told which road it is.
 */

import { byAsking, bySocket, byStream } from "./roads.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const SILENCE_MS = 12_500; // a heartbeat comes every 10 s; with the tick, noticed within 13 s
const ANSWER_MS = 2500; // in which a new connection should say something
const QUICK_TRIES = 6; // that are given up so soon; after them slow networks and busy servers are given time
const HERE_MS = 10_000;
const TICK_MS = 500;
const JUMP_MS = 5000; // a tick that comes so late means that the device slept
const RECENT_MS = 2000;
const TRIES_BY_SOCKET = 3; // that came to nothing, after which another road is tried
const BETTER_MS = [1000, 5000, 60_000]; // until a better road is tried: first, then, and from there on

const ROADS = { socket: bySocket, stream: byStream, asking: byAsking };

export class Socket {
  #addresses;
  #hear;
  #tell;
  #state;
  #road = null;
  #kind = "socket";
  #answered = false;
  #heardAt = 0;
  #tickedAt = 0;
  #closed = 0; // attempts in a row that were refused or cut
  #silent = 0; // attempts in a row that nothing was heard of
  #retry = 0;
  #trial = null;
  #trials = 0;
  #better = 0;

  /**
   * @param {{socket: string, stream?: string, state?: string}} addresses on the page's own host; without the last two
   *   there is no other road than a websocket
   * @param {{
   *   hear: (message: object) => void,
   *   tell: (connected: boolean, road: "socket" | "stream" | "asking") => void,
   *   state: () => {epoch: string, version: number},
   * }} page what takes messages, what is told of the connection, and what the page holds
   */
  constructor(addresses, { hear, tell, state }) {
    this.#addresses = addresses;
    this.#hear = hear;
    this.#tell = tell;
    this.#state = state;
  }

  /** Connect, and stay connected for as long as the page lives. */
  start() {
    addEventListener("online", () => this.#connect());
    addEventListener("pageshow", (event) => event.persisted && this.#connect());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && Date.now() - this.#heardAt > RECENT_MS) this.#connect();
    });
    this.#tickedAt = Date.now();
    setInterval(() => this.#tick(), TICK_MS);
    setInterval(() => this.here(), HERE_MS);
    this.#connect();
  }

  /**
   * Say something to the server; nothing while there is no websocket.
   * @param {object} message
   */
  send(message) {
    this.#road?.send(message);
  }

  /** Tell the server what the page shows. */
  here() {
    const { epoch, version } = this.#state();
    if (this.#answered) this.send({ type: "here", epoch, version });
  }

  #connect(kind = "socket") {
    this.#drop();
    this.#kind = kind;
    this.#answered = false;
    this.#heardAt = Date.now(); // connecting takes time, too
    this.#road = this.#opened(kind);
  }

  /** Open a road: the one to go by, or one on trial; its end and messages are of no concern once another was taken. */
  #opened(kind) {
    const road = ROADS[kind](this.#addresses, this.#state(), {
      heard: (message) => {
        if (road === this.#trial) this.#take(road, kind);
        if (road === this.#road) this.#heard(message);
      },
      ended: () => {
        if (road === this.#trial) this.#trial = null;
        else if (road === this.#road) this.#wait(false);
      },
    });
    return road;
  }

  /** Go by the road that was on trial from now on. */
  #take(road, kind) {
    this.#trial = null; // it is not to be closed
    this.#drop();
    this.#road = road;
    this.#kind = kind;
  }

  #heard(message) {
    this.#heardAt = Date.now();
    this.#answered = true;
    this.#closed = 0;
    this.#silent = 0;
    if (message.type === "bye") {
      this.#leave(message.retry_in_ms);
      return;
    }
    this.#tell(true, this.#kind);
    this.#hear(message);
    if (this.#kind === "socket") this.#trials = 0;
    else if (!this.#better) this.#seekBetter();
  }

  #drop() {
    clearTimeout(this.#retry);
    clearTimeout(this.#better);
    this.#better = 0;
    const [road, trial] = [this.#road, this.#trial];
    this.#road = null; // first, so that its end is nobody's concern
    this.#trial = null;
    road?.close();
    trial?.close();
  }

  /** Come back after a while that grows, and that differs between the thousand phones that lost the same server. */
  #wait(silent) {
    this.#drop();
    this.#tell(false, this.#kind);
    let longest = FIRST_WAIT_MS; // after silence nothing is known against trying again soon
    if (silent) {
      this.#silent += 1;
    } else {
      longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#closed);
      this.#closed += 1;
    }
    const other = this.#addresses.state && (this.#closed + this.#silent) % TRIES_BY_SOCKET === 0;
    this.#retry = setTimeout(() => this.#connect(other ? "asking" : "socket"), Math.random() * longest);
  }

  /** The server ends, and says when it wants to see us again. */
  #leave(ms) {
    this.#drop();
    this.#tell(false, this.#kind);
    this.#retry = setTimeout(() => this.#connect(), ms);
  }

  /** See after a while whether a better road is open, and take it as soon as it brings something. */
  #seekBetter() {
    const ms = BETTER_MS[Math.min(this.#trials, BETTER_MS.length - 1)];
    this.#better = setTimeout(() => {
      this.#trial?.close();
      const kind = this.#kind === "asking" && this.#trials % 2 === 1 ? "stream" : "socket";
      this.#trials += 1;
      this.#trial = this.#opened(kind);
      this.#seekBetter();
    }, ms);
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#tickedAt > JUMP_MS;
    this.#tickedAt = now;
    const quick = !this.#answered && this.#silent < QUICK_TRIES;
    if (this.#road !== null && (slept || now - this.#heardAt > (quick ? ANSWER_MS : SILENCE_MS))) this.#wait(true);
  }
}
