// The comparison of start levels, where the organisation switched one on.  Nobody takes
// part who did not say so; one key leaves it, at once and without a reason.

const REPORT_WORDS = ["Not at all", "A little", "Moderately", "Very", "Extremely"];
const REPORT_QUESTION = "How demanding was it to look at the last medium that you saved?";

class Comparison {
  constructor(desk) {
    this.desk = desk;
    this.question = null; // the medium that is asked about
    this.left = null; // allotted media to be decided until the next question
    this.counted = new Set(); // those decided since the last one
    this.asked = new Set(); // media that were asked about: each is once
    this.place = el("div", { class: "iwf-chosen iwf-row", role: "group", "aria-label": "Comparison of start levels", hidden: true, "data-testid": "comparison" });
  }

  /** What the server says of it; null: none runs. */
  get told() {
    return this.desk.desk?.comparison ?? null;
  }

  get isIn() {
    return this.told?.part === "in";
  }

  /** What a medium starts with by allotment, for who takes part. */
  levelOf(item) {
    return (this.isIn && item && (item.start || this.told.starts[item.medium])) || null;
  }

  /** The key: it leaves at once; to join, one reads first what it is. */
  turn() {
    if (!this.told) return this.desk.tell("No comparison of start levels runs in this lab.");
    return this.isIn ? this.choose("out") : this.open();
  }

  open() {
    this.desk.views.shield(); // nobody reads this beside a picture
    const { protocol, decided_by: by, levels, ask_every: every } = this.told;
    const choose = (part) => {
      this.desk.root.querySelector("dialog[open]")?.close();
      this.choose(part);
    };
    openDialog(
      this.desk.root,
      { label: "Comparison of start levels", testid: "comparison-card", keys: this.desk.desk.keys, act: "comparison" },
      el("p", {}, `Protocol ${protocol}, decided by ${by}. Published evidence on reveal levels disagrees; no result is assumed here.`),
      el("p", {}, `Who takes part starts each new medium at a level drawn by lot: ${levels.map(levelInWords).join(", ")}. You can show more or less of each medium, as ever; that is recorded.`),
      el("p", {}, "Kept are that level, the level and time at the decision, whether its class was accepted, and your answers to one question", every > 0 && ` (after ${count(every, "medium", "media")} at the earliest, free to be left)`, ". The report names nobody and tells nothing of fewer than five people."),
      el("p", {}, "To leave, press the key of this card: it holds at once, asks no reason, and what you did is not counted. Nobody else is told whether you take part."),
      el("div", { class: "iwf-row" }, button("Take part", { act: () => choose("in"), testid: "take-part" }), button("Do not take part", { act: () => choose("out"), testid: "take-no-part" })),
    );
  }

  /** To leave waits for nobody: the page starts as the person wants from this moment. */
  choose(part) {
    const { told, desk } = this;
    const out = part === "out";
    this.wish = part;
    if (out) {
      Object.assign(told, { part, starts: {} });
      for (const item of desk.items) item.start = "";
      this.question = null;
      this.settleLevel();
    }
    const shown = desk.item?.medium ?? "";
    desk.outbox.push({
      kind: "choice",
      path: "iwflab/api/comparison",
      body: { part, shown },
      done: ({ comparison }) => this.chosen(part, comparison),
      refused: (fault) => desk.tell(`Not kept: ${fault.inWords}`),
    });
    if (out) desk.tell("You take no part in the comparison. Media start as you chose.");
  }

  chosen(part, comparison) {
    if (part === "out" || part !== this.wish) return; // whoever left meanwhile has left
    const { desk } = this;
    desk.desk.comparison = comparison;
    this.left = null;
    desk.looking.drawAhead();
    if (this.isIn) desk.tell("You take part: new media start at a level drawn by lot. The same key leaves.");
  }

  /** What is shown of the open medium goes down to the person's own start, never up. */
  settleLevel() {
    const { screen, desk, item, looking } = this.desk;
    const shown = screen.painted?.variant;
    if (item && shown && stepOf(shown) > stepOf(desk.start_level)) screen.show(startOf(item, desk.start_level));
    looking.drawAhead();
  }

  /** A decision is on the disk: now and then one question follows, which may be left. */
  decided(item) {
    if (!this.levelOf(item) || !this.told.ask_every) return;
    if (this.question) return this.say(0); // it was about the medium before: it lapses
    const { medium } = item;
    if (!this.counted.has(medium)) this.left = (this.left ?? this.told.ask_after) - 1;
    this.counted.add(medium);
    if (this.left > 0 || this.asked.has(medium)) return;
    this.question = medium;
    this.desk.live.say("One question waits; it may be left.");
    this.desk.render();
  }

  /** A card of its own: no digit meant for the form is taken for an answer. */
  ask() {
    if (!this.question) return this.desk.tell("No question waits.");
    this.desk.views.shield();
    const close = () => this.desk.root.querySelector("dialog[open]")?.close();
    const give = (said) => {
      close();
      this.say(said);
    };
    const choices = REPORT_WORDS.map((text, at) => button(text, { key: String(at + 1), act: () => give(at + 1), testid: `report-${at + 1}` }));
    const leave = button("Leave it", { key: "0", act: () => give(0), testid: "report-0" });
    const card = openDialog(this.desk.root, { label: "One question", testid: "report-card", keys: this.desk.desk.keys, act: "self_report" }, el("p", {}, REPORT_QUESTION), el("div", { class: "iwf-row" }, choices, leave));
    card.addEventListener("keydown", (event) => {
      if (!/^[0-5]$/.test(event.key) || event.repeat) return;
      event.preventDefault();
      give(Number(event.key));
    });
  }

  say(answer) {
    const medium = this.question;
    if (!medium) return;
    this.question = null;
    this.asked.add(medium);
    this.counted.clear();
    // What is still on the way is decided before this answer, as the server sees it.
    this.left = this.told.ask_every + this.desk.outbox.decisions;
    const refused = () => this.desk.tell("The answer was not kept; nothing else is asked.", { quiet: true });
    this.desk.outbox.push({ kind: "choice", path: "iwflab/api/comparison/answer", body: { medium, answer }, refused });
    this.desk.render();
  }

  draw() {
    const { told, question, isIn } = this;
    const { keys } = this.desk.desk;
    this.place.hidden = !told || told.part === "out" || this.desk.screen.blanked !== "";
    if (this.place.hidden) return fill(this.place);
    const turn = (text, testid) => button(text, { key: keys.comparison, act: () => this.turn(), testid });
    if (!isIn) {
      const no = button("Not for me", { act: () => this.choose("out"), testid: "not-for-me" });
      return refill(this.place, el("span", {}, `A comparison of start levels runs here (protocol ${told.protocol}). It is free to take part.`), turn("About it", "about-comparison"), no);
    }
    const asked = question && [
      el("span", {}, "One question waits; it may be left."),
      button("Open it", { key: keys.self_report, act: () => this.ask(), testid: "open-question" }),
      button("Leave it", { act: () => this.say(0), testid: "leave-question" }),
    ];
    refill(this.place, el("span", {}, `You take part in a comparison of start levels (protocol ${told.protocol}).`), turn("Leave it at once", "leave-comparison"), asked);
  }

  /** For tests: plain values. */
  get plain() {
    if (!this.told) return null;
    const media = this.desk.items.filter((item) => this.levelOf(item));
    const starts = Object.fromEntries(media.map((item) => [item.medium, this.levelOf(item)]));
    return { part: this.told.part, question: this.question, starts };
  }
}
