// The filter of the queue: words above the status line, how many media match, and the
// set that is shown.  What matches is the server's to say, within the person's roles.

const FILTER_CHOICES = {
  stage: ["Stage", [["", "any"], ["waiting", "waiting"], ["graded", "graded by me"], ["not_sure", "not sure"], ["needs_two", "needs two"], ["second", "waits for another person"]]],
  hit: ["Hit", [["", "any"], ["yes", "with a hit"], ["no", "without"]]],
  carried: ["Older scale", [["", "any"], ["review", "to be reviewed"], ["yes", "has a grade of others"]]],
  kind: ["Kind", [["", "any"], ["picture", "picture"], ["video", "video"]]],
};
const FILTER_WORDS = ["name", "stage", "hit", "carried", "kind", "tag", "code", "series"];
const FILTER_PAUSE = 250; // milliseconds without typing, after which matches are counted

class FilterBar {
  constructor(desk) {
    this.desk = desk;
    this.words = {}; // what a set is asked with
    this.shown = {}; // what the set on the desk was asked with
    this.total = null; // of what stands in the fields
    this.asked = 0; // the newest count; older answers are dropped
    this.open = false;
    this.place = el("form", {
      class: "iwf-filter",
      role: "search",
      "aria-label": "Filter of the queue",
      "data-testid": "filter",
      onsubmit: (event) => {
        event.preventDefault();
        this.apply(this.written);
      },
      oninput: () => this.later(),
      onfocusout: (event) => this.left(event),
    });
    this.fields = el("span", { class: "iwf-row", hidden: true });
    this.told = el("span", { class: "iwf-row" });
    this.place.append(this.told, this.fields);
  }

  get on() {
    return Object.keys(this.words).length > 0;
  }

  /** What a request for a set says of the filter. */
  get body() {
    return this.on ? { filter: this.words } : {};
  }

  /** What stands in the fields now. */
  get written() {
    const given = FILTER_WORDS.map((name) => [name, this.fields.querySelector(`[name="${name}"]`)?.value.trim() ?? ""]);
    return Object.fromEntries(given.filter(([, value]) => value));
  }

  /** The key: open the fields and go to the first. */
  focus() {
    this.build();
    this.open = true;
    this.draw();
    const [first] = this.fields.querySelectorAll("input");
    first.focus();
    first.select();
    this.count();
  }

  build() {
    if (this.fields.firstChild) return;
    const text = (name, label) => el("label", {}, `${label} `, el("input", { name, maxlength: 200, autocomplete: "off", spellcheck: "false", size: 12, "data-testid": `filter-${name}` }));
    const choice = (name, label, options) =>
      el("label", {}, `${label} `, el("select", { name, "data-testid": `filter-${name}` }, options.map(([value, shown]) => el("option", { value }, shown))));
    const tags = [["", "any"], ...this.desk.desk.tags.map((tag) => [tag.code, tag.label])];
    const codes = this.desk.desk.schemes.flatMap((scheme) =>
      Object.keys(scheme.labels ?? {}).map((code) => [`${scheme.name}=${code}`, `${schemeInWords(scheme.name)} ${words(code)}`]),
    );
    fill(
      this.fields,
      text("name", "Name"),
      Object.entries(FILTER_CHOICES).map(([name, [label, options]]) => choice(name, label, options)),
      choice("tag", "Tag", tags),
      choice("code", "My grade", [["", "any"], ...codes]),
      text("series", "Series"),
      el("button", { type: "submit", class: "iwf-button", "data-testid": "filter-apply" }, "Show"),
      button("No filter", { act: () => this.clear(), testid: "filter-clear" }),
      button("Select all", { act: () => this.selectAll(), testid: "filter-select" }),
    );
  }

  /** Fields without a word fold away when they are left. */
  left(event) {
    if (this.place.contains(event.relatedTarget) || Object.keys(this.written).length) return;
    this.open = false;
    if (this.on) this.apply({});
    this.draw();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.count(), FILTER_PAUSE);
  }

  /** Ask how many match what stands in the fields. */
  async count() {
    const number = ++this.asked;
    try {
      const { total } = await this.ask({ at: 0, n: 0 });
      if (number === this.asked) this.total = total;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (number === this.asked) this.total = null;
      this.desk.tell(`Not searched: ${fault.inWords}`);
    }
    this.draw();
  }

  ask(more) {
    return this.desk.server.get(`iwflab/api/queue?${new URLSearchParams({ ...this.written, ...more })}`);
  }

  /** Show the set that matches; the answers on the open medium stay as a draft. */
  async apply(given) {
    if (this.desk.stopped) return this.desk.tell(`Not filtered. ${this.desk.stopped}`);
    this.words = given;
    if (!(await this.desk.refetch(null))) this.words = this.shown; // of two, the newest counts
    else {
      this.shown = this.words;
      this.say();
    }
    this.desk.root.focus({ preventScroll: true });
    this.draw();
  }

  async say() {
    await this.count();
    if (this.on && !this.desk.items.length) this.desk.tell("Nothing that matches is yours or waits.");
    else this.desk.tell(this.on ? `Filtered: ${this.inWords}.` : "No filter.", { quiet: true });
  }

  clear() {
    for (const field of this.fields.querySelectorAll("input, select")) field.value = "";
    this.open = false;
    return this.apply({});
  }

  async selectAll() {
    try {
      const { total, ids } = await this.ask({ ids: 1 });
      this.desk.selecting.pick(ids);
      const rest = total > ids.length ? ` of ${total.toLocaleString("en-GB")}` : "";
      this.desk.tell(`${count(ids.length, "medium", "media")}${rest} selected.`);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.desk.tell(`Not selected: ${fault.inWords}`);
    }
    this.desk.root.focus({ preventScroll: true });
  }

  get inWords() {
    const shown = (name, value) => (FILTER_CHOICES[name]?.[1] ?? []).find(([one]) => one === value)?.[1] ?? words(value);
    return Object.entries(this.words).map(([name, value]) => `${words(name)} ${shown(name, value)}`).join(", ");
  }

  draw() {
    const { desk } = this.desk;
    this.fields.hidden = !this.open;
    const { total } = this;
    const matching = total === null ? "" : `${count(total, "medium", "media")} ${total === 1 ? "matches" : "match"}`;
    refill(
      this.told,
      button("Filter", { key: desk?.keys.filter, act: () => this.focus(), testid: "filter-open", "aria-expanded": String(this.open) }),
      this.on && el("strong", { "data-testid": "filter-on" }, this.inWords),
      (this.open || this.on) && el("span", { role: "status", "data-testid": "filter-count" }, matching),
    );
  }
}
