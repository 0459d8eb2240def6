// Saving and undoing.  Optimistic: the next medium comes at once, the outbox sees to the
// rest, and whatever the server will not have comes back with every answer kept.

class Saving {
  constructor(desk) {
    this.desk = desk;
    this.decided = []; // media that this window decided on, the newest last
  }

  save() {
    const { item, answers, screen } = this.desk;
    if (!item) return this.nextSet();
    const reason = this.mayNot();
    if (reason) return this.desk.tell(reason);
    if (item.record && !answers.dirty) return this.after("Nothing was changed.");
    const { medium } = item;
    const before = { record: item.record, stage: item.stage };
    const first = !item.record && !standsOver(item); // nobody's record stands yet
    const record = cleanRecord(answers.record);
    const { level: reveal, secondsNow: seconds, levelsNow: levels } = screen.look;
    const body = { medium, record, reveal, seconds, levels };
    Object.assign(item, { record, stage: "graded", grades: answers.known.grades });
    answers.drafts.delete(medium);
    this.after("");
    screen.settle(medium);
    this.decided.push(medium);
    this.desk.outbox.push({
      kind: "decision",
      path: "iwflab/api/decision",
      body,
      prepare: (sent) => this.over(medium, sent),
      done: (reply) => {
        if (!before.record) this.countOn(first, before.stage === "waiting");
        this.accepted(medium, record, reply);
      },
      refused: (fault) => this.refused(medium, before, record, fault),
    });
  }

  /**
   * Say which assessment this one stands over, as known when it is first sent: another
   * window may have saved a different one, and that must not be replaced unseen.
   */
  over(medium, sent) {
    if ("over" in sent) return;
    sent.over = standsOver(this.desk.items[this.placeOf(medium)]);
  }

  /** Why nothing can be saved now, or "". */
  mayNot() {
    const { stopped, outbox, answers } = this.desk;
    if (stopped) return `Not saved. ${stopped}`;
    const onTheWay = `${count(outbox.decisions, "decision")} still on the way`;
    if (outbox.full) return `Not saved: ${onTheWay}. Press again in a moment.`;
    return isEmpty(answers.record) ? "Not saved: nothing is answered yet." : "";
  }

  /** Go to the next medium that is not graded: after this one, else from the top. */
  after(text) {
    const { items, at } = this.desk;
    const open = (item, place) => isOpen(item) && place !== at;
    const later = items.findIndex((item, place) => place > at && open(item, place));
    this.desk.go(later >= 0 ? later : items.findIndex(open));
    if (text) this.desk.tell(text);
  }

  placeOf(medium) {
    return this.desk.items.findIndex((item) => item.medium === medium);
  }

  /** Count on until the server counts again: a decision does not wait for sums. */
  countOn(first, waited) {
    const { mine_graded = 0, mine_open = 0, graded = 0, media = 0, ...rest } = this.desk.progress;
    const open = Math.max(0, mine_open - Number(waited));
    this.desk.progress = { ...rest, media, mine_graded: mine_graded + 1, mine_open: open, graded: Math.min(media, graded + Number(first)) };
    this.desk.exposure.soon();
  }

  accepted(medium, record, reply) {
    const { outbox, items, watch } = this.desk;
    watch.fault = null;
    const { assessment, grades, contradictions } = reply;
    Object.assign(items[this.placeOf(medium)] ?? {}, { assessment, grades, contradictions });
    const left = contradictions?.length ? " It holds a contradiction." : "";
    const amiss = savedInWords(this.desk.desk, record, grades);
    this.desk.tell(`Saved ${outbox.saved} of ${count(outbox.pressed, "decision")}.${left} ${amiss}`.trimEnd(), { quiet: true });
    // Shown as well, beside the next medium, until the next answer; nothing waits for it.
    if (amiss && !this.desk.message && this.desk.asking === null) this.desk.show(amiss);
    if (record.ending !== SETTLED) this.desk.exposure.ask(); // one more waits for another person
    this.desk.looking.comparison.decided(items[this.placeOf(medium)]);
  }

  /** The server will not have it: back to the medium, with every answer kept. */
  refused(medium, before, record, fault) {
    const { answers, items } = this.desk;
    const at = this.placeOf(medium);
    this.decided.splice(this.decided.lastIndexOf(medium), 1);
    if (!answers.drafts.has(medium)) answers.drafts.set(medium, record);
    if (at >= 0) {
      Object.assign(items[at], before);
      this.desk.go(at);
    }
    const said = `Not saved: ${fault.inWords}. Your answers are kept.`;
    this.desk.tell(said);
    if (fault.kind === "ChangedMeanwhile") this.meanwhile(medium, record, said);
  }

  /** What stands by now is said beside the answers that were kept, until a key is pressed. */
  async meanwhile(medium, record, said) {
    if (!(await this.desk.refetch(medium)) || this.desk.item?.medium !== medium) return;
    const { desk, item } = this.desk;
    const words = item.record ? `What stands: ${differenceInWords(desk, item.record, record)}.` : "Nothing stands of it now.";
    const { save } = desk.keys;
    this.desk.tell(`${said} ${words}${save ? ` ${save} saves yours in its place.` : ""}`);
  }

  undo() {
    if (this.desk.stopped) return this.desk.tell(`Not undone. ${this.desk.stopped}`);
    const { selecting } = this.desk;
    if (selecting.busy || selecting.pending) return this.desk.tell("Not undone: a selection is still on its way.");
    // What this window decided, not what another window of the person did meanwhile.
    const medium = this.decided.pop();
    if (medium?.selection) return this.desk.selecting.undo(medium);
    const refused = (fault) => {
      if (medium) this.decided.push(medium);
      this.desk.tell(`Not undone: ${fault.inWords}`);
    };
    this.desk.outbox.push({
      kind: "undo",
      path: "iwflab/api/undo",
      body: medium ? { medium } : {},
      done: (reply) => this.undone(reply),
      refused,
    });
  }

  /** The withdrawn answers become a draft again: correcting is why one undoes. */
  undone(reply) {
    const { items, answers } = this.desk;
    this.desk.progress = reply.progress ?? this.desk.progress;
    const at = this.placeOf(reply.medium);
    if (at < 0) return this.undoneElsewhere(reply);
    const item = items[at];
    const withdrawn = item.record;
    const { record = null, assessment = null, over = null, grades = [], contradictions = [] } = reply;
    const stage = record ? "graded" : "waiting";
    Object.assign(item, { record, assessment, over, grades, contradictions, stage });
    if (withdrawn && !answers.drafts.has(item.medium) && !sameRecord(withdrawn, record))
      answers.drafts.set(item.medium, cleanRecord(withdrawn));
    if (reply.undone > 1) return this.undoneElsewhere(reply);
    this.desk.go(at);
    this.desk.tell(`Undone. ${item.name} is open again; its answers are kept here, unsaved.`);
  }

  /** What was decided before this page was loaded: how much that was is said. */
  async undoneElsewhere({ medium, name, undone = 1, left = [] }) {
    const came = await this.desk.refetch(medium);
    const told = undone > 1 ? `${count(undone, "medium", "media")} wait again, graded in one act` : `${name} is open again`;
    this.desk.tell(`Undone: ${told}.${leftInWords(left)}${came ? "" : " The set could not be opened anew."}`);
  }

  async nextSet() {
    if (this.desk.stopped) return this.desk.tell(this.desk.stopped);
    const came = await this.desk.refetch(null);
    const matching = this.desk.filter.on ? " that matches the filter" : "";
    if (came && !this.desk.item) this.desk.tell(`Nothing${matching} waits for you at present.`);
  }

  /** What the server does not know yet counts as graded: nobody grades it twice. */
  withWaiting(items) {
    for (const { kind, body } of this.desk.outbox.entries) {
      const item = kind === "decision" && items.find((one) => one.medium === body.medium);
      if (item) Object.assign(item, { record: body.record, stage: "graded" });
    }
    return items;
  }
}

/** What one record answers otherwise than another does. */
function differenceInWords(desk, stands, mine) {
  const names = [...desk.elements, ...desk.child_fields].map((kind) => kind.name);
  const said = (name) => answerInWords(stands, name);
  const other = names.filter((name) => said(name) !== answerInWords(mine, name));
  return other.map((name) => `${labelOf(desk, name)}: ${said(name)}`).join("; ") || "the same answers, other tags, notes or segments";
}

/** The assessment that a page showed; of another's only who may know of it is told. */
function standsOver(item) {
  return item?.assessment ?? item?.over ?? null;
}

function isOpen(item) {
  return item.stage === "waiting" && !item.record;
}
