/**
 * The pages of a result: fetches the recounts where the page came without them, says when something has changed since,
 * and prints.
 */
import "../lib/markup.js";
import { htmx } from "../../vendor/htmx.js";
import { Socket } from "../lib/socket.js";
import "./print.js";

const asOf = document.querySelector("#as-of");
const newer = document.querySelector("#newer");
const safety = document.querySelector("#safety");

if (asOf) {
  const shown = Number(asOf.dataset.sequence);
  let seen = { epoch: "", version: 0 };
  const socket = new Socket(
    { socket: asOf.dataset.socket },
    {
      hear: ({ type, epoch, version, sequence }) => {
        const current = epoch === seen.epoch && version === seen.version;
        if (type === "heartbeat" && !current) socket.send({ type: "resume", ...seen });
        if (type !== "console") return;
        seen = { epoch, version };
        newer.hidden = sequence <= shown;
      },
      tell: () => {},
      state: () => seen,
    },
  );
  socket.start();
}

if (safety) {
  const unfinished = () => safety.querySelector("#unfinished");
  const show = (failed) => {
    if (!unfinished()) return;
    unfinished().hidden = !failed;
    safety.querySelector(".computing").hidden = failed;
  };
  safety.addEventListener("htmx:afterRequest", (event) => show(!event.detail.successful));
  unfinished()
    ?.querySelector("button")
    .addEventListener("click", () => {
      show(false);
      htmx.trigger(safety, "again");
    });
}
