/** The server's own figures, fetched again every few seconds (htmx does it by itself), and whether that works. */
import "../lib/markup.js";
import "../../vendor/htmx.js";

const live = document.querySelector("#live");
const lost = document.querySelector("#lost");

live.addEventListener("htmx:afterRequest", (event) => {
  lost.hidden = event.detail.successful;
});
