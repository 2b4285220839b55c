/**
 * Keeps the overview current: the server says over a socket that something changed, and the part of the page that
 * changes is fetched again and morphed in place. Without a socket it is fetched every few seconds instead.
 */
import "../lib/markup.js";
import { htmx } from "../../vendor/htmx.js";
import { Socket } from "../lib/socket.js";

const POLL_MS = 5000;

const live = document.querySelector("#live");
const lost = document.querySelector("#lost");
let connected = false;
let seen = { epoch: "", version: 0 };

const refresh = () => htmx.trigger(live, "changed");

const socket = new Socket(
  { socket: live.dataset.socket },
  {
    hear: ({ type, epoch, version }) => {
      const current = epoch === seen.epoch && version === seen.version;
      if (type === "heartbeat" && !current) socket.send({ type: "resume", ...seen });
      if (type !== "console" || current) return;
      seen = { epoch, version };
      refresh();
    },
    tell: (now) => {
      connected = now;
    },
    state: () => seen,
  },
);
socket.start();

setInterval(() => connected || refresh(), POLL_MS);

live.addEventListener("htmx:afterRequest", (event) => {
  lost.hidden = event.detail.successful;
});
