/**
 * Where the lines of a ranking stand: on one page or on several that take turns, in one column or in two.
 *
 * A phone scrolls, so it has everything on one page. A stage has room for a few lines: of a long ranking the top ones
 * are pinned and the others take turns below. Tables of groups that stand apart are kept whole and side by side.
 */

export const PLACES = 12; // rows on a stage
const PINNED = 3;
const COLUMNS = 2; // of tables that stand apart, on a stage

/**
 * @template Line
 * @typedef {object} Entry what stands in a place: a line, or the heading of a group (null: of teams that are in none)
 * @property {Line} [line]
 * @property {number | null} [group]
 * @property {number} place 0-based, from the top of its column
 * @property {number} column 0-based
 */

/**
 * @template Line
 * @typedef {object} Page
 * @property {Entry<Line>[]} entries
 * @property {number} places rows that the page has room for
 * @property {number} columns
 * @property {number} [first] 1-based, of the turning lines of a long ranking
 * @property {number} [last]
 */

/**
 * Lay out a ranking.
 * @template {{group: number | null}} Line
 * @param {Line[]} lines in their order, table after table
 * @param {boolean} stage whether there is room for a few lines only
 * @returns {Page<Line>[]} one at least
 */
export function layOut(lines, stage) {
  if (lines.some(({ group }) => group !== null)) return stage ? sideBySide(lines) : [page([tables(lines).flat()])];
  if (!stage || lines.length <= PLACES) return [page([lines.map((line) => ({ line }))])];
  const room = PLACES - PINNED;
  const pages = [];
  for (let first = PINNED; first < lines.length; first += room) {
    const last = Math.min(first + room, lines.length);
    const seen = [...lines.slice(0, PINNED), ...lines.slice(first, last)];
    pages.push({ ...page([seen.map((line) => ({ line }))]), places: PLACES, first: first + 1, last });
  }
  return pages;
}

/** The lines of each group under its heading; those in no group come last. */
function tables(lines) {
  const found = new Map();
  for (const line of lines) {
    if (!found.has(line.group)) found.set(line.group, [{ group: line.group }]);
    found.get(line.group).push({ line });
  }
  return [...found.values()];
}

function sideBySide(lines) {
  const blocks = tables(lines);
  const all = blocks.flat().length;
  let columns = [];
  for (let room = Math.ceil(all / COLUMNS); room <= PLACES; room++) {
    columns = packed(blocks, room);
    if (columns.length <= COLUMNS) return [page(columns, COLUMNS)];
  }
  columns = packed(blocks, PLACES);
  const places = Math.max(...columns.map((column) => column.length)); // so that rows are of one height on all pages
  const pages = [];
  for (let at = 0; at < columns.length; at += COLUMNS) pages.push(page(columns.slice(at, at + COLUMNS), COLUMNS, places));
  return pages;
}

/** Tables one below the other, and in the next column where they do not fit; one that fits nowhere is cut evenly. */
function packed(blocks, room) {
  const columns = [];
  for (const [heading, ...rest] of blocks) {
    if (columns.length && columns.at(-1).length + 1 + rest.length <= room) {
      columns.at(-1).push(heading, ...rest);
      continue;
    }
    const each = Math.ceil(rest.length / Math.ceil(rest.length / (room - 1)));
    for (let at = 0; at < rest.length; at += each) columns.push([heading, ...rest.slice(at, at + each)]);
  }
  return columns;
}

function page(columns, wide = 1, places = 1) {
  return {
    entries: columns.flatMap((column, number) => column.map((entry, place) => ({ ...entry, place, column: number }))),
    places: Math.max(places, ...columns.map((column) => column.length)),
    columns: wide,
  };
}
