/** The judge's list, or a card: one script for both, so that one file is all of it that a phone has to fetch. */
await (document.getElementById("teams") ? import("./list.js") : import("./card.js"));
