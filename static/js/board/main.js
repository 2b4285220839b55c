/** The board's page: what the server tells goes into a snapshot, and from there to everything that can be seen. */

import { Socket } from "../lib/socket.js";
import { block, Texts } from "../lib/texts.js";
import { Lamp } from "./lamp.js";
import { choose, write } from "./row.js";
import { Snapshot } from "./snapshot.js";
import { Speaker } from "./speaker.js";
import { Stage } from "./stage.js";
import { Table } from "./table.js";

const LAMP_MS = 500;

const page = block("page");
const snapshot = new Snapshot();
for (const message of block("messages")) snapshot.take(message);
const texts = new Texts(block("texts"), page.numbers, snapshot.roster.event.time_zone);

const element = (id) => document.getElementById(id);
const lamp = new Lamp(element("moment"), element("as-of"), texts);
const table = new Table(element("table-lines"), texts, page.language);
const speaker = new Speaker(element("spoken"));
const stage = new Stage(element("rows"), texts, page.language, (turned, moves) => {
  showPage(turned);
  speakOf(moves);
});

function draw() {
  const { roster, standings } = snapshot;
  const waiting = standings.status === "waiting_for_start";
  write(element("event-name").querySelector("bdi"), roster.event.name, page.language);
  write(element("round-name").querySelector("bdi"), roster.round, page.language);
  element("lobby").hidden = !waiting;
  element("rows").hidden = waiting;
  element("table").hidden = waiting;
  showStatus(standings);
  showLinkage(standings);
  showProgress(standings.progress);
  table.show(roster, standings);
  stage.show(roster, standings);
}

function showStatus({ status, frozen_at, finalised_at }) {
  const places = {
    frozen: frozen_at ? texts.clock(frozen_at).slice(0, 5) : "",
    finalised: finalised_at ? texts.clock(finalised_at).slice(0, 5) : "",
  };
  const word = texts.say(`word.${status}`);
  const sentence = texts.say(`sentence.${status}`, places);
  if (element("status").dataset.status !== status) speaker.say(`${word}. ${sentence}`);
  element("status").dataset.status = status;
  element("status-word").textContent = word;
  element("status-sentence").textContent = sentence;
}

/** Where not all teams can be compared, say what that means for the ranking. */
function showLinkage({ linkage, status }) {
  const plain = linkage === "joined" || status === "waiting_for_start";
  const words = plain ? "" : texts.say(`linkage.${linkage}`);
  element("linkage").hidden = plain;
  element("linkage").dataset.linkage = linkage;
  if (element("linkage-words").textContent === words) return;
  element("linkage-words").textContent = words;
  if (words) speaker.say(words);
}

function showProgress(progress) {
  element("progress").hidden = !progress;
  if (!progress) return;
  const received = texts.number(progress.received);
  element("progress-words").textContent = texts.say("received", { received, expected: texts.number(progress.expected) });
  element("progress-bar").max = Math.max(progress.expected, 1);
  element("progress-bar").value = progress.received;
}

function showPage({ first, last, number, count }) {
  element("page-words").hidden = count < 2;
  const all = texts.number(snapshot.standings.lines.length);
  element("page-words").textContent =
    first === undefined
      ? texts.say("page_of", { page: texts.number(number), pages: texts.number(count) })
      : texts.say("page", { first: texts.number(first), last: texts.number(last), all });
}

/** Of all that moved, say who now stands highest. */
function speakOf(moves) {
  const line = snapshot.standings.lines.find(([team]) => moves.has(team));
  if (!line) return;
  const team = snapshot.roster.teams.find(({ key }) => key === line[0]);
  speaker.say(texts.say("moved", { team: choose(team.name, page.language).text, rank: texts.number(line[1]) }));
}

let painting = false;

/**
 * Say what is shown once it is painted: by this the server measures how long it takes to be seen in the hall. Where
 * nothing is painted the next regular word says it.
 */
function sayWhenPainted() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() =>
    setTimeout(() => {
      painting = false;
      socket.here();
    }),
  );
}

const socket = new Socket(page.roads, {
  hear(message) {
    const { changed, lost } = snapshot.take(message);
    if (lost) socket.send(snapshot.resume());
    if (changed) {
      draw();
      if (page.screen) sayWhenPainted();
    }
    lamp.show(snapshot);
  },
  tell(connected, road) {
    lamp.connected(connected, road);
    lamp.show(snapshot);
  },
  state: () => snapshot.resume(),
});

document.body.classList.add("scripted");
draw();
setInterval(() => lamp.show(snapshot), LAMP_MS);
socket.start();
