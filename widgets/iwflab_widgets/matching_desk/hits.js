// Hits, one after the other: our medium beside what is known, and a person's word on it.

class Hits {
  constructor(desk) {
    this.desk = desk;
    this.rows = [];
    this.order = []; // keys of groups; what was answered keeps its place
    this.at = "";
    this.all = false; // also what is settled or answered
    this.told = null; // the explanation of the hit that is shown
    this.said = []; // what was answered here, the newest last
    this.lost = null; // an answer that the server may have had, though no reply came
    this.looks = new Set(); // settled hits whose pictures the person asked for
    this.hashes = null;
    this.list = el("div", { class: "iwf-hits", role: "group", tabindex: "0", "aria-label": "Hits" });
    this.main = el("div", { class: "iwf-hit" });
    this.reason = field("Reason (optional)", "hit-reason", { maxlength: 400, size: 22 });
    this.root = el("div", { class: "iwf-side-by-side" }, this.list, this.main);
  }

  // -- what there is ---------------------------------------------------------------
  take({ rows }) {
    this.rows = rows;
    const groups = this.groups;
    const fresh = [...groups.values()].sort((one, other) => Number(other.open) - Number(one.open));
    this.order = [...new Set([...this.order.filter((key) => groups.has(key)), ...fresh.map((group) => group.key)])];
    if (!groups.has(this.at)) this.at = this.shown[0]?.key ?? "";
    this.told = this.told && groups.has(this.told.key) ? this.told : null;
  }

  get groups() {
    return new Map(groupsOf(this.rows).map((group) => [group.key, group]));
  }

  get waiting() {
    return [...this.groups.values()].filter((group) => group.open).length;
  }

  /** What the list shows: what waits, and what was answered at this window. */
  get shown() {
    const groups = this.groups;
    const mine = new Set(this.said.map((one) => one.key));
    const wanted = (group) => this.all || group.open || mine.has(group.key) || group.key === this.at;
    return this.order.map((key) => groups.get(key)).filter(wanted);
  }

  get group() {
    return this.groups.get(this.at) ?? null;
  }

  // -- keys ------------------------------------------------------------------------
  get keys() {
    const { next, previous, undo } = this.desk.lab.keys;
    return [
      ["y", "The same: it is what the list says", () => this.answer("same")],
      ["n", "Not the same: grade it like any other", () => this.answer("not_same")],
      [next, "Next hit", () => this.move(1)],
      [previous, "Hit before", () => this.move(-1)],
      [undo, "Undo the newest answer, or that of the hit shown", () => this.undo()],
      ["s", "Show the shielded pictures of a settled hit", () => this.look()],
      ["h", "Hashes of this medium", () => this.turnHashes()],
      ["r", "Write a reason (Esc leaves it)", () => this.reason[1].focus()],
      ["a", "Show all hits, or only what waits", () => this.turnAll()],
    ];
  }

  move(step) {
    const { shown } = this;
    const at = shown.findIndex((group) => group.key === this.at);
    const target = shown[at + step];
    if (!target) return this.desk.tell(step > 0 ? "This is the last hit." : "This is the first hit.");
    this.go(target.key);
  }

  go(key) {
    if (key !== this.at) this.reason[1].value = "";
    this.at = key;
    this.hashes = null;
    this.draw();
  }

  turnAll() {
    this.all = !this.all;
    if (!this.shown.some((group) => group.key === this.at)) this.at = this.shown[0]?.key ?? "";
    this.draw();
  }

  look() {
    this.looks.add(this.at);
    this.draw(true);
  }

  async turnHashes() {
    const { group } = this;
    if (!group) return;
    const medium = group.lead.medium;
    this.hashes = this.hashes ? null : await this.desk.tried(() => this.desk.hashesOf(medium));
    this.draw();
    if (this.hashes) this.main.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  // -- answering -------------------------------------------------------------------
  answer(verdict) {
    const { group } = this;
    if (!group) return this.desk.tell("No hit is shown.");
    if (!this.desk.may.answer) return this.desk.tell(`Your roles do not answer hits: ask a ${this.desk.override}.`);
    const before = group.hits.map((hit) => hit.answer);
    const reason = this.reason[1].value.trim();
    const text = verdict === "same" ? "Confirmed as the same." : "Not the same: it goes to the grading queue.";
    this.send(group, verdict, reason, () => {
      this.said.push({ key: group.key, before: before[0] });
      this.reason[1].value = "";
      const { shown } = this;
      const at = shown.findIndex((one) => one.key === group.key);
      const next = [...shown.slice(at + 1), ...shown.slice(0, at)].find((one) => one.open);
      this.desk.tell(next ? text : `${text} Every hit is answered.`);
      if (next) this.at = next.key;
    });
  }

  undo() {
    const last = this.said.at(-1) ?? this.standing;
    const group = last && this.groups.get(last.key);
    if (!group) return this.desk.tell("Nothing was answered at this window, and the hit that is shown has no answer.");
    if (!this.desk.may.answer) return this.desk.tell(`Your roles do not answer hits: ask a ${this.desk.override}.`);
    const other = anothersAnswer(group, this.desk.server.analyst);
    if (other) {
      this.said = this.said.filter((one) => one.key !== group.key);
      this.at = group.key;
      this.draw();
      return this.desk.tell(`Not undone: ${other} answered this hit. The same or Not the same overrules it.`);
    }
    this.send(group, last.before || "open", "", () => {
      this.said.pop();
      this.at = group.key;
      this.desk.tell("The answer was taken back.");
    });
  }

  /** After a reload the answer of the hit that is shown can still be taken back. */
  get standing() {
    const { group } = this;
    return group && SAID[group.lead.answer] ? { key: group.key, before: "" } : null;
  }

  async send(group, verdict, reason, done) {
    const said = { hits: group.hits.map((hit) => hit.hit), verdict, reason };
    const body = this.lost?.of(said) ?? { request: freshId(), ...said, over: shownAnswers(group) };
    this.lost = null;
    await this.desk.run(async () => {
      try {
        this.renew((await this.desk.server.post("iwflab/api/matching/answer", body)).rows);
      } catch (fault) {
        // What stands by now is shown beside the reason, which is kept.
        if (fault.reason !== "refused") this.lost = new Unheard(body);
        if (fault.kind === "ChangedMeanwhile") this.renew(await rowsNow(this.desk.server, group));
        this.at = group.key;
        throw fault;
      }
      done();
    });
    this.draw();
  }

  renew(rows) {
    const before = settledIn(this.rows);
    this.rows = answered(this.rows, rows);
    this.desk.counted.settled += settledIn(this.rows) - before;
  }

  // -- showing ---------------------------------------------------------------------
  draw(force = false) {
    const { group, shown } = this;
    fill(this.list, this.listView(shown));
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!group) {
      this.told = null;
      this.desk.compared.leave();
      return fill(this.main, el("p", { class: "iwf-quiet", "data-testid": "no-hit" }, this.rows.length ? "No hit waits for an answer." : "No medium is known to a list yet."));
    }
    if (force || this.told?.key !== group.key) this.explain(group);
    else this.put(group);
  }

  listView(shown) {
    const line = (group) =>
      el(
        "button",
        {
          type: "button",
          class: "iwf-line",
          "aria-current": group.key === this.at ? "true" : null,
          "data-testid": `hit-${group.lead.medium}`,
          onclick: () => this.go(group.key),
        },
        el("span", { class: "iwf-name" }, shortName(group.lead.name)),
        el("span", { class: "iwf-quiet" }, `${group.lead.tier}, ${SAID[group.lead.answer] || (group.open ? "waits" : "settled")}`),
      );
    return [
      el("div", { class: "iwf-row" }, el("strong", { "data-testid": "hits-waiting" }, `${this.waiting} to answer`), button(this.all ? "Only these" : "Show all", { key: "a", act: () => this.turnAll(), testid: "show-all" })),
      shown.map(line),
    ];
  }

  /** Fetch the explanation; what may be shown of it is shown. */
  async explain(group) {
    this.desk.compared.leave();
    const asked = (this.asked = group.key);
    const found = await this.desk.tried(() => this.desk.server.get(`iwflab/api/matching/hit?hit=${encodeURIComponent(group.lead.hit)}`));
    if (this.asked !== asked || !found) return;
    this.told = { key: group.key, ...found };
    this.desk.compared.pictures.keep(this.pictured ? this.pictures(found) : []);
    this.put(group, true);
  }

  pictures({ medium, twin, grants }) {
    return [medium, twin].filter(Boolean).map((one) => pictureOf(one, grants[one.medium]));
  }

  /** Pictures of a settled hit are shown on request only: nobody needs to look at it. */
  get pictured() {
    const { group, told } = this;
    const wanted = group.open || this.looks.has(group.key) || this.said.some((one) => one.key === group.key);
    return this.desk.may.compare && wanted && Boolean(told);
  }

  put(group, anew = false) {
    if (anew || this.drawn !== group.key || !this.main.contains(this.sides)) this.sides = this.sidesView(group);
    this.drawn = group.key;
    fill(
      this.main,
      el("h2", { "data-testid": "hit-title" }, shortName(this.told.medium.name, 60)),
      el("p", { "data-testid": "effect" }, effectInWords(group)),
      this.sides,
      this.acts(),
      this.factsView(group),
      this.hashes && hashesView(this.hashes),
    );
  }

  sidesView() {
    const { medium, twin, grants, differing, value } = this.told;
    const ours = pictureOf(medium, grants[medium.medium]);
    const no = this.desk.may.compare ? "Settled: not shown unless you ask for it (S)" : "Your roles show no pictures here";
    const plain = (text, testid) => el("div", { class: "iwf-surround", "data-testid": testid }, el("p", { class: "iwf-none" }, text));
    const framed = (item, testid) => (this.pictured ? this.desk.compared.frame(item, { testid }) : plain(no, testid));
    const entry = this.group.hits.map((hit) => el("p", {}, howInWords(hit)));
    const text = el("div", { class: "iwf-entry", "data-testid": "entry" }, el("p", {}, "A list holds no picture. Its entry:"), el("p", {}, el("code", { class: "iwf-hash" }, value)), entry);
    const side = (title, inside, caption) => el("figure", {}, el("figcaption", {}, el("strong", {}, title), ` ${caption}`), inside);
    return el(
      "div",
      { class: "iwf-sides3" },
      side("Ours", framed(ours, "ours"), `${medium.format || "unknown format"}, ${count(medium.copies, "copy", "copies")}`),
      twin
        ? side("Signed off here", framed(pictureOf(twin, grants[twin.medium]), "twin"), shortName(twin.name))
        : side("The list's entry", text, `line ${this.told.line}`),
      differing && side("Bits", bitMap(differing), distanceInWords(this.told)),
    );
  }

  factsView({ lead, hits }) {
    const codes = Object.entries(this.told.twin_grades).map(([name, code]) => `${schemeInWords(name)} ${code}`);
    const rows = [
      ["Known by", knower(lead)],
      ["Kind", KINDS[lead.kind] ?? lead.kind],
      ["Source", lead.source],
      ["Entry", lead.line >= 0 ? `line ${lead.line}` : ""],
      ["Label", lead.label],
      ["Graded here as", codes.join(", ")],
      ["How", hits.map((hit) => el("div", {}, howInWords(hit)))],
      ["Tier", TIERS[lead.tier]],
      ["Answer", answeredInWords(lead)],
      ["Who may override", `a ${this.told.override}`],
    ];
    return el("dl", { class: "iwf-metadata", "data-testid": "hit-facts" }, rows.filter(([, text]) => text && text.length).map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]));
  }

  acts() {
    const { keys } = this.desk.lab;
    const disabled = !this.desk.may.answer;
    const strong = { class: "iwf-button iwf-strong" };
    return el(
      "div",
      { class: "iwf-row" },
      button("The same", { key: "y", act: () => this.answer("same"), testid: "same", disabled, ...strong }),
      button("Not the same", { key: "n", act: () => this.answer("not_same"), testid: "not-same", disabled, ...strong }),
      button("Undo", { key: keys.undo, act: () => this.undo(), testid: "undo-answer", disabled: !this.said.length && !this.standing }),
      button("Before", { key: keys.previous, act: () => this.move(-1), testid: "hit-before" }),
      button("Next", { key: keys.next, act: () => this.move(1), testid: "hit-next" }),
      !this.pictured && this.desk.may.compare && button("Show", { key: "s", act: () => this.look(), testid: "look" }),
      button("Hashes", { key: "h", act: () => this.turnHashes(), testid: "turn-hashes", "aria-expanded": String(Boolean(this.hashes)) }),
      el("span", { class: "iwf-row" }, this.reason, kbd("r")),
    );
  }
}
