// Hits, one after the other: our medium beside what is known, and a person's word on it.
// The word goes to the hit that is shown, or it is refused.

const NOT_SHOWN = "this hit is not shown yet. Look at it first.";

class Hits {
  constructor(desk) {
    this.desk = desk;
    this.rows = [];
    this.order = []; // keys of groups; what was answered keeps its place
    this.at = "";
    this.visit = {}; // another one whenever the person goes to another hit
    this.all = false; // also what is settled or answered
    this.told = null; // the explanation of the hit that is shown
    this.asked = null; // whose explanation is on its way
    this.said = []; // what was answered here, the newest last
    this.lost = null; // an answer that the server may have had, though no reply came
    this.reasons = new Map(); // key -> the reason of an answer that was not recorded
    this.looks = new Set(); // settled hits whose pictures the person asked for
    this.hashes = null;
    this.list = el("div", { class: "iwf-hits", role: "group", tabindex: "0", "aria-label": "Hits" });
    this.reason = field("Reason (optional)", "hit-reason", { maxlength: 400, size: 22 });
    this.view = new HitView(this);
    this.root = el("div", { class: "iwf-side-by-side" }, this.list, this.view.root);
  }

  // -- what there is ---------------------------------------------------------------
  take({ rows }) {
    this.rows = rows;
    const groups = this.groups;
    const fresh = [...groups.values()].sort((one, other) => Number(other.open) - Number(one.open));
    this.order = [...new Set([...this.order.filter((key) => groups.has(key)), ...fresh.map((group) => group.key)])];
    if (!groups.has(this.at)) this.stand(this.shown[0]?.key ?? "");
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

  /** Whether what is shown is what would be answered. */
  get isTold() {
    return this.told !== null && this.told.key === this.at;
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
    this.stand(key);
    this.hashes = null;
    this.draw();
  }

  /** Be at a hit: what is written and shown of the one before does not come along. */
  stand(key) {
    if (key === this.at) return;
    Object.assign(this, { at: key, visit: {}, hashes: null });
    this.reason[1].value = this.reasons.get(key) ?? "";
    this.reasons.delete(key);
  }

  turnAll() {
    this.all = !this.all;
    if (!this.shown.some((group) => group.key === this.at)) this.stand(this.shown[0]?.key ?? "");
    this.draw();
  }

  look() {
    this.looks.add(this.at);
    this.draw(true);
  }

  async turnHashes() {
    const { group, visit } = this;
    if (!group) return;
    const { medium } = group.lead;
    const found = this.hashes ? null : await this.desk.tried(() => this.desk.hashesOf(medium));
    if (this.visit !== visit || this.desk.part !== "hits") return; // of what is no longer shown
    this.hashes = found;
    this.draw();
    if (this.hashes) this.view.below.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  // -- answering -------------------------------------------------------------------
  answer(verdict) {
    const { group } = this;
    if (!group) return this.desk.tell("No hit is shown.");
    if (!this.desk.may.answer) return this.desk.tell(`Your roles do not answer hits: ask a ${this.desk.override}.`);
    if (!this.isTold) return this.desk.tell(`Not answered: ${NOT_SHOWN}`);
    const before = group.hits.map((hit) => hit.answer);
    const reason = this.reason[1].value.trim();
    const text = verdict === "same" ? "Confirmed as the same." : "Not the same: it goes to the grading queue.";
    this.send(group, verdict, reason, (here) => {
      this.said.push({ key: group.key, before: before[0] });
      const { shown } = this;
      const at = shown.findIndex((one) => one.key === group.key);
      const next = [...shown.slice(at + 1), ...shown.slice(0, at)].find((one) => one.open);
      this.desk.tell(`${here ? "" : nameOfHit(group)}${text}${next ? "" : " Every hit is answered."}`);
      if (!here) return;
      this.reason[1].value = "";
      if (next) this.stand(next.key);
    });
  }

  undo() {
    const last = this.said.at(-1) ?? this.standing;
    const group = last && this.groups.get(last.key);
    if (!group) return this.desk.tell("Nothing was answered at this window, and the hit that is shown has no answer.");
    if (!this.desk.may.answer) return this.desk.tell(`Your roles do not answer hits: ask a ${this.desk.override}.`);
    if (!this.said.length && !this.isTold) return this.desk.tell(`Not undone: ${NOT_SHOWN}`);
    const other = anothersAnswer(group, this.desk.server.analyst);
    if (other) {
      this.said = this.said.filter((one) => one.key !== group.key);
      this.stand(group.key);
      this.draw();
      return this.desk.tell(`Not undone: ${other} answered this hit. The same or Not the same overrules it.`);
    }
    this.send(group, last.before || "open", "", (here) => {
      this.said = this.said.filter((one) => one !== last);
      if (here) this.stand(group.key);
      this.desk.tell(`${here ? "" : nameOfHit(group)}The answer was taken back.`);
    });
  }

  /** After a reload the answer of the hit that is shown can still be taken back. */
  get standing() {
    const { group } = this;
    return group && SAID[group.lead.answer] ? { key: group.key, before: "" } : null;
  }

  /** `done(here)` is told whether the person is still at the hit they were at. */
  async send(group, verdict, reason, done) {
    const { visit } = this;
    const said = { hits: group.hits.map((hit) => hit.hit), verdict, reason };
    await this.desk.run(async () => {
      const body = this.lost?.of(said) ?? { request: freshId(), ...said, over: shownAnswers(group) };
      this.lost = null;
      try {
        this.renew((await this.desk.server.post("iwflab/api/matching/answer", body)).rows);
      } catch (fault) {
        if (fault.reason !== "refused") this.lost = new Unheard(body);
        if (this.visit !== visit) this.notRecorded(group, reason, fault);
        // What stands by now is shown beside the reason, which is kept.
        if (fault.kind === "ChangedMeanwhile") this.renew(await rowsNow(this.desk.server, group));
        throw fault;
      }
      done(this.visit === visit);
    });
  }

  /** The person is elsewhere by now: say of which hit, and keep its reason for it. */
  notRecorded(group, reason, fault) {
    fault.message = `${nameOfHit(group)}${fault.message}`;
    if (this.at === group.key) this.reason[1].value ||= reason;
    else if (reason) this.reasons.set(group.key, reason);
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
      this.leave();
      return this.view.none(this.rows.length ? "No hit waits for an answer." : "No medium is known to a list yet.");
    }
    if (force || !this.isTold) this.explain(group, force);
    else this.view.put(group);
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

  /** Fetch the explanation.  Until it has come nothing of another hit is on the page. */
  async explain(group, again) {
    if (!again && this.asked?.key === group.key) return this.view.coming(group);
    this.leave();
    const asked = (this.asked = { key: group.key });
    this.view.coming(group);
    const found = await this.desk.tried(() => this.desk.server.get(`iwflab/api/matching/hit?hit=${encodeURIComponent(group.lead.hit)}`));
    if (this.asked !== asked) return;
    this.asked = null;
    // Who went on meanwhile, or sees nothing now, has it fetched again on coming back.
    if (this.at !== group.key || this.desk.part !== "hits" || this.desk.blanked) return;
    if (!found) return this.view.failed(this.group);
    this.told = { key: group.key, ...found };
    this.desk.compared.pictures.keep(this.pictured ? this.pictures(found) : []);
    this.view.put(this.group, true);
  }

  /** What was shown of a hit leaves the page; what is asked for comes too late. */
  leave() {
    Object.assign(this, { told: null, asked: null });
    this.desk.compared.leave();
  }

  /** As leave, for another part: its keys are heard from now on. */
  close() {
    this.leave();
    this.view.none();
  }

  pictures({ medium, twin, grants }) {
    return [medium, twin].filter(Boolean).map((one) => pictureOf(one, grants[one.medium]));
  }

  /** Pictures of a settled hit are shown on request only: nobody needs to look at it. */
  get pictured() {
    const { group } = this;
    const wanted = group.open || this.looks.has(group.key) || this.said.some((one) => one.key === group.key);
    return this.desk.may.compare && wanted && this.isTold;
  }
}
