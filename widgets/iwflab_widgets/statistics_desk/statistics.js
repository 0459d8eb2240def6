// Statistics: a table that says what it counts, and its chart.  No pixels anywhere: the
// chart is SVG text from the lab, taken apart and put together again by a short list.

const SVG = "http" + "://www.w3.org/2000/svg"; // a name of XML, not an address
const DRAWN = new Set(
  "svg g path rect line circle text tspan title desc defs clippath".split(" "),
);

const HINT =
  "Choose what is counted: one picture can show several children, and one child can be on " +
  "many pictures, so each unit gives other numbers. The table appears here, with its base and " +
  "with what was not counted.";

class StatisticsDesk {
  constructor(root, model) {
    this.root = root;
    const late = "The kernel has not answered for a while. If this goes on, reload the page.";
    this.kernel = new Kernel(model, () => this.notice.warn(late));
    this.notice = noticeLine();
    this.picks = el("div", { class: "iwf-fields" });
    this.result = el("div", { "data-testid": "result" });
    this.root.append(this.picks, this.notice.place, this.result);
    root.iwflab = { state: () => ({ shown: this.shown?.table ?? null }) };
    this.start();
  }

  async start() {
    const choices = await this.ask("choices", {});
    if (!choices) return;
    const heed = { onchange: () => this.count() };
    // No unit is chosen beforehand: whoever counts says what is counted.
    this.hint();
    const units = [["", "choose what is counted"], ...choices.units];
    fill(
      this.picks,
      choice("Statistic", "statistic", choices.statistics, heed),
      choice("Counted is each", "unit", units, heed),
      choice("Categories by", "scheme", choices.schemes, heed),
    );
  }

  hint() {
    const hint = el("p", { class: "iwf-hint", "data-testid": "hint" }, HINT);
    fill(this.result, hint);
  }

  async ask(act, body) {
    try {
      return await this.kernel.ask(act, body);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.notice.warn(fault);
      return null;
    }
  }

  async count() {
    const value = (name) => this.root.querySelector(`[name="${name}"]`).value;
    const asked = { statistic: value("statistic"), unit: value("unit"), scheme: value("scheme") };
    this.newest = asked;
    if (!asked.unit) return this.hint();
    this.notice.tell("Being counted.");
    const shown = await this.ask("table", asked);
    if (!shown || this.newest !== asked) return;
    this.shown = shown;
    this.notice.tell("");
    this.draw();
  }

  draw() {
    const { table, csv, svg } = this.shown;
    const file = `${table.name}-${table.unit}.csv`;
    const save = button("Download as CSV", { act: () => download(file, csv), testid: "csv" });
    const strong = (text) => el("strong", {}, text);
    fill(
      this.result,
      el("h2", {}, table.title),
      el("p", {}, strong("Counted: "), table.unit_title, "."),
      el("p", {}, strong("Base: "), `${table.denominator} (${table.basis}).`),
      countsView(table),
      el("p", { class: "iwf-hint" }, `Each percentage is of the base, ${table.denominator}.`),
      exclusionsView(table),
      table.note && el("p", {}, table.note),
      el("div", { class: "iwf-row" }, save),
      chartView(table, svg),
    );
  }
}

function countsView(table) {
  const heads = [...table.row_names, ...table.columns.map(words)].map((head) => el("th", { scope: "col" }, head));
  const told = ([number, percent]) =>
    percent === null || !number ? String(number) : `${number} (${percent.toFixed(0)}%)`;
  const line = (row) =>
    el(
      "tr",
      {},
      row.names.map((name) => el("th", { scope: "row" }, words(name))),
      row.cells.map((cell) => el("td", { class: "iwf-number" }, told(cell))),
    );
  return el(
    "div",
    { class: "iwf-table", tabindex: "0", role: "group", "aria-label": "Table" },
    el(
      "table",
      { "data-testid": "table" },
      el("caption", { class: "iwf-unseen" }, table.title),
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", {}, table.rows.map(line)),
    ),
  );
}

function exclusionsView(table) {
  const lines = Object.entries(table.exclusions);
  if (!lines.length) return null;
  const items = lines.map(([reason, number]) => el("li", {}, `${number}: ${reason}`));
  return el("div", { "data-testid": "exclusions" }, el("h3", {}, "Not counted"), el("ul", {}, items));
}

/** The table above is the chart's text alternative, and the label says so. */
function chartView(table, text) {
  const drawing = text ? safeDrawing(text) : null;
  if (!drawing) return null;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `Chart: ${table.title}. The numbers are those of the table.`);
  return el("figure", { class: "iwf-chart", "data-testid": "chart" }, drawing);
}

/** Keep shapes and texts of an SVG; scripts, handlers, styles and addresses fall away. */
function safeDrawing(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return parsed.localName === "svg" ? copied(parsed) : null;
}

function copied(node) {
  const made = document.createElementNS(SVG, node.localName);
  for (const { name, value } of node.attributes) {
    const harmless = !/^on|href|^xmlns/i.test(name) && !/url\((?!["']?#)|javascript:/i.test(value);
    if (harmless) made.setAttribute(name, value);
  }
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) made.append(child.data);
    else if (DRAWN.has(child.localName?.toLowerCase())) made.append(copied(child));
  }
  return made;
}

/** Numbers only; the address lives for the one click. */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  el("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

function render({ model, el: host }) {
  const root = plainDesk("statistics", "Statistics desk");
  host.append(root);
  const desk = new StatisticsDesk(root, model);
  return () => desk.kernel.stop();
}

export default { render };
