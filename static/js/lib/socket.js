/**
 * A websocket that does not give up. A browser by itself never notices a dead connection, and a phone that slept
 * reports as open what is long gone; so silence counts as the end, and every sign of a return is a reason to connect
 * anew. The server sends the whole state on connecting, so connecting once too often costs nothing but a frame.
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const SILENCE_MS = 13_000; // a heartbeat comes every 10 s
const TICK_MS = 1000;
const JUMP_MS = 5000; // a tick that comes so late means that the device slept
const RECENT_MS = 2000;

export class Socket {
  #url;
  #hear;
  #tell;
  #socket = null;
  #heardAt = 0;
  #tickedAt = 0;
  #attempts = 0;
  #retry = 0;

  /**
   * @param {string} path of the socket, on the page's own host
   * @param {{hear: (message: object) => void, tell: (connected: boolean) => void}} listeners
   */
  constructor(path, { hear, tell }) {
    this.#url = new URL(path, location.href);
    this.#url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#hear = hear;
    this.#tell = tell;
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
    this.#connect();
  }

  /**
   * Say something to the server; nothing while there is no connection.
   * @param {object} message
   */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    this.#drop();
    this.#heardAt = Date.now(); // connecting may take as long as silence may last
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      if (socket !== this.#socket) return;
      this.#heardAt = Date.now();
      this.#attempts = 0;
      this.#tell(true);
      this.#hear(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => socket === this.#socket && this.#wait());
  }

  #drop() {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null; // first, so that its end is nobody's concern
    socket?.close();
  }

  /** Come back after a while that grows, and that differs between the thousand phones that lost the same server. */
  #wait() {
    this.#drop();
    this.#tell(false);
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#retry = setTimeout(() => this.#connect(), Math.random() * longest);
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#tickedAt > JUMP_MS;
    this.#tickedAt = now;
    if (this.#socket !== null && (slept || now - this.#heardAt > SILENCE_MS)) this.#wait();
  }
}
