const PANEL = "compare";

/**
 * Show two versions of a ballot side by side, for the judge to choose.
 * @param {import("./store.js").Values} mine what is on this phone
 * @param {import("./store.js").Values | null} received what the server has
 * @param {import("../lib/texts.js").Texts} texts
 */
export function compare(mine, received, texts) {
  const panel = document.getElementById(PANEL) ?? open();
  const score = (values, key) => (values?.scores[key] === undefined ? "—" : texts.number(Number(values.scores[key])));
  for (const row of panel.querySelectorAll("[data-criterion]")) {
    fill(row, score(mine, row.dataset.criterion), score(received, row.dataset.criterion));
  }
  for (const row of panel.querySelectorAll("[data-text]")) {
    const name = row.dataset.text;
    fill(row, mine[name] || "—", received?.[name] || "—");
  }
}

/** Take the comparison away. */
export function closeComparison() {
  document.getElementById(PANEL)?.remove();
}

function open() {
  const template = document.getElementById("compare-template");
  template.before(template.content.cloneNode(true));
  const panel = document.getElementById(PANEL);
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "start" });
  return panel;
}

function fill(row, mine, received) {
  row.querySelector("[data-mine]").textContent = mine;
  row.querySelector("[data-received]").textContent = received;
  row.classList.toggle("differs", mine !== received);
}
