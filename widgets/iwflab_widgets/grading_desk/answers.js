// The answers on the open medium: the working record, its drafts, the marked question,
// and what the server says would follow.  Drafts live in memory only: nothing about a
// medium goes to the disk of this computer.

const NOTHING_KNOWN = { grades: [], contradictions: [], note: "" };
const DERIVING = 400; // milliseconds, after which classes of earlier answers stand no longer

class Answers {
  /**
   * `tell(text, { quiet })` speaks; `edited(moved)` follows a person, `changed` an
   * answer of the server; `sees(testid)` tells whether a control is before the person's eyes.
   */
  constructor({ server, desk, sees = () => true, ...calls }) {
    Object.assign(this, { server, desk, sees, ...calls });
    this.drafts = new Map();
    this.item = null;
    this.record = emptyRecord();
    this.active = null;
    this.fold = null; // the person's own wish for the further questions
    this.edits = 0; // so that others know whether the person went on meanwhile
    this.known = NOTHING_KNOWN;
  }

  open(item) {
    this.item = item;
    this.known = NOTHING_KNOWN; // nothing of the medium before stands beside this one
    this.record = cleanRecord(this.drafts.get(item.medium) ?? item.record);
    this.fold = null;
    this.active = nextNeeded(this.questions, null)?.id ?? null;
    this.derive();
  }

  /** The same medium, told anew: the marked question and what is folded stay. */
  renew(item) {
    const record = cleanRecord(this.drafts.get(item.medium) ?? item.record);
    if (!sameRecord(record, this.record)) return this.open(item); // other answers, from the top
    Object.assign(this, { item, record });
    this.derive();
  }

  get questions() {
    return questionsOf(this.desk, this.record);
  }

  get marked() {
    return this.questions.find((one) => one.id === this.active) ?? null;
  }

  get dirty() {
    return this.item !== null && this.drafts.has(this.item.medium);
  }

  edit(record, activeId = this.active) {
    const moved = activeId !== this.active;
    this.record = record;
    this.active = activeId;
    this.edits += 1;
    if (sameRecord(record, this.item.record)) this.drafts.delete(this.item.medium);
    else this.drafts.set(this.item.medium, record);
    this.edited(moved);
  }

  /** As edit, for answers from which grades follow. */
  answer(record, activeId = this.active) {
    this.edit(record, activeId);
    this.derive();
  }

  choose(question, value) {
    const record = withAnswer(this.record, question, value);
    const next = value ? nextNeeded(questionsOf(this.desk, record), question.id) : question;
    this.answer(record, next?.id ?? null);
    const said = value ? `${question.label}: ${words(value)}.` : `${question.label}: no answer.`;
    this.say(`${said} ${this.inWords}`);
  }

  digit(number) {
    const question = this.marked;
    if (!question) return this.tell(`No question is marked. ${saveInWords(this.desk)}`);
    const value = question.values[number - 1];
    if (!value) return this.tell(`There is no answer ${number} to this question.`);
    this.choose(question, value);
  }

  clear() {
    if (this.marked) this.choose(this.marked, "");
  }

  /** Mark the next of the questions that are shown. */
  step(by) {
    const { gates, asked, others, othersOpen } = formState(this, "");
    const rows = this.questions.filter((one) => one.child !== null || one.segment !== undefined);
    const questions = [...gates, ...rows, ...asked, ...(othersOpen ? others : [])];
    const at = questions.findIndex((one) => one.id === this.active);
    const from = at < 0 && by < 0 ? questions.length : at;
    this.mark(questions[Math.min(questions.length - 1, Math.max(0, from + by))].id);
  }

  mark(id) {
    this.active = id;
    this.edited();
    this.say(this.inWords);
  }

  /** Show the questions that nothing depends on, or fold them away. */
  unfold(open = !this.fold) {
    this.fold = open;
    if (!open) this.active = nextNeeded(this.questions, null)?.id ?? null;
    this.edited();
  }

  /** The marked question with its answers, for who listens. */
  get inWords() {
    const question = this.marked;
    if (!question) return `${whatIsLeft(this.record)} ${saveInWords(this.desk)}`;
    const answers = question.values.map((value, place) => `${place + 1} ${words(value)}`);
    return `${question.label}? ${answers.join(", ")}.`;
  }

  addChild() {
    const record = structuredClone(this.record);
    const number = record.children.push({});
    this.answer(record, `child-${number}-${this.desk.child_fields[0].name}`);
    this.say(`Child ${number} added. ${this.inWords}`);
  }

  /** Remove a child row: the given one, else that of the marked question, else the last. */
  removeChild(given) {
    const place = given ?? this.marked?.child ?? this.record.children.length - 1;
    if (!this.record.children[place]) return this.tell("There is no child row.");
    const record = structuredClone(this.record);
    record.children.splice(place, 1);
    this.answer(record, nextNeeded(questionsOf(this.desk, record), null)?.id ?? null);
    this.tell(`Child ${place + 1} removed.`);
  }

  age(place, name, text) {
    const record = structuredClone(this.record);
    if (text === "") delete record.children[place][name];
    else record.children[place][name] = Math.trunc(Number(text));
    this.answer(record);
  }

  /** Leave it as not sure, or for two people; pressed again, as settled. */
  end(ending) {
    this.edit(turnEnding(this.record, ending));
    this.say(`${ENDINGS[this.record.ending]}.`);
  }

  addSegment(start_ms, end_ms) {
    const record = structuredClone(this.record);
    const number = record.segments.push({ start_ms, end_ms, elements: {} });
    this.answer(record, this.questionsOfSegment(record, number)?.id ?? null);
    this.say(`Segment ${number}, ${clockInWords(start_ms)} to ${clockInWords(end_ms)}, added. ${this.inWords}`);
  }

  questionsOfSegment(record, number) {
    return questionsOf(this.desk, record).find((one) => one.segment === number - 1 && !one.answer);
  }

  removeSegment(place) {
    const record = structuredClone(this.record);
    record.segments.splice(place, 1);
    this.answer(record, nextNeeded(questionsOf(this.desk, record), null)?.id ?? null);
    this.tell(`Segment ${place + 1} removed.`);
  }

  tag(code) {
    const record = turnTag(this.record, code);
    this.answer(record);
    const { label } = this.desk.tags.find((one) => one.code === code);
    // The marked question keeps its place; a tag out of view answers in the line below.
    const quiet = this.sees(`tag-${code}`);
    this.tell(`${label}: ${TAG_WORDS[record.tags[code]] ?? "blank"}.`, { quiet });
  }

  noted(text) {
    this.edit({ ...this.record, note: text });
  }

  say(text) {
    this.tell(text, { quiet: true });
  }

  /** Ask what follows from the answers; only the newest question matters. */
  async derive() {
    const { item, record } = this;
    const asked = (this.asked = {});
    const stands = sameRecord(record, item.record) && item.grades?.length;
    if (stands || isEmpty(record)) {
      const { grades, contradictions } = stands ? item : { grades: [] };
      this.known = { grades, contradictions: contradictions ?? [], note: "No answers yet.", of: record };
      return;
    }
    const late = setTimeout(() => this.asked === asked && this.take({ ...NOTHING_KNOWN, note: "Being derived." }), DERIVING);
    const known = await this.derived(record);
    clearTimeout(late);
    if (this.asked === asked) this.take({ ...known, of: record });
  }

  take(known) {
    this.known = known;
    this.changed();
  }

  /** The grades of just this record, if they are known by now. */
  derivedFrom(record) {
    const { of, grades } = this.known;
    return of && sameRecord(of, record) ? grades : [];
  }

  async derived(record) {
    try {
      const found = await this.server.post("iwflab/api/derive", { record: cleanRecord(record) });
      return { ...found, note: "" };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      // Why the server does not answer is said above, and may change before it does.
      const note = fault.reason === "refused" ? `Not derived: ${fault.inWords}` : "Not derived yet.";
      return { grades: [], contradictions: [], note, failed: true };
    }
  }

  /** After trouble: derive what could not be derived. */
  again() {
    if (this.known.failed) this.derive();
  }
}

function saveInWords({ keys }) {
  return keys.save ? `${keyName(keys.save)} saves.` : "";
}
