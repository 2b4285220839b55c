/**
 * The judge's list, or a card: one script for both, so that one file is all of it that a phone has to fetch. The empty
 * page holds both, and the address says which it is to be.
 */
const LISTS = ["/judge", "/judge/find"];

const empty = document.getElementById("empty-list");
const isList = empty ? LISTS.includes(location.pathname) : document.getElementById("teams");
if (empty) putInPlace(isList ? empty : document.getElementById("empty-card"));
await (isList ? import("./list.js") : import("./card.js"));

function putInPlace({ content, dataset }) {
  document.title = dataset.title ?? document.title;
  document.documentElement.classList.toggle("with-bars", !isList);
  const main = document.getElementById("main");
  main.before(content.querySelector("header"));
  main.append(content);
}
