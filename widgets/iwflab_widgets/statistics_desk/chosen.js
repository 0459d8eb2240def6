// The form of a question: what is counted, by what, of what.  It is built once a unit and
// never drawn anew while somebody types, so that the focus stays where it is.

const PERCENTS = [
  ["all", "of all"],
  ["rows", "of each row"],
  ["cols", "of each column"],
];
const BASES = [
  ["all", "of all, unknown among them"],
  ["known", "of those that are known"],
  ["bounds", "least and most, whatever the unknown are"],
];

class Chosen {
  /** `heed(what)` is called when an answer is needed anew ("unit", "query" or "base"). */
  constructor(heed) {
    this.heed = heed;
    this.sides = [];
    this.kept = {}; // filters: column -> levels
    this.top = el("div", { class: "iwf-asked" });
    this.more = el("div", { class: "iwf-asked", "data-testid": "asked" });
    this.root = el("form", { "aria-label": "What is counted", onsubmit: (event) => event.preventDefault() }, this.top, this.more);
  }

  /** Draw what is the same for every unit. */
  open(choices) {
    const units = [["", "choose what is counted"], ...choices.units];
    const unit = choice("Counted is each", "unit", units, { onchange: () => this.heed("unit") });
    const scheme = choice("Categories by", "scheme", choices.schemes, { onchange: () => this.heed("unit") });
    this.profile = choice("May leave under", "profile", choices.profiles, { onchange: () => this.heed("query") });
    [this.unit, this.scheme] = [unit[1], scheme[1]];
    fill(this.top, this.pair(unit, true), this.pair(scheme, true));
  }

  /** `two`: its words are long, it takes two places where there is room. */
  pair(made, two = false) {
    return el("div", { class: two ? "iwf-pair iwf-pair-two" : "iwf-pair" }, made);
  }

  /** Draw what one unit can be counted by; `query` brings an earlier choice back. */
  offer(sides, query = null) {
    this.sides = sides;
    const known = (name) => sides.some((one) => one.name === name);
    this.kept = {};
    for (const [name, levels] of Object.entries(query?.filters ?? {})) if (known(name)) this.kept[name] = [...levels];
    const asked = { onchange: () => this.heed("query") };
    const names = sides.map(({ name, title }) => [name, title]);
    this.rows = choice("Rows", "rows", names, asked);
    this.cols = choice("Columns", "cols", [["", "none"], ...names], asked);
    this.pct = choice("Percentages", "pct", PERCENTS, asked);
    this.base = choice("Read them", "base", BASES, { onchange: () => this.heed("base") });
    this.days = {};
    for (const [name, label] of DAYS) this.days[name] = field(label, name, { type: "date", ...asked });
    this.cluster = field("Intervals that know series", "cluster", { type: "checkbox", ...asked });
    if (query) this.bring(query, known);
    const choices = [this.rows, this.cols, this.pct].map((one) => this.pair(one));
    const long = [this.base, this.profile].map((one) => this.pair(one, true));
    const folded = el("div", { class: "iwf-pair-wide iwf-folded" }, this.periods(), this.filters());
    fill(this.more, choices, long, this.pair(this.cluster), folded);
  }

  /** Folded: most questions are of all that was signed off, and the table needs the room. */
  periods() {
    const days = DAYS.map(([name]) => this.pair(this.days[name]));
    const summary = el("summary", { "data-testid": "periods" });
    const say = () => (summary.textContent = this.periodsInWords());
    say();
    return el("details", { onchange: say }, summary, el("div", { class: "iwf-asked" }, days));
  }

  periodsInWords() {
    const { period, compare } = this.query();
    const between = ([from, to]) => (from && to ? `${from} to ${to}` : from ? `from ${from}` : `until ${to}`);
    const counted = period.some(Boolean) ? `Signed off ${between(period)}` : "Period (all that is signed off)";
    return counted + (compare.some(Boolean) ? `, compared with ${between(compare)}` : "");
  }

  bring(query, known) {
    if (known(query.rows)) this.rows[1].value = query.rows;
    // What was the column before may be the first row of another unit.
    if (known(query.cols) && query.cols !== this.rows[1].value) this.cols[1].value = query.cols;
    this.pct[1].value = query.pct;
    this.profile[1].value = query.profile;
    this.cluster[1].checked = query.cluster;
    const days = [...query.period, ...query.compare];
    DAYS.forEach(([name], place) => (this.days[name][1].value = days[place]));
  }

  filters() {
    const groups = this.sides.map((side) => {
      const boxes = side.levels.map((level) => this.box(side, level));
      return el("fieldset", { class: "iwf-levels" }, el("legend", {}, side.title), boxes);
    });
    this.summary = el("summary", { "data-testid": "filters" }, this.filtersInWords());
    const hint = el("p", { class: "iwf-hint" }, "Where nothing is ticked, all is kept.");
    return el("details", {}, this.summary, hint, el("div", { class: "iwf-filters" }, groups));
  }

  box(side, level) {
    const id = `iwf-level-${freshId().slice(0, 8)}`;
    const tick = (event) => {
      const others = (this.kept[side.name] ?? []).filter((one) => one !== level);
      const kept = event.target.checked ? [...others, level] : others;
      if (kept.length) this.kept[side.name] = kept;
      else delete this.kept[side.name];
      this.summary.textContent = this.filtersInWords();
      this.heed("query");
    };
    const input = el("input", { type: "checkbox", id, "data-testid": `keep-${side.name}-${level}`, onchange: tick });
    input.checked = (this.kept[side.name] ?? []).includes(level);
    return el("span", { class: "iwf-level" }, input, el("label", { for: id }, words(level)));
  }

  filtersInWords() {
    const title = (name) => this.sides.find((one) => one.name === name)?.title ?? name;
    const said = Object.entries(this.kept).map(([name, levels]) => `${title(name)}: ${levels.map(words).join(", ")}`);
    return said.length ? `Only ${said.join("; ")}` : "Only some of them (no filter)";
  }

  /** The question as plain values, in the words of the lab. */
  query() {
    const day = (name) => this.days[name][1].value;
    const cols = this.cols[1].value;
    return {
      unit: this.unit.value,
      rows: this.rows[1].value,
      cols,
      filters: structuredClone(this.kept),
      period: [day("from"), day("to")],
      compare: [day("before-from"), day("before-to")],
      pct: cols ? this.pct[1].value : "all",
      cluster: this.cluster[1].checked,
      profile: this.profile[1].value,
    };
  }
}

const DAYS = [
  ["from", "Signed off from"],
  ["to", "Signed off to"],
  ["before-from", "Compared with, from"],
  ["before-to", "Compared with, to"],
];
