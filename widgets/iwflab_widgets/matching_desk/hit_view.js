// What is shown of one hit: both sides, the bits that differ, what is known, what may be done.

class HitView {
  constructor(hits) {
    Object.assign(this, { hits, desk: hits.desk, sides: null, drawn: "" });
    this.above = el("div", { class: "iwf-hit" });
    this.below = el("div", { class: "iwf-hit" });
    this.buttons = el("div", { class: "iwf-row" });
    // Written on while the rest is drawn anew: a field that is moved loses the next letters.
    this.row = el("div", { class: "iwf-row" }, this.buttons, el("span", { class: "iwf-row" }, hits.reason, kbd("r")));
    this.root = el("div", { class: "iwf-hit" }, this.above, this.row, this.below);
  }

  /** Nothing is shown, or nothing but words. */
  none(text = "") {
    this.row.hidden = true;
    fill(this.above, text && el("p", { class: "iwf-quiet", "data-testid": "no-hit" }, text));
    fill(this.below);
  }

  /** Before it has come: its name, and where its pictures will be. */
  coming(group, text = "Being fetched", more = null) {
    const empty = (title) => el("figure", {}, el("figcaption", {}, el("strong", {}, title)), el("div", { class: "iwf-surround" }, el("p", { class: "iwf-none" }, text)));
    fill(
      this.above,
      el("h2", { "data-testid": "hit-coming" }, shortName(group.lead.name, 60)),
      more,
      el("div", { class: "iwf-sides3" }, empty("Ours"), empty(group.lead.twin ? "Signed off here" : "The list's entry")),
    );
    this.act();
    fill(this.below);
  }

  failed(group) {
    const again = button("Try again", { act: () => this.hits.draw(true), testid: "hit-again" });
    this.coming(group, "It cannot be shown now.", el("div", { class: "iwf-row" }, again));
  }

  put(group, anew = false) {
    if (anew || this.drawn !== group.key || !this.above.contains(this.sides)) this.sides = this.sidesView(group);
    this.drawn = group.key;
    const title = el("h2", { "data-testid": "hit-title" }, shortName(this.hits.told.medium.name, 60));
    fill(this.above, title, el("p", { "data-testid": "effect" }, effectInWords(group)), this.sides);
    this.act();
    fill(this.below, this.factsView(group), this.hits.hashes && hashesView(this.hits.hashes));
  }

  sidesView() {
    const { medium, twin, grants, differing, value } = this.hits.told;
    const ours = pictureOf(medium, grants[medium.medium]);
    const no = this.desk.may.compare ? "Settled: not shown unless you ask for it (S)" : "Your roles show no pictures here";
    const plain = (text, testid) => el("div", { class: "iwf-surround", "data-testid": testid }, el("p", { class: "iwf-none" }, text));
    const framed = (item, testid) => (this.hits.pictured ? this.desk.compared.frame(item, { testid }) : plain(no, testid));
    const entry = this.hits.group.hits.map((hit) => el("p", {}, howInWords(hit)));
    const text = el("div", { class: "iwf-entry", "data-testid": "entry" }, el("p", {}, "A list holds no picture. Its entry:"), el("p", {}, el("code", { class: "iwf-hash" }, value)), entry);
    const side = (title, inside, caption) => el("figure", {}, el("figcaption", {}, el("strong", {}, title), ` ${caption}`), inside);
    return el(
      "div",
      { class: "iwf-sides3" },
      side("Ours", framed(ours, "ours"), `${medium.format || "unknown format"}, ${count(medium.copies, "copy", "copies")}`),
      twin
        ? side("Signed off here", framed(pictureOf(twin, grants[twin.medium]), "twin"), shortName(twin.name))
        : side("The list's entry", text, `line ${this.hits.told.line}`),
      differing && side("Bits", bitMap(differing), distanceInWords(this.hits.told)),
    );
  }

  factsView({ lead, hits }) {
    const codes = Object.entries(this.hits.told.twin_grades).map(([name, code]) => `${schemeInWords(name)} ${code}`);
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
      ["Who may override", `a ${this.hits.told.override}`],
    ];
    return el("dl", { class: "iwf-metadata", "data-testid": "hit-facts" }, rows.filter(([, text]) => text && text.length).map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]));
  }

  act() {
    const { desk, hits } = this;
    const { keys } = desk.lab;
    const disabled = !desk.may.answer;
    const strong = { class: "iwf-button iwf-strong" };
    this.row.hidden = false;
    fill(
      this.buttons,
      button("The same", { key: "y", act: () => hits.answer("same"), testid: "same", disabled, ...strong }),
      button("Not the same", { key: "n", act: () => hits.answer("not_same"), testid: "not-same", disabled, ...strong }),
      button("Undo", { key: keys.undo, act: () => hits.undo(), testid: "undo-answer", disabled: !hits.said.length && !hits.standing }),
      button("Before", { key: keys.previous, act: () => hits.move(-1), testid: "hit-before" }),
      button("Next", { key: keys.next, act: () => hits.move(1), testid: "hit-next" }),
      hits.isTold && !hits.pictured && desk.may.compare && button("Show", { key: "s", act: () => hits.look(), testid: "look" }),
      button("Hashes", { key: "h", act: () => hits.turnHashes(), testid: "turn-hashes", "aria-expanded": String(Boolean(hits.hashes)) }),
    );
  }
}
