// Named questions: kept in the lab for everybody who makes statistics.

class Saved {
  constructor(explore) {
    this.explore = explore;
    this.known = [];
    this.list = el("select", { "aria-label": "Saved questions", "data-testid": "saved" });
    this.name = field("Name", "query-name");
    this.replace = field("Also another person's", "query-replace", { type: "checkbox" });
    const made = (text, testid, act) => button(text, { act, testid });
    this.root = el(
      "details",
      { class: "iwf-group" },
      el("summary", { "data-testid": "keep" }, "Saved questions"),
      el(
        "div",
        { class: "iwf-row" },
        this.list,
        made("Load", "load", () => this.load()),
        made("Drop", "drop", () => this.drop()),
      ),
      el("div", { class: "iwf-row" }, this.name, made("Save what is shown", "save", () => this.save())),
      el("div", { class: "iwf-row" }, this.replace, el("span", { class: "iwf-hint" }, "Ticked, saving and dropping replace what others saved.")),
    );
  }

  get desk() {
    return this.explore.desk;
  }

  take(saved) {
    if (!saved) return;
    this.known = saved;
    this.desk.parts?.reports.offer(saved);
    const chosen = this.list.value;
    const none = el("option", { value: "" }, saved.length ? "choose one" : "none yet");
    fill(this.list, none, saved.map(({ name }) => el("option", { value: name }, name)));
    this.list.value = saved.some(({ name }) => name === chosen) ? chosen : "";
  }

  async save() {
    const name = this.name[1].value.trim();
    if (!this.explore.asked) return this.desk.notice.warn("Choose what is counted first.");
    if (!name) return this.desk.notice.warn("Give the question a name.");
    const reply = await this.desk.ask("save", { name, replace: this.replaces(), ...this.explore.asked });
    if (!reply) return;
    const before = this.known.some((one) => one.name === name);
    this.take(reply.saved);
    this.list.value = name;
    this.desk.notice.tell(`Saved as ${name}${before ? ", in place of the question that had this name" : ""}.`);
  }

  /** Asked for each time: it does not stay ticked. */
  replaces() {
    const { checked } = this.replace[1];
    this.replace[1].checked = false;
    return checked;
  }

  load() {
    const found = this.known.find(({ name }) => name === this.list.value);
    if (!found) return this.desk.notice.warn("Choose a saved question.");
    const { unit, scheme } = this.explore.chosen;
    [unit.value, scheme.value] = [found.query.unit, found.scheme];
    const by = found.version ? `Categories by ${found.scheme}.` : `It was saved without its categories: ${found.scheme} stands for them.`;
    this.desk.notice.tell(`Loaded ${found.name}. ${by}`);
    this.explore.unitChosen(found.query);
  }

  async drop() {
    const name = this.list.value;
    if (!name) return this.desk.notice.warn("Choose a saved question.");
    const reply = await this.desk.ask("drop", { name, replace: this.replaces() });
    if (!reply) return;
    this.take(reply.saved);
    this.desk.notice.tell(`Dropped ${name}.`);
  }
}
