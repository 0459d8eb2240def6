// The form over a stack: the questions of the grading desk, asked once for its exemplar.

class StackForm {
  constructor(desk) {
    this.desk = desk;
    this.stack = null;
    this.look = null; // how long the person is at this stack
    this.why = false;
    this.uid = `iwf-${freshId().slice(0, 8)}`;
    this.pressed = false; // leaving is asked twice when there are answers
    this.left = el("div", { class: "iwf-left" });
    this.grades = el("div", { class: "iwf-grades" });
    this.form = el("div", { class: "iwf-form" });
    this.note = new NoteField((text) => this.answers.noted(text));
    this.bar = el("div", { class: "iwf-bar" });
    this.scroll = el("div", { class: "iwf-scroll", tabindex: "0", role: "group", "aria-label": "Answers" }, this.form, this.note.place);
    this.root = el("div", { class: "iwf-stack-form", hidden: true, "data-testid": "stack-form" }, el("div", { class: "iwf-columns" }, this.left, this.scroll), this.grades, this.bar);
    const tell = (text, how = {}) => this.desk.tell(text, how);
    this.answers = new Answers({ server: desk.server, desk: desk.lab, tell, edited: (moved) => this.edited(moved), changed: () => this.draw(), sees: (testid) => this.sees(testid) });
  }

  get open() {
    return this.stack !== null;
  }

  begin(stack) {
    if (this.stack?.exemplar === stack.exemplar) this.look.resume();
    else this.look = new Look(stack.exemplar, null);
    this.stack = stack;
    const exemplar = stack.first;
    const item = { ...exemplar, record: null, grades: [], contradictions: [] };
    this.root.hidden = false;
    const kept = this.desk.compared;
    kept.leave();
    kept.pictures.keep([pictureOf({ ...exemplar, shielded: true })]);
    fill(
      this.left,
      el("h2", { "data-testid": "form-title" }, `One decision for ${count(1 + stack.carried.length, "medium", "media")}`),
      kept.frame(pictureOf({ ...exemplar, shielded: true }), { testid: "exemplar" }),
      el("p", { class: "iwf-hint" }, `The exemplar, ${shortName(exemplar.name, 60)}, shielded. What you record of it is carried to ${count(stack.carried.length, "other")} within ${this.desk.stacks.distance} bits, each with its distance.`),
    );
    this.answers.open(item);
    this.note.value = this.answers.record.note;
    this.draw();
    this.scroll.scrollTop = 0;
  }

  /** Nothing is shown for a while; the clock stands still. */
  rest() {
    this.look?.rest();
  }

  /** A stack was graded: its form closes, and tells whether other answers stay as a draft. */
  saved({ exemplar, record }) {
    const { drafts } = this.answers;
    const changed = drafts.has(exemplar) && !sameRecord(drafts.get(exemplar), record);
    if (!changed) drafts.delete(exemplar);
    if (this.stack?.exemplar === exemplar) this.end();
    return changed;
  }

  end() {
    if (!this.stack) return;
    this.stack = null;
    this.root.hidden = true;
    this.desk.compared.leave();
    fill(this.left);
  }

  edited(moved = true) {
    if (this.empty) this.desk.tell("");
    this.empty = false;
    this.draw();
    if (moved) this.form.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }

  save() {
    this.empty = isEmpty(this.answers.record);
    if (this.empty) return this.desk.tell("Not saved: nothing is answered yet.");
    const { stack } = this;
    const told = { record: cleanRecord(this.answers.record), members: stack.carried, seconds: this.look.secondsNow };
    this.desk.stacks.deciding.grade(stack, told);
  }

  /** What a key means while the form is open; those of the grading desk that apply. */
  act(name) {
    const acts = {
      save: () => this.save(),
      previous: () => this.desk.closeForm(),
      undo: () => this.desk.tell("Nothing was decided here yet. Close the form to undo an earlier stack."),
      question_up: () => this.answers.step(-1),
      question_down: () => this.answers.step(1),
      add_child: () => this.answers.addChild(),
      remove_child: () => this.answers.removeChild(),
      clear: () => this.answers.clear(),
      more: () => this.answers.unfold(),
      not_sure: () => this.answers.end("not_sure"),
      needs_two: () => this.answers.end("needs_two"),
      note: () => this.note.focus(),
      why: () => this.turnWhy(),
      reveal: () => this.desk.tell("Only shielded previews are shown here; the grading desk reveals more."),
    };
    acts[name]?.();
  }

  /** Whether a control is before the person's eyes. */
  sees(testid) {
    const found = this.form.querySelector(`[data-testid="${testid}"]`)?.getBoundingClientRect();
    const { top, bottom } = this.scroll.getBoundingClientRect();
    return Boolean(found?.height) && found.top >= top && found.bottom <= bottom;
  }

  turnWhy() {
    this.why = !this.why;
    this.draw();
  }

  draw() {
    if (!this.stack) return;
    const { lab } = this.desk;
    // Of the same stack what is pressed or written on stays; see refill.
    const draw = this.drawn === this.stack.exemplar ? refill : fill;
    this.drawn = this.stack.exemplar;
    draw(this.form, formView(lab, formState(this.answers, this.uid), this.answers));
    draw(this.grades, gradesView(lab, { ...this.answers.known, why: this.why, record: this.answers.record }, () => this.turnWhy()));
    const { keys } = lab;
    draw(
      this.bar,
      button(`Grade ${count(1 + this.stack.carried.length, "medium", "media")}`, { key: keys.save, act: () => this.save(), testid: "save-stack", class: "iwf-button iwf-strong", disabled: this.desk.busy }),
      endingView(lab, this.answers, this.answers),
      button("Back, keep as a draft", { key: keys.previous, act: () => this.desk.closeForm(), testid: "close-form" }),
      button("Keys", { key: keys.help, act: () => this.desk.hearing.help(), testid: "form-help" }),
      el("span", { class: "iwf-quiet", "data-testid": "ending" }, leavingInWords(this.answers)),
    );
  }
}
