// Explore: a question, its table at once, what disclosure control makes of it, its chart.
// The table comes first; what takes longer is asked for after it, and an answer to a
// question that is no longer asked is dropped.

const REST = 40; // milliseconds after a change before it is asked for
const DRAW_REST = 150; // and before its chart is
const HINT =
  "Choose what is counted: one picture can show several children, and one child can be on " +
  "many pictures, so each unit gives other numbers. The table appears here, with its base and " +
  "with what was not counted.";

class Explore {
  constructor(desk) {
    this.desk = desk;
    this.turn = 0;
    this.leaving = false; // whether the table is shown as it may leave
    Object.assign(this, { asked: null, facts: null, told: null, svg: "", drawn: 0, times: [] });
    this.chosen = new Chosen((what) => this.heed(what));
    this.saved = new Saved(this);
    this.view = el("div", { class: "iwf-row", role: "group", "aria-label": "The table is shown" });
    this.table = el("div", { class: "iwf-counted" });
    this.chart = el("div", { class: "iwf-drawn" });
    this.head = el("div", { "data-testid": "finding" });
    this.foot = el("div", {});
    this.result = el(
      "div",
      { "data-testid": "result" },
      this.head,
      el("div", { class: "iwf-beside" }, this.table, this.chart),
      this.foot,
    );
    this.root = el("div", {}, this.chosen.root, this.saved.root, this.view, this.result);
  }

  start(choices) {
    this.chosen.open(choices);
    this.saved.take(choices.saved);
    this.hint();
  }

  hint() {
    Object.assign(this, { asked: null, facts: null, told: null, svg: "" });
    fill(this.view);
    for (const place of [this.table, this.chart, this.foot]) fill(place);
    fill(this.head, el("p", { class: "iwf-hint", "data-testid": "hint" }, HINT));
  }

  // -- asking --------------------------------------------------------------------
  heed(what) {
    if (what === "base") {
      this.svg = ""; // it draws the base of before
      this.draw();
      if (this.asked && !this.leaving && !this.pending) this.fetchChart(this.turn);
      return;
    }
    if (what === "unit") return this.unitChosen();
    this.ask();
  }

  /** Another unit is counted by other sides; `query` is one that was saved. */
  async unitChosen(query = null) {
    const turn = ++this.turn;
    const [unit, scheme] = [this.chosen.unit.value, this.chosen.scheme.value];
    if (!unit) {
      fill(this.chosen.more);
      return this.hint();
    }
    const kept = query ?? (this.chosen.rows ? this.chosen.query() : null);
    clearTimeout(this.timer);
    const reply = await this.desk.ask("sides", { unit, scheme });
    if (turn !== this.turn) return;
    if (!reply) return this.refused(); // no table of another unit stays beside this one
    this.chosen.offer(reply.sides, kept);
    this.desk.read(reply);
    this.ask(0);
  }

  ask(rest = REST) {
    const turn = ++this.turn;
    clearTimeout(this.timer);
    this.pending = true; // until the answer to this turn is here
    this.began = performance.now();
    this.timer = setTimeout(() => this.fetch(turn), rest);
  }

  async fetch(turn) {
    const body = { query: this.chosen.query(), scheme: this.chosen.scheme.value };
    this.result.setAttribute("aria-busy", "true");
    const facts = await this.desk.ask("table", body);
    if (turn !== this.turn) return;
    this.pending = false;
    this.result.setAttribute("aria-busy", "false");
    if (!facts) return this.refused();
    if (this.warned) this.desk.notice.tell("");
    this.warned = false;
    Object.assign(this, { asked: body, facts: facts.table, told: null, svg: "" });
    if (!this.leaving) this.draw();
    this.times.push(performance.now() - this.began);
    if (this.leaving) await this.protect(turn);
    if (turn === this.turn) this.timer = setTimeout(() => this.fetchChart(turn), DRAW_REST);
  }

  /** No table of another question stays beside a form that cannot be asked. */
  refused() {
    this.warned = true;
    this.pending = false;
    Object.assign(this, { asked: null, facts: null, told: null, svg: "" });
    for (const place of [this.head, this.table, this.chart, this.foot]) fill(place);
  }

  async protect(turn = this.turn) {
    this.result.setAttribute("aria-busy", "true");
    this.desk.notice.tell("Disclosure control is at work.");
    const reply = await this.desk.ask("protected", this.asked);
    if (turn !== this.turn) return;
    this.result.setAttribute("aria-busy", "false");
    if (!reply) return this.refused();
    this.desk.notice.tell("");
    this.told = reply.table;
    this.draw();
  }

  async fetchChart(turn) {
    const began = performance.now();
    const { leaving } = this;
    if (turn !== this.turn || !this.facts) return;
    if (leaving ? !this.told?.cells.length : !this.facts.base) return fill(this.chart);
    const { asked } = this;
    const base = this.chosen.base[1].value;
    const reply = await this.desk.ask("chart", { ...asked, public: leaving, base });
    const still = turn === this.turn && asked === this.asked && leaving === this.leaving;
    if (!reply || !still || base !== this.chosen.base[1].value) return;
    this.svg = reply.svg;
    this.drawn = performance.now() - began;
    fill(this.chart, chartView((leaving ? this.told : this.facts).title, this.svg));
  }

  async show(leaving) {
    if (this.leaving === leaving) return;
    this.leaving = leaving;
    if (this.pending || !this.facts) return fill(this.view, this.switches()); // drawn when it comes
    const turn = ++this.turn;
    this.svg = "";
    if (leaving && !this.told) await this.protect(turn);
    else this.draw();
    if (turn === this.turn) this.fetchChart(turn);
  }

  // -- showing -------------------------------------------------------------------
  get titles() {
    const title = (name) => this.chosen.sides.find((one) => one.name === name)?.title ?? name;
    return this.facts.sides.map(title);
  }

  draw() {
    if (!this.facts) return;
    const shown = this.leaving ? this.told : this.facts;
    if (!shown) return;
    fill(this.view, this.switches());
    this.said(shown);
    const whole = !this.leaving || shown.cells.length;
    const base = this.chosen.base[1].value;
    const draws = this.leaving ? publicCell : (cell) => insideCell(cell, base);
    fill(this.table, whole ? countsTable(shown, this.titles, draws) : null);
    if (!this.svg) fill(this.chart);
    this.drawFoot(shown, base);
    this.desk.say(`${shown.title}. ${this.leaving ? `Disclosure control: ${shown.outcome}.` : `Base ${this.facts.base}.`}`);
  }

  said(shown) {
    const strong = (text) => el("strong", {}, text);
    const before = this.facts.before;
    fill(
      this.head,
      el("h2", { class: "iwf-finding", "data-testid": "title" }, shown.title),
      this.leaving
        ? verdictView(shown)
        : el("p", {}, strong("Base: "), `${this.facts.base.toLocaleString("en-GB")} ${this.facts.units}`,
            before === null ? "." : `; ${before.toLocaleString("en-GB")} in the period it is compared with.`),
    );
  }

  drawFoot(shown, base) {
    const changed = shown.cells.some(({ pp }) => typeof pp === "number");
    const change = changed && el("p", { class: "iwf-hint" }, "pp: percentage points of all, against the period it is compared with.");
    fill(
      this.foot,
      !this.leaving && flagsInWords(this.facts, base),
      change,
      exclusionsList(this.facts.exclusions, !this.leaving),
      el("p", {}, shown.note),
      el("p", { class: "iwf-hint" }, `Source: ${shown.source}.`),
    );
  }

  switches() {
    const made = (leaving, text, testid) =>
      button(text, { act: () => this.show(leaving), testid, "aria-pressed": String(this.leaving === leaving) });
    return [made(false, "As it is inside", "inside"), made(true, "As it may leave", "leaving")];
  }

  state() {
    const { asked, facts, told, leaving, turn, times, drawn } = this;
    const shown = leaving ? told : facts;
    return { asked, shown, leaving, turn, times: [...times], drawn, chart: Boolean(this.svg) };
  }
}
