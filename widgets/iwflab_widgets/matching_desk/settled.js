// What was settled without a look, and why: numbers first, then every medium's reason.

const SETTLED_A_PAGE = 50;

class Settled {
  constructor(desk) {
    Object.assign(this, { desk, rows: [], total: 0, avoided: {}, filter: "", page: 0 });
    const heard = (event) => {
      Object.assign(this, { filter: event.target.value.toLowerCase(), page: 0 });
      this.draw();
    };
    this.figures = el("div", { class: "iwf-figures", "data-testid": "avoided" });
    this.table = el("div", {});
    const search = field("Only with this text", "settled-filter", { type: "search", oninput: heard });
    this.root = el("div", {}, this.figures, el("div", { class: "iwf-row" }, search), this.table);
  }

  take({ rows, settled, avoided }) {
    Object.assign(this, { rows: rows.filter((row) => row.settles && UNGRADED.includes(row.stage)), total: settled, avoided });
  }

  get keys() {
    const { next, previous } = this.desk.lab.keys;
    return [
      [next, "Next page", () => this.turn(1)],
      [previous, "Page before", () => this.turn(-1)],
    ];
  }

  turn(step) {
    this.page = Math.max(0, this.page + step);
    this.draw();
  }

  draw() {
    const reasons = Object.entries(this.avoided);
    const sum = reasons.reduce((all, [, number]) => all + number, 0);
    const figure = (number, text) => el("div", { class: "iwf-figure" }, el("strong", {}, number.toLocaleString("en-GB")), el("span", {}, text));
    fill(this.figures, figure(sum, "looks not needed"), reasons.map(([text, number]) => figure(number, text)));
    fill(this.table, this.tableView());
  }

  tableView() {
    const groups = groupsOf(this.rows).filter((group) => !this.filter || wordsOf(group).includes(this.filter));
    if (!groups.length) return el("p", { class: "iwf-quiet" }, this.filter ? "Nothing fits." : "Nothing was settled without a look.");
    const pages = Math.ceil(groups.length / SETTLED_A_PAGE);
    this.page = Math.min(this.page, pages - 1);
    const from = this.page * SETTLED_A_PAGE;
    const part = groups.slice(from, from + SETTLED_A_PAGE);
    const heads = ["Medium", "Known by", "Source", "Line", "Label", "How", "Tier", "Answer", "Who may override"];
    const { keys } = this.desk.lab;
    const turn = (step, text, testid, key, disabled) => button(text, { act: () => this.turn(step), testid, key, disabled });
    return [
      tableOf("Settled without a look", heads, part.map((group) => this.line(group)), { "data-testid": "settled" }),
      pages > 1 &&
        el(
          "div",
          { class: "iwf-row" },
          turn(-1, "Page before", "settled-before", keys.previous, this.page === 0),
          el("span", {}, `${from + 1} to ${from + part.length} of ${groups.length.toLocaleString("en-GB")}`),
          turn(1, "Page after", "settled-after", keys.next, this.page >= pages - 1),
        ),
      this.total > new Set(this.rows.map((row) => row.medium)).size &&
        el("p", { class: "iwf-hint" }, `${count(this.total, "medium", "media")} in all; iwflab match show lists every one.`),
    ];
  }

  line(group) {
    const { lead, hits } = group;
    const open = () => this.desk.openHit(group.key);
    const name = el("button", { type: "button", class: "iwf-link", title: lead.name, "data-testid": `settled-${lead.medium}`, onclick: open }, shortName(lead.name));
    return [
      ...[name, `${shortName(knower(lead), 60)}${lead.kind === "benign" ? " (benign)" : ""}`, shortName(lead.source, 60)],
      ...[lead.line >= 0 ? lead.line : "", shortName(lead.label, 80), hits.map((hit) => el("div", {}, howInWords(hit)))],
      ...[words(lead.tier), SAID[lead.answer] ?? "", `a ${this.desk.override}`],
    ];
  }
}

function wordsOf({ lead, hits }) {
  return [lead.name, lead.sha256, knower(lead), lead.source, lead.label, lead.kind, ...hits.map(howInWords)].join(" ").toLowerCase();
}
