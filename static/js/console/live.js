/**
 * Keeps the overview current: the server says over a socket that something changed, and the part of the page that
 * changes is fetched again and morphed in place. Without a socket it is fetched every few seconds instead.
 */
import { htmx } from "../../vendor/htmx.js";
import { Socket } from "../lib/socket.js";

const POLL_MS = 5000;

const live = document.querySelector("#live");
const lost = document.querySelector("#lost");
let connected = false;
let seen = "";

const refresh = () => htmx.trigger(live, "changed");

new Socket(live.dataset.socket, {
  hear: (message) => {
    const state = `${message.epoch} ${message.version}`;
    if (message.type !== "console" || state === seen) return;
    seen = state;
    refresh();
  },
  tell: (now) => {
    connected = now;
  },
}).start();

setInterval(() => connected || refresh(), POLL_MS);

live.addEventListener("htmx:afterRequest", (event) => {
  lost.hidden = event.detail.successful;
});
