// Tables of counts: as they are inside, and as they may leave.  A cell is a number with
// what it is of; what is withheld says so in words, not by colour.

/** Cells stand row by row, the margin last; this gives each row its own. */
function inRows(facts) {
  const width = facts.cols.length || 1;
  return facts.rows.map((name, at) => ({ name, cells: facts.cells.slice(at * width, (at + 1) * width) }));
}

function percentInWords(share) {
  if (share === null || share === undefined) return "";
  const percent = Number((100 * share).toFixed(4)); // 14.5, where floats make it 14.499...
  return `${percent.toFixed(share < 0.1 ? 1 : 0)}%`;
}

function pointsInWords(points) {
  if (points === null || points === undefined) return "";
  const sign = points > 0 ? "+" : points < 0 ? "\u2212" : "\u00b1";
  return `${sign}${Math.abs(points).toFixed(Number.isInteger(points) ? 0 : 1)} pp`;
}

/** Number, share on the chosen base with its interval, change against the other period. */
function insideCell(cell, base) {
  const [share, lower, upper, flag] = cell[base] ?? [null, null, null, ""];
  const range = lower === null || lower === undefined ? "" : `${percentInWords(lower)} to ${percentInWords(upper)}`;
  const told = base === "bounds" ? range : percentInWords(share);
  return [
    el("strong", {}, cell.n.toLocaleString("en-GB")),
    told && el("span", { class: "iwf-share" }, told),
    base !== "bounds" && range && el("span", { class: "iwf-range" }, range),
    flag && FLAGS[flag] && el("span", { class: "iwf-range" }, `[${flag}]`),
    cell.pp !== undefined && cell.pp !== null && el("span", { class: "iwf-range" }, pointsInWords(cell.pp)),
  ];
}

const FLAGS = {
  u: "low reliability",
  x: "no interval can be given",
  z: "not applicable",
};
/** One reason is enough in a cell; all of them stand below the verdict. */
function whyInWords({ kind, why }) {
  if (kind === "secondary") return "withheld with it";
  const more = why.length - 1;
  return `withheld: ${why[0]}${more > 0 ? `, and ${more} more` : ""}`;
}

function publicCell(cell) {
  if (cell.kind) {
    return [el("strong", {}, cell.text), el("span", { class: "iwf-why" }, whyInWords(cell))];
  }
  return [
    el("strong", {}, Number(cell.text).toLocaleString("en-GB")),
    cell.percent !== null && el("span", { class: "iwf-share" }, `${cell.percent}%`),
    cell.pp !== null && cell.pp !== undefined && el("span", { class: "iwf-range" }, pointsInWords(cell.pp)),
  ];
}

/** The table; `draws(cell)` fills a cell. */
function countsTable(facts, titles, draws) {
  const head = (text, given = {}) => el("th", { scope: "col", ...given }, words(text));
  const side = facts.cols.length ? `${titles[0]} by ${titles[1]}` : titles[0];
  const heads = facts.cols.length ? facts.cols.map((name) => head(name)) : [head("number")];
  const line = ({ name, cells }) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, words(name)),
      cells.map((cell) => el("td", { class: `iwf-count${cell.kind ? ` iwf-${cell.kind}` : ""}` }, draws(cell))),
    );
  const caption = [el("span", { class: "iwf-unseen" }, `${facts.title}. `), side];
  return el(
    "div",
    { class: "iwf-table", tabindex: "0", role: "group", "aria-label": "Table of counts" },
    el(
      "table",
      { "data-testid": "table" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head(titles[0]), heads)),
      el("tbody", {}, inRows(facts).map(line)),
    ),
  );
}

function flagsInWords(facts, base) {
  const there = new Set(facts.cells.map((cell) => (cell[base] ?? [])[3]).filter((flag) => FLAGS[flag]));
  const said = [...there].sort().map((flag) => `[${flag}] ${FLAGS[flag]}`);
  return said.length ? el("p", { class: "iwf-hint" }, `${said.join("; ")}.`) : null;
}

function exclusionsList(exclusions, numbers) {
  const lines = Object.entries(exclusions);
  if (!lines.length) return null;
  const items = lines.map(([reason, number]) => el("li", {}, numbers ? `${number.toLocaleString("en-GB")}: ${reason}` : reason));
  return el("div", { "data-testid": "exclusions" }, el("h3", {}, "Not counted"), el("ul", {}, items));
}

const OUTCOMES = {
  pass: "It may leave, once another person has approved it and it agrees with what left before.",
  review: "A person has to look at it: it leaves only under an exception with its reason.",
  fail: "It may not leave as it is.",
};

/** The verdict of disclosure control, and each withheld cell with its reason. */
function verdictView(facts) {
  const place = (key) => key.map(words).join(" / ");
  const own = facts.primary.map(({ key, why }) => el("li", {}, `${place(key)}: ${why.join(", ")}`));
  const also = facts.secondary.map((key) => el("li", {}, place(key)));
  const list = (title, items, testid) =>
    items.length ? el("div", { "data-testid": testid }, el("h4", {}, `${title} (${items.length})`), el("ul", {}, items)) : null;
  return el(
    "section",
    { class: "iwf-verdict", "data-testid": "verdict", "data-outcome": facts.outcome, "aria-label": "Disclosure control" },
    el("h3", {}, `Disclosure control: ${facts.outcome}`),
    el("p", {}, OUTCOMES[facts.outcome]),
    el("p", { "data-testid": "reason" }, `${facts.reason}.`),
    el(
      "details",
      {},
      el("summary", {}, "Which cells, and why (for inside only)"),
      list("Withheld for their own sake", own, "primary"),
      list("Withheld so that those cannot be worked out", also, "secondary"),
      !own.length && !also.length && el("p", {}, "No cell is withheld."),
    ),
  );
}
