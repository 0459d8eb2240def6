// Ready-made tables: each statistic of the lab, by unit and scheme.  They are for inside:
// nothing protects them, and the page says so.

class Ready {
  constructor(desk) {
    this.desk = desk;
    this.shown = null;
    this.picks = el("div", { class: "iwf-fields" });
    this.result = el("div", { "data-testid": "ready-result" });
    const hint = "For inside: these tables are not protected. What leaves goes through a report.";
    this.root = el("div", { "data-testid": "ready" }, el("p", { class: "iwf-hint" }, hint), this.picks, this.result);
  }

  start(choices) {
    const heed = { onchange: () => this.count() };
    // No unit is chosen beforehand: whoever counts says what is counted.
    const units = [["", "choose what is counted"], ...choices.table_units];
    fill(
      this.picks,
      choice("Statistic", "statistic", choices.statistics, heed),
      choice("Counted is each", "table-unit", units, heed),
      choice("Categories by", "table-scheme", choices.schemes, heed),
    );
  }

  async count() {
    const value = (name) => this.root.querySelector(`[name="${name}"]`).value;
    const asked = { statistic: value("statistic"), unit: value("table-unit"), scheme: value("table-scheme") };
    this.newest = asked;
    if (!asked.unit) return fill(this.result);
    this.desk.notice.tell("Being counted.");
    const shown = await this.desk.ask("ready", asked);
    if (!shown || this.newest !== asked) return;
    this.shown = shown;
    this.desk.notice.tell("");
    this.draw();
  }

  draw() {
    const { table, svg } = this.shown;
    const strong = (text) => el("strong", {}, text);
    const spoken = `${table.title}. The numbers are those of the table.`;
    fill(
      this.result,
      el("h2", {}, table.title),
      el("p", {}, strong("Counted: "), table.unit_title, "."),
      el("p", {}, strong("Base: "), `${table.denominator} (${table.basis}).`),
      readyTable(table),
      el("p", { class: "iwf-hint" }, `Each percentage is of the base, ${table.denominator}.`),
      exclusionsList(table.exclusions, true),
      table.note && el("p", {}, table.note),
      chartView(spoken, svg),
    );
  }
}

function readyTable(table) {
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
      { "data-testid": "ready-table" },
      el("caption", { class: "iwf-unseen" }, table.title),
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", {}, table.rows.map(line)),
    ),
  );
}
