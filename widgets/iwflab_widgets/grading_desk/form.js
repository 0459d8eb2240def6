// The form: what the answers so far make necessary, one question marked for the digits.

/** Work out what the form shows from the answers so far; `uid` keeps its ids apart. */
function formState(answers, uid) {
  const { desk, record, active, fold, known, questions } = answers;
  const gates = questions.filter((one) => one.gate);
  const rest = questions.filter((one) => !one.gate && one.child === null && one.segment === undefined);
  const open = (one) => one.needed && !one.answer;
  const gatesDone = !gates.some(open);
  const asked = (one) => ((one.gate || gatesDone) && one.needed) || one.answer || (one.id === active && !fold);
  return {
    ...{ record, active, uid, questions, gatesDone, keys: desk.keys },
    gates: gates.filter(asked),
    asked: rest.filter(asked),
    others: [...gates, ...rest].filter((one) => !asked(one)),
    othersOpen: Boolean(fold),
    hint: questions.some(open) ? "Digits answer the marked question." : whatIsLeft(record),
    wrong: new Set(known.contradictions.flatMap((one) => one.fields)),
  };
}

/** What the form says when every question that matters has its answer. */
function whatIsLeft(record) {
  return isChildless(record) ? "Add a row for each child; or save without." : "All that is needed is answered.";
}

/** Build the form anew from the state; `act` (the Answers) does what its controls say. */
function formView(desk, state, act) {
  return [
    el("p", { class: "iwf-hint", "data-testid": "form-hint" }, state.hint),
    state.gates.map((one) => questionView(one, state, act)),
    childrenView(desk, state, act),
    segmentsView(state, act),
    el("section", { class: "iwf-group" }, state.asked.map((one) => questionView(one, state, act)), othersView(state, act)),
    tagsView(desk, state, act),
  ];
}

function questionView(question, state, act) {
  const active = question.id === state.active;
  const wrong = question.child === null && question.segment === undefined && state.wrong.has(question.name);
  const name = `${state.uid}-${question.id}`;
  const classes = ["iwf-question", active && "iwf-active", wrong && "iwf-wrong"];
  const inRow = question.child !== null || question.segment !== undefined;
  const label = inRow ? question.short : question.label;
  return el(
    "div",
    { class: classes.filter(Boolean).join(" "), "data-testid": `question-${question.id}`, "data-active": active },
    el(
      "div",
      { class: "iwf-label", id: name, onclick: () => act.mark(question.id) },
      active && el("span", { "aria-hidden": "true" }, "▸ "),
      label,
      wrong && el("span", { class: "iwf-mark" }, " (contradiction)"),
      active && question.answer && [" ", button("Clear", { key: state.keys.clear, act: () => act.choose(question, ""), testid: "clear" })],
    ),
    el(
      "div",
      { role: "radiogroup", "aria-labelledby": name, class: "iwf-answers" },
      question.values.map((value, place) => answerView(question, value, place, active, act)),
    ),
  );
}

function answerView(question, value, place, active, act) {
  const chosen = question.answer === value;
  return el(
    "button",
    {
      type: "button",
      role: "radio",
      class: "iwf-answer",
      "aria-checked": String(chosen),
      "aria-keyshortcuts": active ? String(place + 1) : null,
      "data-testid": `answer-${question.id}-${value}`,
      onclick: () => act.choose(question, value),
    },
    active && kbd(String(place + 1)),
    el("span", {}, words(value)),
  );
}

function childrenView(desk, state, act) {
  const { children } = state.record;
  if (state.record.elements.child_present !== "yes" && !children.length) return null;
  const rows = children.map((child, place) => childView(desk, child, place, state, act));
  return el(
    "section",
    { class: "iwf-group", "data-testid": "children" },
    el("h2", {}, `Children: ${children.length}`),
    !children.length && el("p", { class: "iwf-hint" }, "One row for each child that is depicted."),
    rows,
    button("Add a child", { key: desk.keys.add_child, act: () => act.addChild(), testid: "add-child" }),
  );
}

function childView(desk, child, place, state, act) {
  const mine = state.questions.filter((one) => one.child === place);
  const active = mine.some((one) => one.id === state.active);
  const last = place === state.record.children.length - 1;
  const anyMarked = state.questions.some((one) => one.id === state.active && one.child !== null);
  // The key stands where it would act: at the marked row, else at the last.
  const key = active || (last && !anyMarked) ? desk.keys.remove_child : null;
  const testid = `remove-child-${place + 1}`;
  return el(
    "div",
    { class: "iwf-child", role: "group", "aria-label": `Child ${place + 1}` },
    el(
      "div",
      { class: "iwf-row" },
      el("h3", {}, `Child ${place + 1}`),
      ageField("age_min", "Age from", child, place, act),
      ageField("age_max", "to", child, place, act),
      button("Remove", { key, act: () => act.removeChild(place), testid, "aria-label": `Remove child ${place + 1}` }),
    ),
    mine.map((one) => questionView(one, state, act)),
  );
}

function ageField(name, label, child, place, act) {
  const given = { type: "number", min: 0, max: 17, step: 1, value: child[name] ?? "" };
  const heard = ({ target }) => {
    act.age(place, name, target.value);
    target.value = act.record.children[place]?.[name] ?? ""; // what was kept of it
  };
  return el(
    "label",
    { class: "iwf-age" },
    label,
    el("input", { ...given, "data-testid": `${name}-${place + 1}`, "aria-label": `Child ${place + 1}: ${words(name)} in years`, onchange: heard }),
  );
}

/** Folded away: what nothing depends on, after the answers so far. */
function othersView(state, act) {
  const open = state.othersOpen;
  const toggle = el(
    "button",
    { type: "button", class: "iwf-button iwf-fold", "aria-expanded": String(open), "data-testid": "fold", "aria-keyshortcuts": state.keys.more, onclick: () => act.unfold(!open) },
    kbd(state.keys.more),
    el("span", { "aria-hidden": "true" }, open ? "▾ " : "▸ "),
    `${state.gatesDone ? "Not needed after these answers" : "Asked when the answers need them"}: ${count(state.others.length, "question")}`,
  );
  return state.others.length > 0 && [toggle, open && state.others.map((one) => questionView(one, state, act))];
}

const PRESSED = { present: "true", absent: "false", not_determined: "mixed" };
const TAG_WORDS = { present: "present", absent: "absent", not_determined: "not determined" };
const TAG_SIGNS = { present: "+", absent: "−", not_determined: "?" };

function tagsView(desk, state, act) {
  const one = (tag) => {
    const turn = state.record.tags[tag.code] ?? "";
    return el(
      "button",
      {
        type: "button",
        class: "iwf-tag",
        "data-state": turn,
        "data-testid": `tag-${tag.code}`,
        "aria-pressed": PRESSED[turn] ?? "false",
        "aria-label": `${tag.label}: ${TAG_WORDS[turn] ?? "not asked"}`,
        "aria-keyshortcuts": tag.key || null,
        title: `${tag.definition} (${tag.source})`,
        onclick: () => act.tag(tag.code),
      },
      kbd(tag.key),
      el("span", {}, tag.label),
      el("span", { class: "iwf-turn" }, turn ? `${TAG_SIGNS[turn]} ${TAG_WORDS[turn]}` : ""),
    );
  };
  return el(
    "section",
    { class: "iwf-group" },
    el("div", { class: "iwf-row" }, el("h2", {}, "Tags"), el("span", { class: "iwf-hint" }, "Each press: present, absent, not determined, blank.")),
    el("div", { class: "iwf-tags" }, desk.tags.map(one)),
  );
}

const LONGEST_NOTE = 4000; // as the record has it
const NOTE_NEARLY_FULL = 400;
const NOTE_SPOKEN = [0, 20, 100, NOTE_NEARLY_FULL];

/** The field of the note; near its end it says how much more it takes. */
class NoteField {
  constructor(noted) {
    const given = { rows: 2, maxlength: LONGEST_NOTE, "aria-label": "Note", "data-testid": "note" };
    this.field = el("textarea", { ...given, oninput: () => (noted(this.field.value), this.count()) });
    this.key = el("span", {});
    this.left = el("span", { class: "iwf-hint", "data-testid": "note-left" });
    this.spoken = el("span", { class: "iwf-unseen", role: "status" }); // not at every letter
    this.place = el("section", { class: "iwf-group iwf-note" }, el("h2", {}, "Note ", this.key), this.field, this.left, this.spoken);
  }

  get value() {
    return this.field.value;
  }

  set value(text) {
    this.field.value = text;
    this.count();
  }

  count() {
    const left = LONGEST_NOTE - this.field.value.length;
    const told = left > 0 ? `${count(left, "character")} left` : "Full: nothing more is taken.";
    this.left.textContent = left > NOTE_NEARLY_FULL ? "" : told;
    const step = NOTE_SPOKEN.find((most) => left <= most);
    if (step !== this.step) this.spoken.textContent = this.left.textContent;
    this.step = step;
  }

  focus() {
    this.field.focus();
  }
}
