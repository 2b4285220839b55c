/**
 * The ways by which news comes from the server, the best first: a websocket; an event stream, where something on the
 * way lets no websocket through; and asking every few seconds, where answers that do not end are held back as well.
 * Each is opened by a function that gives what sends (nothing does but a websocket) and what closes it.
 *
 * @typedef {{epoch: string, version: number}} State what a page holds
 * @typedef {{heard: (message: object) => void, ended: () => void}} Ends told of each message, and once of the end
 */

const ASKING_MS = 5000;
const SPREAD_MS = 500; // so that a hall does not ask in chorus

/**
 * @param {{socket: string}} addresses paths on the page's own host
 * @param {State} state
 * @param {Ends} ends
 */
export function bySocket({ socket: path }, state, { heard, ended }) {
  const url = located(path, state);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  socket.addEventListener("close", () => ended());
  return {
    send: (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message)),
    close: () => socket.close(),
  };
}

/**
 * @param {{stream: string}} addresses
 * @param {State} state
 * @param {Ends} ends
 */
export function byStream({ stream: path }, state, { heard, ended }) {
  const stream = new EventSource(located(path, state));
  stream.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    stream.close(); // it would come back by itself, and sooner than is good for a server that has just started
    ended();
  });
  return { send() {}, close: () => stream.close() };
}

/**
 * @param {{state: string}} addresses
 * @param {State} _state which the browser's own cache knows
 * @param {Ends} ends
 */
export function byAsking({ state: path }, _state, { heard, ended }) {
  const leaving = new AbortController();
  let seen = "";
  let timer = 0;

  async function ask() {
    const answer = await fetch(path, { cache: "no-cache", signal: leaving.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const messages = await answer.json();
    const last = messages.at(-1);
    if (seen !== answer.headers.get("etag")) messages.forEach((message) => heard(message));
    seen = answer.headers.get("etag");
    // The server says by its own clock that this is still so; what the browser had kept says when it was told first.
    heard({ ...last, as_of: new Date(answer.headers.get("date")).toISOString() });
    timer = setTimeout(again, ASKING_MS + Math.random() * SPREAD_MS);
  }

  function again() {
    ask().catch(() => leaving.signal.aborted || ended());
  }

  again();
  return {
    send() {},
    close() {
      leaving.abort();
      clearTimeout(timer);
    },
  };
}

function located(path, { epoch, version }) {
  const url = new URL(path, location.href);
  if (epoch) {
    url.searchParams.set("epoch", epoch);
    url.searchParams.set("version", version);
  }
  return url;
}
