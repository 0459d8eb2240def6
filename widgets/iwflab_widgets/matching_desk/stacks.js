// Stacks: near-duplicates in the lab, the most distant member first; one decision for all.

const STACKS_A_PAGE = 30;
const FARTHEST = 60;
const SAMPLE_MOST = 50;
const LOOKED_FOR = "The stacks are still being looked for.";

class Stacks {
  constructor(desk) {
    Object.assign(this, { desk, stacks: [], total: 0, waiting: 0, at: "", distance: 31, loaded: false });
    Object.assign(this, { sample: null, hashes: null, asked: null });
    this.deciding = new Deciding(desk, this);
    const heard = (event) => this.choose(Number(event.target.value));
    this.dial = field("Distance in bits", "distance", { type: "number", min: 0, max: FARTHEST, step: 1, value: 31, onchange: heard });
    this.size = field("Sample of", "sample-size", { type: "number", min: 1, max: SAMPLE_MOST, step: 1, value: 3 });
    this.status = el("span", { "data-testid": "stacks-status" });
    this.cards = el("div", { class: "iwf-stacks", "data-testid": "stacks" });
    const hint = el("span", { class: "iwf-hint" }, "Near-duplicates, the most distant first.");
    this.head = el("div", { class: "iwf-row" }, this.dial, this.status, hint);
    this.root = el("div", {}, this.head, this.cards);
  }

  take() {
    // What was answered or graded may change them; what is on its way was asked before.
    Object.assign(this, { loaded: false, asked: null });
  }

  get stack() {
    return this.stacks.find((one) => one.exemplar === this.at) ?? null;
  }

  get keys() {
    const { next, previous, undo } = this.desk.lab.keys;
    return [
      [next, "Next stack", () => this.move(1)],
      [previous, "Stack before", () => this.move(-1)],
      ["g", "Grade this stack: one decision for all that wait", () => this.grade()],
      ["k", "A sample of this stack, for checking", () => this.drawSample()],
      [undo, "Undo the newest decision about a stack, whole", () => this.deciding.undo()],
      ["h", "Hashes of the exemplar", () => this.turnHashes()],
      ["d", "Change the distance (Esc leaves it)", () => this.dial[1].focus()],
    ];
  }

  // -- what there is ---------------------------------------------------------------
  choose(distance) {
    if (!Number.isInteger(distance) || distance < 0 || distance > FARTHEST) {
      this.dial[1].value = this.distance; // what is shown is what holds
      return this.desk.tell(`The distance is from 0 to ${FARTHEST} bits.`);
    }
    this.distance = distance;
    return this.load();
  }

  async load() {
    const asked = (this.asked = {});
    this.loaded = false;
    const { distance } = this;
    fill(this.status, "Being looked for.");
    const found = await this.desk.tried(() => this.desk.server.get(`iwflab/api/matching/stacks?distance=${distance}`, 0));
    if (this.asked !== asked) return;
    Object.assign(this, { loaded: true, asked: null });
    if (found) Object.assign(this, { stacks: found.stacks, total: found.total, waiting: found.waiting });
    if (!this.stack) this.at = this.stacks[0]?.exemplar ?? "";
    if (this.onTop) this.draw();
  }

  /** Whether stacks are what is on the screen: else another look would be ended. */
  get onTop() {
    const { part, form, blanked } = this.desk;
    return part === "stacks" && !form.open && !blanked;
  }

  /** The cards that are shown are of before until the stacks have come. */
  mayNot() {
    if (!this.loaded) this.desk.tell(LOOKED_FOR);
    return !this.loaded;
  }

  move(step) {
    if (this.mayNot()) return;
    const at = this.stacks.findIndex((one) => one.exemplar === this.at);
    const target = this.stacks[at + step];
    if (!target) return this.desk.tell(step > 0 ? "This is the last stack." : "This is the first stack.");
    this.go(target.exemplar);
  }

  go(exemplar) {
    if (this.mayNot()) return;
    Object.assign(this, { at: exemplar, sample: null, hashes: null });
    this.draw();
  }

  async turnHashes() {
    if (!this.stack || this.mayNot()) return;
    const { exemplar } = this.stack;
    const found = this.hashes ? null : await this.desk.tried(() => this.desk.hashesOf(exemplar));
    if (this.at !== exemplar || !this.onTop) return; // of what is no longer shown
    this.hashes = found;
    this.draw();
  }

  async drawSample() {
    const { stack, distance } = this;
    if (!stack || this.mayNot()) return;
    if (!this.size[1].value || !this.size[1].validity.valid) return this.desk.tell(`A sample is of 1 to ${SAMPLE_MOST} media.`);
    const query = new URLSearchParams({ exemplar: stack.exemplar, k: this.size[1].value, distance });
    const found = await this.desk.tried(() => this.desk.server.get(`iwflab/api/matching/sample?${query}`));
    if (!found || this.at !== stack.exemplar || this.distance !== distance || !this.onTop) return;
    this.sample = { exemplar: stack.exemplar, members: found.sample };
    this.draw();
  }

  grade() {
    const { stack } = this;
    if (this.mayNot()) return;
    if (!stack) return this.desk.tell("No stack is shown.");
    if (!this.desk.may.grade) return this.desk.tell("Your roles do not grade a stack.");
    if (!stack.waiting) return this.desk.tell("Nothing of this stack waits.");
    this.desk.openForm(stack);
  }

  // -- showing ---------------------------------------------------------------------
  draw() {
    if (!this.loaded) {
      if (!this.asked) this.load();
      return; // what is on the screen stays there, and counts
    }
    this.desk.compared.leave();
    fill(this.status, `${count(this.total, "stack")}, ${count(this.waiting, "medium waits", "media wait")}`);
    const { stack } = this;
    this.desk.compared.pictures.keep(stack ? this.thumbs(stack).map((one) => pictureOf({ ...one, shielded: true })) : []);
    const at = Math.max(0, this.stacks.findIndex((one) => one.exemplar === this.at));
    const from = Math.floor(at / STACKS_A_PAGE) * STACKS_A_PAGE;
    const part = this.stacks.slice(from, from + STACKS_A_PAGE);
    const rest = this.total - from - part.length;
    fill(
      this.cards,
      part.map((one, place) => (one === stack ? this.card(one, from + place + 1) : this.line(one, from + place + 1))),
      rest > 0 && el("p", { class: "iwf-quiet" }, `And ${count(rest, "stack")} more; the key for the next stack leads there.`),
      !this.stacks.length && el("p", { class: "iwf-quiet" }, "No two media are that near to one another."),
    );
    this.cards.querySelector("[data-open]")?.scrollIntoView({ block: "nearest" });
  }

  thumbs({ first, members, exemplar }) {
    const sampled = this.sample?.exemplar === exemplar ? this.sample.members : [];
    return [first, ...members, ...sampled];
  }

  titleOf(stack, number) {
    return `${number}. ${shortName(stack.first.name)}: ${count(stack.size, "medium", "media")}, ${stack.waiting} waiting`;
  }

  line(stack, number) {
    const act = () => this.go(stack.exemplar);
    return el("button", { type: "button", class: "iwf-line", "data-testid": `stack-${stack.exemplar}`, onclick: act }, this.titleOf(stack, number));
  }

  card(stack, number) {
    const more = stack.size - 1 - stack.members.length;
    const facts = [
      stack.known > 0 && `${stack.known} more settled by lists or own grades.`,
      stack.beyond > 0 && `${stack.beyond} of them lie beyond ${this.distance} bits of the exemplar and stay in the queue.`,
    ];
    return el(
      "section",
      { class: "iwf-job", "data-testid": `stack-${stack.exemplar}`, "data-open": true, "aria-current": "true" },
      el("h2", {}, this.titleOf(stack, number)),
      el("div", { class: "iwf-thumbs" }, this.thumb(stack.first, "Exemplar"), stack.members.map((one) => this.thumb(one)), more > 0 && el("span", { class: "iwf-more" }, `and ${more} nearer`)),
      el("p", { class: "iwf-hint" }, facts.filter(Boolean).join(" ")),
      this.sampleView(stack),
      el("div", { class: "iwf-row" }, this.acts(stack)),
      this.hashes && hashesView(this.hashes),
    );
  }

  acts(stack) {
    const { keys } = this.desk.lab;
    const strong = { class: "iwf-button iwf-strong" };
    return [
      button("Grade as a stack", { key: "g", act: () => this.grade(), testid: "grade-stack", disabled: !this.desk.may.grade || !stack.waiting, ...strong }),
      button("Undo the newest stack", { key: keys.undo, act: () => this.deciding.undo(), testid: "undo-stack", disabled: !this.desk.may.grade }),
      button("Before", { key: keys.previous, act: () => this.move(-1), testid: "stack-before" }),
      button("Next", { key: keys.next, act: () => this.move(1), testid: "stack-next" }),
      button("Hashes", { key: "h", act: () => this.turnHashes(), testid: "stack-hashes" }),
      el("span", { class: "iwf-row" }, this.size, button("Draw it", { key: "k", act: () => this.drawSample(), testid: "sample" })),
    ];
  }

  thumb(member, title) {
    const told = `${member.distance} bits, ${member.orientation}`;
    const stage = member.stage && member.stage !== "waiting" ? words(member.stage) : "";
    const frame = this.desk.may.compare
      ? this.desk.compared.frame(pictureOf({ ...member, shielded: true }), { small: true })
      : el("div", { class: "iwf-surround iwf-thumb" });
    return el("figure", { class: "iwf-small" }, frame, el("figcaption", {}, el("strong", {}, title ?? told), el("span", { class: "iwf-name" }, shortName(member.name, 24)), stage && el("span", { class: "iwf-chip" }, stage)));
  }

  sampleView(stack) {
    if (this.sample?.exemplar !== stack.exemplar) return null;
    const { members } = this.sample;
    const title = `Sample for checking: ${members.length} of ${stack.size}, the most distant and others drawn`;
    return el("div", { "data-testid": "sampled" }, el("h3", {}, title), el("div", { class: "iwf-thumbs" }, members.map((one) => this.thumb(one))));
  }
}
