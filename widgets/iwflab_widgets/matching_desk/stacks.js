// Stacks: near-duplicates in the lab, the most distant member first; one decision for all.

const THUMBS = 6;
const STACKS_A_PAGE = 30;
const FARTHEST = 60;

class Stacks {
  constructor(desk) {
    Object.assign(this, { desk, stacks: [], at: "", distance: 31, loaded: false });
    Object.assign(this, { sample: null, hashes: null, done: [], form: null });
    const heard = (event) => this.choose(Number(event.target.value));
    this.dial = field("Distance in bits", "distance", { type: "number", min: 0, max: FARTHEST, step: 1, value: 31, onchange: heard });
    this.size = field("Sample of", "sample-size", { type: "number", min: 1, max: 50, step: 1, value: 3 });
    this.status = el("span", { "data-testid": "stacks-status" });
    this.cards = el("div", { class: "iwf-stacks", "data-testid": "stacks" });
    const hint = el("span", { class: "iwf-hint" }, "Near-duplicates, the most distant first.");
    this.head = el("div", { class: "iwf-row" }, this.dial, this.status, hint);
    this.root = el("div", {}, this.head, this.cards);
  }

  take() {
    this.loaded = false; // what was answered or graded may change them
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
      [undo, "Undo the newest decision about a stack, whole", () => this.undo()],
      ["h", "Hashes of the exemplar", () => this.turnHashes()],
      ["d", "Change the distance (Esc leaves it)", () => this.dial[1].focus()],
    ];
  }

  // -- what there is ---------------------------------------------------------------
  choose(distance) {
    if (!Number.isInteger(distance) || distance < 0 || distance > FARTHEST) return this.desk.tell(`The distance is from 0 to ${FARTHEST} bits.`);
    this.distance = distance;
    return this.load();
  }

  async load() {
    const asked = (this.asked = {});
    const { distance } = this;
    fill(this.status, "Being looked for.");
    const found = await this.desk.tried(() => this.desk.server.get(`iwflab/api/matching/stacks?distance=${distance}`, 0));
    if (this.asked !== asked) return;
    this.loaded = true;
    if (found) this.stacks = found.stacks;
    if (!this.stack) this.at = this.stacks[0]?.exemplar ?? "";
    this.draw();
  }

  move(step) {
    const at = this.stacks.findIndex((one) => one.exemplar === this.at);
    const target = this.stacks[at + step];
    if (!target) return this.desk.tell(step > 0 ? "This is the last stack." : "This is the first stack.");
    this.go(target.exemplar);
  }

  go(exemplar) {
    Object.assign(this, { at: exemplar, sample: null, hashes: null });
    this.draw();
  }

  async turnHashes() {
    if (!this.stack) return;
    const { exemplar } = this.stack;
    this.hashes = this.hashes ? null : await this.desk.tried(() => this.desk.hashesOf(exemplar));
    this.draw();
  }

  async drawSample() {
    const { stack } = this;
    if (!stack) return;
    const query = new URLSearchParams({ exemplar: stack.exemplar, k: this.size[1].value, distance: this.distance });
    const found = await this.desk.tried(() => this.desk.server.get(`iwflab/api/matching/sample?${query}`));
    if (found) this.sample = { exemplar: stack.exemplar, members: found.sample };
    this.draw();
  }

  // -- grading and undoing ---------------------------------------------------------
  grade() {
    const { stack } = this;
    if (!stack) return this.desk.tell("No stack is shown.");
    if (!this.desk.may.grade) return this.desk.tell("Your roles do not grade a stack.");
    if (!stack.waiting) return this.desk.tell("Nothing of this stack waits.");
    this.desk.openForm(stack);
  }

  async graded(stack, body) {
    await this.desk.run(async () => {
      const reply = await this.desk.server.post("iwflab/api/matching/grade", { request: freshId(), exemplar: stack.exemplar, distance: this.distance, ...body }, {}, 0);
      this.done.push({ exemplar: stack.exemplar, assessment: reply.assessment });
      this.desk.closeForm(true);
      await this.load();
      this.desk.tell(`${count(reply.graded, "medium", "media")} graded in one act. ${keyName(this.desk.lab.keys.undo)} takes the whole stack back.`);
    });
  }

  async undo() {
    const last = this.done.at(-1) ?? {};
    await this.desk.run(async () => {
      const reply = await this.desk.server.post("iwflab/api/matching/undo", { request: freshId(), ...last }, {}, 0);
      this.done.pop();
      if (last.exemplar) this.at = last.exemplar;
      await this.load();
      this.desk.tell(`Undone: ${count(reply.undone, "medium waits", "media wait")} again.`);
    });
  }

  // -- showing ---------------------------------------------------------------------
  draw() {
    this.desk.compared.leave();
    if (!this.loaded) {
      this.load();
      return;
    }
    const waiting = this.stacks.reduce((sum, one) => sum + one.waiting, 0);
    fill(this.status, `${count(this.stacks.length, "stack")}, ${count(waiting, "medium waits", "media wait")}`);
    const { stack } = this;
    this.desk.compared.pictures.keep(stack ? this.thumbs(stack).map((one) => pictureOf({ ...one, shielded: true })) : []);
    const at = Math.max(0, this.stacks.findIndex((one) => one.exemplar === this.at));
    const from = Math.floor(at / STACKS_A_PAGE) * STACKS_A_PAGE;
    const part = this.stacks.slice(from, from + STACKS_A_PAGE);
    const rest = this.stacks.length - from - part.length;
    fill(
      this.cards,
      part.map((one, place) => (one === stack ? this.card(one, from + place + 1) : this.line(one, from + place + 1))),
      rest > 0 && el("p", { class: "iwf-quiet" }, `And ${count(rest, "stack")} more; the key for the next stack leads there.`),
      !this.stacks.length && el("p", { class: "iwf-quiet" }, "No two media are that near to one another."),
    );
    this.cards.querySelector("[data-open]")?.scrollIntoView({ block: "nearest" });
  }

  thumbs({ members, exemplar }) {
    const others = members.filter((one) => one.medium !== exemplar).slice(0, THUMBS);
    const sampled = this.sample?.exemplar === exemplar ? this.sample.members : [];
    return [this.exemplarOf({ members, exemplar }), ...others, ...sampled];
  }

  exemplarOf({ members, exemplar }) {
    return members.find((one) => one.medium === exemplar) ?? { medium: exemplar, name: "exemplar", distance: 0, orientation: "as stored" };
  }

  titleOf(stack, number) {
    return `${number}. ${shortName(this.exemplarOf(stack).name)}: ${count(stack.size, "medium", "media")}, ${stack.waiting} waiting`;
  }

  line(stack, number) {
    const act = () => this.go(stack.exemplar);
    return el("button", { type: "button", class: "iwf-line", "data-testid": `stack-${stack.exemplar}`, onclick: act }, this.titleOf(stack, number));
  }

  card(stack, number) {
    const others = stack.members.filter((one) => one.medium !== stack.exemplar);
    const more = others.length - THUMBS;
    const exemplar = this.thumb(this.exemplarOf(stack), "Exemplar");
    return el(
      "section",
      { class: "iwf-job", "data-testid": `stack-${stack.exemplar}`, "data-open": true, "aria-current": "true" },
      el("h3", {}, this.titleOf(stack, number)),
      el("div", { class: "iwf-thumbs" }, exemplar, others.slice(0, THUMBS).map((one) => this.thumb(one)), more > 0 && el("span", { class: "iwf-more" }, `and ${more} nearer`)),
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
      button("Undo the newest stack", { key: keys.undo, act: () => this.undo(), testid: "undo-stack", disabled: !this.desk.may.grade }),
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
    const title = `Sample for checking: ${members.length} of ${stack.size}, drawn at random`;
    return el("div", { "data-testid": "sampled" }, el("h4", {}, title), el("div", { class: "iwf-thumbs" }, members.map((one) => this.thumb(one))));
  }
}

function keyName(key) {
  return KEY_NAMES[key] ?? key.toUpperCase();
}
