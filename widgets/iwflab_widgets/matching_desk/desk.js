// The matching desk: what came in, what is known of it, what goes to the queue as one.

const PARTS = [
  ["intake", "Bring in"],
  ["settled", "Settled without a look"],
  ["hits", "Hits"],
  ["stacks", "Stacks"],
  ["lists", "Lists"],
];
const BLANK = "Blank. Any key goes on.";

class MatchingDesk {
  constructor(root, { base, place, analyst }, model) {
    Object.assign(this, { root, place, model, base, analyst, lab: null, may: {}, override: "", part: "", busy: false, counted: {} });
    this.server = new Server(base, { analyst });
    this.live = liveRegion();
    this.notice = noticeLine();
    this.notice.place.dataset.testid = "told"; // the intake has a notice of its own
    this.work = new AbortController();
    this.compared = new Compared(this.server, (text) => this.tell(text));
    this.bar = el("nav", { class: "iwf-row iwf-parts", "aria-label": "Parts of this desk" });
    this.holder = el("div", { class: "iwf-part" });
    root.append(this.bar, this.notice.place, this.holder, this.live.region);
    root.iwflab = { state: () => this.state(), compared: this.compared }; // for tests
    this.start();
  }

  state() {
    const { part, busy, blanked, hits, stacks, form } = this;
    return {
      ...{ part, busy, blanked, ready: Boolean(this.lab), waiting: hits?.waiting ?? 0, at: hits?.at ?? "", told: hits?.isTold ?? false },
      medium: hits?.group?.lead.medium ?? null,
      answers: (hits?.rows ?? []).map((row) => [row.medium, row.answer]),
      stacks: (stacks?.stacks ?? []).map(({ exemplar, size, waiting }) => ({ exemplar, size, waiting })),
      ...{ stack: stacks?.at ?? "", loaded: stacks?.loaded ?? false, form: form?.open ?? false },
      active: form?.open ? form.answers.active : null,
      jobs: this.intake?.jobs ?? [],
      unsent: this.compared.waiting,
    };
  }

  get blanked() {
    return this.compared.blanked;
  }

  // -- opening ---------------------------------------------------------------------
  async start() {
    while (!this.lab && !this.work.signal.aborted) {
      await this.tried(() => this.open());
      if (!this.lab) await new Promise((go) => setTimeout(go, 2000));
    }
  }

  async open() {
    const lab = await this.server.get("iwflab/api/desk?keys=lab");
    const standing = await this.server.get("iwflab/api/matching", 0);
    this.server.analyst ||= lab.analyst; // in a notebook the page does not say
    Object.assign(this, { lab, may: standing.may, override: standing.override });
    this.settled = new Settled(this);
    this.hits = new Hits(this);
    this.stacks = new Stacks(this);
    this.lists = new Lists(this);
    this.form = new StackForm(this);
    this.hearing = new Hearing(this);
    const facts = { base: this.base, analyst: this.server.analyst };
    const intakeRoot = el("div", { "data-testid": "intake-part" });
    if (this.may.take_in) this.intake = new Intake(intakeRoot, facts, this.model, (jobs) => this.heard(jobs));
    this.places = { intake: intakeRoot };
    for (const name of ["settled", "hits", "stacks", "lists"]) this.places[name] = this[name].root;
    for (const place of Object.values(this.places)) place.hidden = true;
    this.holder.append(...Object.values(this.places), this.form.root);
    this.take(standing);
    this.listen();
    this.show(this.hits.waiting ? "hits" : standing.settled || !this.may.take_in ? "settled" : "intake");
  }

  listen() {
    const { signal } = this.work;
    const deaf = listenForKeys(this.root, this.place, this.hearing);
    signal.addEventListener("abort", deaf);
    document.addEventListener("visibilitychange", () => this.compared.seen(!document.hidden, this.root), { signal });
    addEventListener("pagehide", () => this.compared.leave({ keepalive: true }), { signal });
    for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"])
      addEventListener(kind, () => this.awake(), { signal, passive: true, capture: true }); // before a key is stopped
    this.root.addEventListener("click", (event) => this.clicked(event), { signal });
    this.awake();
  }

  async refresh() {
    const standing = await this.tried(() => this.server.get("iwflab/api/matching", 0));
    if (standing) this.take(standing);
    this.draw();
  }

  take(standing) {
    this.counted = standing;
    for (const part of [this.settled, this.hits, this.stacks, this.lists]) part.take(standing);
  }

  /** A job has ended: what it brought is known by now. */
  heard(jobs) {
    this.lists.heard(jobs);
    const done = jobs.filter((job) => job.state !== "running").length;
    if (this.ended !== undefined && done !== this.ended) this.refresh();
    this.ended = done;
  }

  // -- parts -----------------------------------------------------------------------
  get parts() {
    return PARTS.filter(([name]) => name !== "intake" || this.may.take_in);
  }

  async show(part) {
    this.form.end();
    const before = this.part;
    this.part = part;
    if (!before || before === part) {
      this.hits.leave();
      return this.draw();
    }
    // Keys are those of the new part at once, and so is what is shown.
    this.notice.tell("");
    this.hits.close();
    this.stacks.take();
    this.nav();
    this.turn();
    await this.refresh();
  }

  openHit(key) {
    this.hits.all = true;
    this.hits.stand(key);
    this.show("hits");
  }

  openForm(stack) {
    this.form.begin(stack);
    this.draw();
    this.root.focus({ preventScroll: true });
  }

  closeForm() {
    if (!this.form.open) return;
    this.form.end();
    this.draw();
  }

  draw() {
    if (!this.lab) return;
    this.nav();
    this.turn();
    this.root.setAttribute("aria-busy", String(this.busy));
    if (this.form.open) return this.form.draw();
    if (!["hits", "stacks"].includes(this.part)) this.compared.leave();
    this[this.part]?.draw?.();
  }

  /** What is not on the screen is not on the page either. */
  turn() {
    for (const [name, place] of Object.entries(this.places)) {
      place.hidden = name !== this.part || this.form.open;
      if (place.hidden) for (const frame of place.querySelectorAll("[data-medium]")) frame.replaceChildren();
    }
  }

  nav() {
    const numbers = { settled: this.counted.settled, hits: this.hits.waiting, lists: this.counted.lists?.filter((one) => !one.ended).length };
    const one = ([name, text], place) => {
      const number = numbers[name] === undefined ? "" : ` (${numbers[name].toLocaleString("en-GB")})`;
      const given = { key: String(place + 1), act: () => this.show(name), testid: `part-${name}`, "aria-current": name === this.part ? "page" : null };
      return button(`${text}${number}`, given);
    };
    const { keys } = this.lab;
    const help = button("Keys", { key: keys.help, act: () => this.hearing.help(), testid: "help" });
    const blank = button("Blank", { key: keys.blank, act: () => this.blank(BLANK), testid: "blank" });
    fill(this.bar, this.parts.map(one), el("span", { class: "iwf-push" }, el("span", { class: "iwf-row" }, blank, help)));
  }

  // -- asking the server -----------------------------------------------------------
  /** Ask for something; a fault is told, and gives null. */
  async tried(ask) {
    try {
      const found = await ask();
      if (this.troubled) this.notice.tell("");
      this.troubled = false;
      return found;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.troubled = true;
      const again = fault.reason === "login" ? "You are no longer logged in: log in again in another tab" : "";
      this.notice.warn(fault, again);
      this.live.say(fault.inWords);
      return null;
    }
  }

  /** One act at a time: a key held down does nothing twice. */
  async run(act) {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.tried(act);
    } finally {
      this.busy = false;
      this.draw();
    }
  }

  hashesOf(medium) {
    return this.server.get(`iwflab/api/matching/hashes?medium=${encodeURIComponent(medium)}`);
  }

  tell(text, { quiet = false } = {}) {
    this.live.say(text);
    if (!quiet) this.notice.tell(text);
  }

  // -- blank -----------------------------------------------------------------------
  blank(reason) {
    this.compared.blanked = reason;
    this.compared.leave();
    this.form.rest();
    for (const place of this.root.querySelectorAll("[data-medium]")) place.replaceChildren();
    this.compared.pictures.keep([]); // nothing is held back for later either
    this.holder.hidden = true;
    this.tell(reason);
  }

  woken(event) {
    if (event.repeat || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return false;
    this.wake();
    return true;
  }

  wake() {
    this.compared.blanked = "";
    this.holder.hidden = false;
    this.notice.tell("");
    if (this.form.open) this.form.begin(this.form.stack);
    else if (this.part === "hits") this.hits.draw(true);
    else this.draw();
  }

  /** After the set minutes without a sign of anybody the desk goes blank. */
  awake() {
    clearTimeout(this.idle);
    const minutes = this.lab.limits.idle_lock_minutes;
    if (minutes) this.idle = setTimeout(() => this.blanked || this.blank(`Blanked after ${count(minutes, "minute")}. Any key goes on.`), minutes * 60_000);
  }

  /** After a mouse click the keys are the desk's again, not the clicked button's. */
  clicked(event) {
    if (this.blanked) return this.wake();
    const typing = event.target instanceof Element && event.target.closest(`${TYPING}, a[href], label`);
    if (event.detail > 0 && !typing && !this.root.querySelector("dialog[open]") && !this.root.querySelector(":focus:is(input, textarea)")) this.root.focus({ preventScroll: true });
  }

  stop() {
    clearTimeout(this.idle);
    this.work.abort();
    this.intake?.stop();
    this.compared.stop();
  }
}
