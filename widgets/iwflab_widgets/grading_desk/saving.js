// Saving and undoing.  Optimistic: the next medium comes at once, the outbox sees to the
// rest, and whatever the server will not have comes back with every answer kept.

class Saving {
  constructor(desk) {
    this.desk = desk;
    this.decided = []; // what this window decided, the newest last: { medium, assessment }
    this.lately = []; // [medium, what the server said of it] since a set was asked for
    this.back = new Map(); // medium -> name: it came back while another was worked on
  }

  save() {
    const { item, answers, screen } = this.desk;
    if (!item) return this.nextSet();
    const reason = this.mayNot();
    if (reason) return this.desk.tell(reason);
    if (item.record && !answers.dirty) return this.after("Nothing was changed.");
    const { medium } = item;
    const before = { record: item.record, stage: item.stage, assessment: item.assessment, grades: item.grades };
    const first = !item.record && !standsOver(item); // nobody's record stands yet
    const record = cleanRecord(answers.record);
    const { level: reveal, secondsNow: seconds, levelsNow: levels } = screen.look;
    const body = { medium, record, reveal, seconds, levels };
    Object.assign(item, { record, stage: "graded", grades: answers.derivedFrom(record) });
    answers.drafts.delete(medium);
    this.back.delete(medium);
    this.after("");
    screen.settle(medium);
    const decided = { medium, assessment: null };
    this.decided.push(decided);
    const entry = {
      kind: "decision",
      path: "iwflab/api/decision",
      ...{ body, before, name: item.name, edits: answers.edits },
      prepare: (sent) => this.over(medium, sent),
      done: (reply) => {
        const { record: known, stage } = entry.before;
        if (!known) this.countOn(first, stage === "waiting");
        decided.assessment = reply.assessment;
        this.accepted(medium, record, reply);
      },
      refused: (fault) => this.refused(entry, decided, fault),
    };
    this.desk.outbox.push(entry);
  }

  /** A later decision on the same medium that waits to be saved. */
  newerOf(medium) {
    return this.desk.outbox.entries.find((one) => one.kind === "decision" && one.body.medium === medium);
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
    const stands = { record, stage: "graded", assessment, grades, contradictions };
    const newer = this.newerOf(medium);
    if (newer) newer.before = stands;
    Object.assign(items[this.placeOf(medium)] ?? {}, newer ? { assessment } : { assessment, grades, contradictions });
    this.lately.push([medium, stands]);
    if (!newer && this.desk.item?.medium === medium) this.desk.answers.derive(); // it was gone back to
    const left = contradictions?.length ? " It holds a contradiction." : "";
    const amiss = savedInWords(this.desk.desk, record, grades);
    this.desk.tell(`Saved ${outbox.saved} of ${count(outbox.pressed, "decision")}.${left} ${amiss}`.trimEnd(), { quiet: true });
    // Shown as well, beside the next medium, until the next answer; nothing waits for it.
    if (amiss && !this.desk.message && this.desk.asking === null) this.desk.show(amiss);
    if (record.ending !== SETTLED) this.desk.exposure.ask(); // one more waits for another person
    this.desk.looking.comparison.decided(items[this.placeOf(medium)]);
  }

  /** The server will not have it: back to the medium, with every answer kept. */
  refused(entry, decided, fault) {
    const { answers, items, outbox } = this.desk;
    const { before, body: { medium, record } } = entry;
    this.decided = this.decided.filter((one) => one !== decided);
    // To undo it was to come back to it, and that is what happens.
    outbox.drop((one) => one.kind === "undo" && one.undoes === decided);
    const newer = this.newerOf(medium);
    if (newer) {
      newer.before = before; // what stands; its answers are the newest, and on their way
      return;
    }
    const at = this.placeOf(medium);
    if (!answers.drafts.has(medium)) answers.drafts.set(medium, record);
    if (at >= 0) Object.assign(items[at], before);
    const open = this.goBack(medium, entry.name, entry.edits);
    const said = `Not saved: ${open ? "" : `${entry.name}: `}${fault.inWords}. Your answers are kept.`;
    this.desk.tell(said);
    if (fault.kind === "ChangedMeanwhile") this.meanwhile(medium, record, said);
  }

  /**
   * Go to what came back, unless the person went on meanwhile: wrote on another medium, or
   * is in a field, whose letters would become commands.  Say whether it is open.
   */
  goBack(medium, name, edits) {
    const { desk } = this;
    const at = this.placeOf(medium);
    const here = desk.item?.medium === medium;
    const wentOn = isWriting(desk.root) || (desk.item && !here && desk.answers.edits !== edits);
    if (at < 0 || wentOn) {
      if (!here) this.back.set(medium, name);
      desk.render();
      return here;
    }
    desk.go(at);
    return true;
  }

  /** The ways to what came back while another medium was worked on, until it is saved. */
  comingBack() {
    const { desk } = this;
    const drafts = desk.answers?.drafts;
    this.back = new Map([...this.back].filter(([medium]) => drafts.has(medium)));
    const known = [...this.back].filter(([medium]) => medium !== desk.item?.medium && this.placeOf(medium) >= 0);
    const go = ([medium, name]) => button(`Came back, not saved: ${name}`, { act: () => desk.go(this.placeOf(medium)), testid: `back-${medium}` });
    return desk.screen.blanked || desk.views.sheet.shown ? [] : known.map(go);
  }

  /** What stands by now is said beside the answers that were kept, until a key is pressed. */
  async meanwhile(medium, record, said) {
    if (!(await this.desk.refetch(this.desk.item?.medium ?? medium))) return;
    const { desk } = this.desk;
    const item = this.desk.items[this.placeOf(medium)];
    if (!item || this.desk.message !== said) return; // a key was pressed meanwhile
    const words = item.record ? `What stands: ${differenceInWords(desk, item.record, record)}.` : "Nothing stands of it now.";
    const { save } = desk.keys;
    const open = this.desk.item?.medium === medium; // else the key would save another
    this.desk.tell(`${said} ${words}${save && open ? ` ${save} saves yours in its place.` : ""}`);
  }

  undo() {
    if (this.desk.stopped) return this.desk.tell(`Not undone. ${this.desk.stopped}`);
    const { selecting } = this.desk;
    if (selecting.busy || selecting.pending) return this.desk.tell("Not undone: a selection is still on its way.");
    // What this window decided, not what another window of the person did meanwhile.
    const decided = this.decided.pop();
    if (decided?.selection) return this.desk.selecting.undo(decided);
    const { edits } = this.desk.answers;
    this.desk.outbox.push({
      kind: "undo",
      path: "iwflab/api/undo",
      ...{ body: decided ? { medium: decided.medium } : {}, undoes: decided },
      // Known when it is first sent: what it withdraws was saved just before.
      prepare: (sent) => decided && (sent.over ??= decided.assessment),
      done: (reply) => this.undone(reply, edits),
      refused: (fault) => this.notUndone(decided, fault),
    });
  }

  /** Refused once, it is refused again: the next press reaches what was before it. */
  notUndone(decided, fault) {
    const name = this.desk.items[this.placeOf(decided?.medium)]?.name;
    const words = fault.kind === "ChangedMeanwhile" ? fault.message : fault.inWords;
    this.desk.tell(`Not undone: ${name ? `${name}: ` : ""}${words}`);
    if (fault.kind === "ChangedMeanwhile") this.desk.refetch(this.desk.item?.medium ?? null);
  }

  /** The withdrawn answers become a draft again: correcting is why one undoes. */
  undone(reply, edits) {
    const { items, answers } = this.desk;
    this.desk.progress = reply.progress ?? this.desk.progress;
    const at = this.placeOf(reply.medium);
    if (at < 0) return this.undoneElsewhere(reply);
    const item = items[at];
    const withdrawn = item.record;
    const { record = null, assessment = null, over = null, grades = [], contradictions = [] } = reply;
    const stage = record ? "graded" : "waiting";
    const said = { record, assessment, over, grades, contradictions, stage };
    this.lately.push([item.medium, said]);
    const newer = this.newerOf(item.medium);
    if (newer) { // answered anew since, and on its way: that stands over what stands now
      newer.before = said;
      Object.assign(item, { assessment, over });
      return this.desk.tell(`Undone. What you answered anew on ${item.name} is being saved.`);
    }
    Object.assign(item, said);
    if (withdrawn && !answers.drafts.has(item.medium) && !sameRecord(withdrawn, record))
      answers.drafts.set(item.medium, cleanRecord(withdrawn));
    if (reply.undone > 1) return this.undoneElsewhere(reply);
    this.goBack(item.medium, item.name, edits);
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

  /** What was saved since a set was asked for is newer than that set. */
  withLately(items) {
    for (const [medium, said] of this.lately.splice(0)) Object.assign(items.find((one) => one.medium === medium) ?? {}, said);
    return items;
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

function isWriting(root) {
  const at = document.activeElement;
  return Boolean(at) && root.contains(at) && at.matches(TYPING);
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
