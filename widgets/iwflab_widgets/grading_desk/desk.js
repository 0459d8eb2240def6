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
      woken: () => this.looking.drawAhead(),
      changed: () => this.render(),
      report: (views) => this.report(views),
      revealed: (medium) => this.exposure.add({ revealed: [medium] }),
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
    this.answers = new Answers({ server: this.server, desk, tell, changed, edited: () => this.edited() });
    this.watch = new Watch(this, ping);
    this.outbox = new Outbox(this.server, desk.limits, { changed, sure: () => this.watch.stillMe() });
    this.desk = desk;
    this.screen.presenting = Boolean(ping.presenting);
    this.take(set);
    this.root.addEventListener("click", (event) => this.clicked(event), { signal: this.work.signal });
    this.watch.begin(this.work.signal);
  }

  /** Accept a set from the server and go on where work is left. */
  take(set, stayAt = null) {
    this.items = this.saving.withWaiting(set.items);
    this.progress = set.progress;
    this.second = set.second ?? 0;
    const open = set.items.filter(isOpen).length;
    // Within a filter only what it shows is counted.
    const { mine_graded: mine = 0, mine_open = 0 } = set.progress;
    const graded = this.filter.on ? set.items.length - open : mine;
    this.offset = graded - (set.items.length - open);
    this.of = graded + (this.filter.on ? open : Math.max(open, mine_open));
    const same = set.items.findIndex((item) => item.medium === stayAt);
    const first = set.items.findIndex(isOpen);
    this.go(same >= 0 ? same : first < 0 && this.filter.on && set.items.length ? 0 : first);
  }

  stop() {
    this.work.abort();
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

  go(at) {
    this.asking = null;
    this.message = "";
    this.at = at;
    const { item } = this;
    if (!item) {
      this.screen.leave();
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
    return { at: this.offset + this.at + 1, of: Math.max(this.of, this.offset + this.at + 1) };
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

  /** Ask for my media anew; say whether they came. */
  async refetch(stayAt) {
    try {
      const wanted = this.desk.limits.set_size ?? 12;
      this.take(await this.server.post("iwflab/api/set", { n: wanted, ...this.filter.body }), stayAt);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.tell(`The set could not be opened: ${fault.inWords}`);
      return false;
    }
  }

  // -- keys and clicks -----------------------------------------------------------
  key(event) {
    const dialog = this.root.querySelector("dialog[open]");
    const panic = this.desk && meaningOf(event, this.desk)?.act === "blank";
    if (panic && dialog) {
      dialog.close();
      this.blank();
    } else if (dialog) return;
    else if (event.key === "Escape" && isTyping(event, this.root)) this.leaveField();
    else if (belongsToControl(event) || !(this.heldKey(event) || this.meant(event))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Keys that the views have for themselves, and that may be held down. */
  heldKey(event) {
    return Boolean(this.desk) && !this.screen.blanked && this.views.key(event);
  }

  /** Leave a field; what is more than shielded goes from the screen with the same key. */
  leaveField() {
    this.root.focus();
    const more = stepOf(this.screen.painted?.variant) > stepOf("shielded");
    if (more || this.views.beside.isFull) this.blank();
  }

  /** Do what the key means; say whether it was one of ours. */
  meant(event) {
    const meaning = meaningOf(event, this.desk);
    if (this.screen.lens?.moved(event)) return true;
    if (this.screen.blanked) {
      const any = event.key.length === 1 || meaning !== null;
      if (any && !event.repeat && !this.watch.stranger) this.screen.wake();
      return any;
    }
    if (!meaning || this.views.leaves(meaning)) return false;
    if (event.repeat) return true; // a held key must not grade ten media
    if (this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    this.perform(meaning);
    return true;
  }

  perform({ act, tag, digit }) {
    if (this.screen.blanked) return; // whoever comes back wakes it with a key first
    if (act) this.act(act);
    else if (!this.item) this.tell("No medium is open.");
    else if (this.views.sheet.shown) this.tell("Enter opens the marked medium first.");
    else if (tag) this.answers.tag(tag);
    else this.answers.digit(digit);
  }

  act(name) {
    const { always, onMedium } = actsOf(this);
    // The contact sheet covers the medium: what is done to a medium waits until it is seen.
    const covered = this.views.sheet.shown && !ON_SHEET.includes(name);
    if (covered) return this.tell("Enter opens the marked medium first.");
    if (onMedium[name] && !this.item) this.tell("No medium is open.");
    else (always[name] ?? onMedium[name])?.();
  }

  blank() {
    this.screen.blank("Blank. Any key goes on, shielded.");
  }

  /** Nothing of any medium stays in the page: no picture, no name, no word about it. */
  emptied(reason) {
    this.asking = null;
    this.message = "";
    sweep(this.root);
    this.layout.bare();
    this.live.say(reason);
  }

  toggleWhy() {
    this.why = !this.why;
    this.render();
  }

  /** After a mouse click the keys are the desk's again, not the clicked button's. */
  clicked(event) {
    const typing = event.target instanceof Element && event.target.closest(`${TYPING}, a[href]`);
    const dialog = this.root.querySelector("dialog[open]");
    if (event.detail > 0 && !typing && !dialog) this.root.focus({ preventScroll: true });
  }

  // -- telling -------------------------------------------------------------------
  edited() {
    this.asking = null;
    this.message = "";
    this.layout.follow = "active";
    this.render();
  }

  report(views) {
    if (!views.length || !this.outbox) return;
    const refused = (fault) => this.tell(`A view was not recorded: ${fault.inWords}`);
    const done = (reply) => this.views.recorded(views, reply.refused ?? []);
    this.outbox.push({ kind: "shown", path: "iwflab/api/shown", body: { views }, done, refused });
  }

  /** Say it; unless `quiet`, show it as well. */
  tell(text, { quiet = false } = {}) {
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
