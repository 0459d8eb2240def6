// The desk itself: which medium is open, and what may happen now.  It decides nothing
// about a medium: grades and contradictions come from the server.

class Desk {
  constructor(root, { base, place, analyst }) {
    Object.assign(this, { root, base, place });
    Object.assign(this, { desk: null, me: analyst, items: [], at: -1, progress: null });
    Object.assign(this, { asking: null, message: "", why: false, fault: null });
    this.server = new Server(base, { analyst });
    this.uid = `iwf-${freshId().slice(0, 8)}`; // ids of labels, should two desks be open
    this.live = liveRegion();
    this.work = new AbortController();
    this.pictures = new Pictures(this.server);
    this.outlines = new Pictures(this.server, "outlines");
    this.looking = new Looking(this);
    this.exposure = new Exposure(this);
    this.screen = new Screen({
      server: this.server,
      pictures: this.pictures,
      outlines: this.outlines,
      start: () => this.looking.levelOf(this.screen.item),
      say: (text) => this.tell(text),
      announce: (text) => this.live.say(text),
      emptied: (reason) => this.emptied(reason),
      goOn: () => this.wake(),
      woken: () => this.looking.drawAhead(),
      changed: () => this.render(),
      report: (views) => this.report(views),
      revealed: () => this.exposure.soon(),
    });
    this.views = new Views(this);
    this.saving = new Saving(this);
    this.filter = new FilterBar(this);
    this.selecting = new Selecting(this);
    this.layout = new Layout(this);
    root.iwflab = { desk: this, state: () => deskState(this) }; // for tests
  }

  // -- opening -------------------------------------------------------------------
  async start() {
    this.render();
    while (!this.desk && !this.work.signal.aborted) {
      try {
        await this.open();
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        this.fault = fault;
        this.render();
        await new Promise((go) => setTimeout(go, 2000));
      }
    }
  }

  async open() {
    const desk = await this.server.get("iwflab/api/desk");
    const ping = await this.server.get("iwflab/api/ping");
    this.server.analyst ||= desk.analyst; // in a notebook the page does not say
    const set = await this.server.post("iwflab/api/set", { n: desk.limits.set_size ?? 12 });
    if (this.work.signal.aborted) return;
    this.me = desk.analyst;
    this.fault = null;
    const changed = () => this.render();
    const tell = (text, how) => this.tell(text, how);
    const [edited, sees] = [(moved) => this.edited(moved), (testid) => this.layout.sees(testid)];
    this.answers = new Answers({ server: this.server, desk, tell, changed, edited, sees });
    this.watch = new Watch(this, ping);
    this.outbox = new Outbox(this.server, desk.limits, { changed, sure: () => this.watch.stillMe() });
    this.desk = desk;
    this.screen.presenting = Boolean(ping.presenting);
    this.take(set);
    this.root.addEventListener("click", (event) => this.clicked(event), { signal: this.work.signal });
    this.watch.begin(this.work.signal);
    this.server.keepLine();
  }

  /** Accept a set from the server and go on where work is left. */
  take(set, stayAt = null) {
    this.items = this.saving.withWaiting(this.saving.withLately(set.items));
    this.progress = set.progress;
    this.second = set.second ?? 0;
    const open = set.items.filter(isOpen).length;
    const here = { graded: set.items.length - open, open };
    // Within a filter only what it lets through is counted: all of it, not this page.
    this.within = this.filter.on ? (set.within ?? here) : null;
    this.begun = open;
    const graded = this.within?.graded ?? set.progress.mine_graded ?? 0;
    this.offset = graded - here.graded;
    const same = set.items.findIndex((item) => item.medium === stayAt);
    if (this.keeps && same >= 0) return this.renew(same);
    const first = set.items.findIndex(isOpen);
    this.go(same >= 0 ? same : first < 0 && this.filter.on && set.items.length ? 0 : first);
  }

  /** Another set under the hand: who went on meanwhile stays there, and reads on. */
  exchange(set, from, stayAt) {
    const { item, message, asking } = this;
    const wanted = item?.medium === from ? stayAt : item?.medium;
    this.keeps = item && wanted === item.medium ? item : null;
    this.take(set, wanted);
    if (item && this.item?.medium === item.medium) Object.assign(this, { message, asking });
    this.keeps = null;
  }

  stop() {
    this.work.abort();
    this.server.line?.close();
    this.screen.leave();
    this.pictures.keep([]);
    this.outlines.keep([]);
  }

  // -- where we are --------------------------------------------------------------
  get item() {
    return this.items[this.at] ?? null;
  }

  get trouble() {
    return this.outbox?.fault ?? this.watch?.fault ?? this.fault;
  }

  /** Why the desk does not go on, or "". */
  get stopped() {
    const n = this.outbox?.decisions ?? 0;
    const here = `; ${count(n, "decision")} ${n === 1 ? "waits" : "wait"} here`;
    const waiting = `Nothing is lost${n ? here : ", your answers stay here"}. Do not close this page.`;
    const stranger = this.watch?.stranger;
    if (stranger) return `${stranger} is logged in here now. Log in again as ${this.me}. ${waiting}`;
    if (this.trouble?.reason === "login") return `You are no longer logged in. ${waiting}`;
    return this.trouble || this.outbox?.late ? `The server cannot be reached. ${waiting}` : "";
  }

  /** The open medium as the server tells it now; nothing moves, and nothing is hidden. */
  renew(at) {
    this.at = at;
    this.screen.renew(this.item);
    this.answers.renew(this.item);
    this.looking.drawAhead();
    this.render();
  }

  go(at) {
    this.asking = null;
    this.message = "";
    this.at = at;
    const { item } = this;
    if (!item) {
      this.screen.leave();
      if (this.screen.blanked) this.screen.blank(this.screen.blanked); // with its way back
      this.looking.drawAhead();
      // A moment later, when what led here is in the outbox and counts.
      queueMicrotask(() => this.item || this.tell(`${endInWords(this)}.`, { quiet: true }));
      return;
    }
    this.turned = true;
    this.looking.drawAhead();
    if (!this.views.sheet.shown) this.screen.open(item);
    this.answers.open(item);
    this.layout.note.value = this.answers.record.note;
    this.layout.follow = "top";
    const { at: place, of } = this.position;
    // What is known is said before anything is shown.
    const known = knownInWords(item.known);
    const level = this.screen.presenting ? "Presentation mode" : levelInWords(startOf(item, this.looking.levelOf(item)));
    this.tell(`${item.name}, ${place} of ${of}, ${known}. ${level}. ${this.answers.inWords}`, { quiet: true });
  }

  /** What is drawn ahead: this medium, the next few, and the one before. */
  ahead() {
    const next = this.items.slice(this.at, this.at + 1 + (this.desk.limits.prefetch ?? 4));
    return [...next, ...this.items.slice(Math.max(0, this.at - 1), this.at)];
  }

  get position() {
    const { mine_graded = 0, mine_open = 0 } = this.progress;
    const of = this.within ? this.within.graded + this.within.open : mine_graded + mine_open;
    return { at: this.offset + this.at + 1, of: Math.max(of, this.offset + this.at + 1) };
  }

  // -- moving --------------------------------------------------------------------
  move(step) {
    const target = this.at < 0 ? this.items.length + step : this.at + step;
    if (!this.items[target]) return this.tell(step > 0 ? "This is the last medium." : "This is the first medium.");
    if (this.stopped) return this.tell(`Stopped here. ${this.stopped}`);
    if (this.answers.dirty && this.asking !== step) {
      this.asking = step;
      return this.tell("The answers on this medium are not saved.");
    }
    this.go(target);
  }

  save() {
    this.saving.save();
  }

  /** Ask for my media anew; say whether they came.  Asked for again, the newest answer counts. */
  async refetch(stayAt) {
    const mine = (this.fetching = {});
    this.saving.lately = []; // what is said from now on may be newer than the answer
    mine.came = this.fetched(mine, stayAt);
    let newest, came;
    do {
      newest = this.fetching;
      came = await newest.came;
    } while (newest !== this.fetching);
    return came;
  }

  async fetched(mine, stayAt) {
    try {
      const wanted = this.desk.limits.set_size ?? 12;
      const from = this.item?.medium;
      const set = await this.server.post("iwflab/api/set", { n: wanted, ...this.filter.body });
      if (mine === this.fetching) this.exchange(set, from, stayAt);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (mine === this.fetching) this.tell(`The set could not be opened: ${fault.inWords}`);
      return false;
    }
  }

  // -- telling -------------------------------------------------------------------
  /** Something was answered; unless another question is marked, nothing moves under the hand. */
  edited(moved = true) {
    this.asking = null;
    this.message = "";
    if (moved) this.layout.follow = "active";
    this.render();
  }

  report(views) {
    if (!views.length || !this.outbox) return;
    const refused = (fault) => this.tell(`A view was not recorded: ${fault.inWords}`);
    const done = (reply) => this.views.recorded(views, reply.refused ?? []);
    this.outbox.push({ kind: "shown", path: "iwflab/api/shown", body: { views }, done, refused });
  }

  /** Show it without a word. */
  show(text) {
    this.message = text;
    this.render();
  }

  /** The server's own counts, where nothing is on its way that it does not know yet. */
  counted({ progress, second = 0 }) {
    if (!progress || this.outbox.waiting) return;
    Object.assign(this, { progress, second });
    this.render();
  }

  /** What the last line says of a stop is what holds now: another reason, or none. */
  correct() {
    const { stopped, toldStop } = this;
    if (!toldStop || toldStop === stopped) return;
    const again = toldStop.includes("logged in") ? "You are logged in again." : "The server answers again.";
    this.message = this.message.replace(toldStop, stopped || again);
    this.toldStop = stopped;
  }

  /** Say it; unless `quiet`, show it as well. */
  tell(text, { quiet = false } = {}) {
    if (this.stopped && text.includes(this.stopped)) this.toldStop = this.stopped;
    this.live.say(text);
    if (!quiet) this.message = text;
    this.render();
  }

  /** Draw once after all that one key changed. */
  render() {
    if (this.due || this.work.signal.aborted) return;
    this.due = true;
    const draw = () => {
      this.due = false;
      this.layout.render();
    };
    // Another medium: its picture goes to the screen first, the form follows a frame later.
    if (this.turned && !document.hidden) requestAnimationFrame(() => setTimeout(draw));
    else queueMicrotask(draw);
    this.turned = false;
  }
}
