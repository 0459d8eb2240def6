// The page of the desk: built once, filled again after every change.  Of the same medium
// controls and fields stay the same elements; of another one nothing that was pressed or
// written for the one before may act on it.

class Layout {
  constructor(desk) {
    this.desk = desk;
    this.note = new NoteField((text) => desk.answers.noted(text));
    this.places = Object.fromEntries(
      ["status", "controls", "details", "looking", "form", "grades", "foot", "banner", "bar", "message"].map((name) => [
        name,
        el("div", { class: `iwf-${name}` }),
      ]),
    );
    this.follow = "";
    this.build();
    const { signal } = desk.work;
    // Voila shows the page only when all is loaded; the size tells when.
    const observer = new ResizeObserver(() => requestAnimationFrame(() => this.fit()));
    observer.observe(desk.root);
    signal.addEventListener("abort", () => observer.disconnect());
    addEventListener("resize", () => this.fit(), { signal });
  }

  build() {
    const { status, controls, looking, details, form, grades, foot, banner, bar, message } = this.places;
    banner.setAttribute("role", "alert");
    banner.dataset.testid = "banner";
    message.dataset.testid = "message";
    this.scroll = el("div", { class: "iwf-scroll", tabindex: "0", role: "group", "aria-label": "Answers" }, form, this.note.place);
    const { screen, views } = this.desk;
    const stage = el("div", { class: "iwf-stage" }, screen.place, views.beside.place);
    this.medium = el(
      "div",
      { class: "iwf-columns" },
      el("div", { class: "iwf-left" }, stage, controls, looking, details),
      this.scroll,
      grades,
    );
    this.end = el("div", { class: "iwf-end", hidden: true });
    this.activate = el("p", { class: "iwf-activate", "data-testid": "activate" }, "Click here to activate the keys.");
    const { filter, selecting } = this.desk;
    const top = el("div", { class: "iwf-top" }, filter.place, status);
    const line = el("div", { class: "iwf-said-line" }, message);
    const body = [banner, this.activate, views.sheet.place, top, this.medium, this.end, line, selecting.place, this.desk.looking.comparison.place, bar, foot];
    this.desk.root.append(el("div", { class: "iwf-frame" }, body), this.desk.live.region);
  }

  render() {
    const { desk, root, place } = this.desk;
    root.dataset.place = place;
    root.classList.toggle("iwf-blanked", Boolean(this.desk.screen.blanked));
    this.banner();
    this.desk.correct();
    this.said();
    if (!desk) {
      this.medium.hidden = true;
      fill(this.end, el("p", { class: "iwf-quiet" }, "The desk is being opened."));
      this.end.hidden = false;
      return;
    }
    this.note.key.replaceChildren(...present([kbd(desk.keys.note)]));
    const { item, screen, answers, views } = this.desk;
    this.draw = this.drawn === (item?.medium ?? "") ? refill : fill;
    this.drawn = item?.medium ?? "";
    if (this.bared && !screen.blanked) this.note.value = answers.record.note;
    this.bared = Boolean(screen.blanked);
    const covered = views.render();
    // Blank, what says so and leads back stands where the picture was, also at the end.
    this.medium.hidden = covered || !(item || screen.blanked);
    this.places.status.hidden = !item || covered;
    this.end.hidden = !this.medium.hidden || covered;
    if (screen.blanked) this.bare();
    else if (item && !covered) this.mediumParts(item);
    else if (!item) this.endCard();
    this.bar();
    this.desk.filter.draw();
    this.desk.selecting.draw();
    this.desk.looking.comparison.draw();
    const { saved, pressed, undone } = this.desk.outbox;
    const { signs } = this.desk.exposure;
    refill(this.places.foot, footView({ saved, pressed, undone, progress: this.desk.progress, second: this.desk.second }), this.desk.saving.comingBack(), signs.length > 0 && signsView(signs));
    this.scrollAlong();
  }

  /** One line that is always there: what was said, else what saving would say now. */
  said() {
    const { desk, message, item, answers, screen, views } = this.desk;
    const leaving = desk && item && !message && !screen.blanked && !views.sheet.shown ? leavingInWords(answers) : "";
    this.places.message.classList.toggle("iwf-leaving", !message || /^(Not |Stopped)/.test(message));
    fill(this.places.message, message || (leaving && el("span", { "data-testid": "ending" }, leaving)));
  }

  mediumParts(item) {
    fill(this.places.status, statusLine(item, this.desk.position, this.desk.answers.record.ending));
    this.draw(this.places.controls, this.controls());
    this.draw(this.places.looking, this.desk.views.controls(item));
    this.details(item);
    const { why, answers } = this.desk;
    const state = { ...answers.known, why, record: answers.record };
    this.draw(this.places.grades, gradesView(this.desk.desk, state, () => this.desk.toggleWhy()));
    this.draw(this.places.form, formView(this.desk.desk, formState(this.desk.answers, this.desk.uid), this.desk.answers));
  }

  /** Blank: what tells of a medium is taken out, not only hidden. */
  bare() {
    for (const name of ["status", "controls", "looking", "details", "form", "grades", "message"]) fill(this.places[name]);
    this.note.value = "";
    this.shownDetails = null;
    this.bared = true;
  }

  /** What is the person's own: their ledger, and presentation mode. */
  ownButtons(keys) {
    const { exposure, looking, screen } = this.desk;
    const turn = { key: keys.present, act: () => looking.turnPresentation(), testid: "present", "aria-pressed": String(screen.presenting) };
    return [
      button("Exposure", { key: keys.exposure, act: () => exposure.open(), testid: "exposure-open", class: "iwf-button iwf-push" }),
      button(screen.presenting ? "Presentation is on" : "Presentation", turn),
    ];
  }

  /** Metadata is built once a medium: it stays open or closed as it was left. */
  details(item) {
    if (this.shownDetails === item) return;
    this.shownDetails = item;
    const open = this.places.details.querySelector("details")?.open;
    const text = item.previews.includes("shielded") && [el("summary", {}, "Metadata"), metadataList(item.metadata)];
    fill(this.places.details, text && el("details", { open }, text));
  }

  controls() {
    const { keys } = this.desk.desk;
    // First, so that it keeps its place however the row breaks.
    const blank = { key: keys.blank, act: () => this.desk.blank(), testid: "blank", class: "iwf-button iwf-strong" };
    return [button("Blank", blank), levelControls(this.desk)];
  }

  bar() {
    const { keys } = this.desk.desk;
    const { desk } = this;
    const go = (name, text) => button(text, { key: keys[name], act: () => desk.act(name), testid: name });
    const save = { key: keys.save, act: () => desk.save(), testid: "save", class: "iwf-button iwf-strong" };
    const text = desk.item ? "Save and next" : "Take the next set";
    const covered = this.desk.views.sheet.shown;
    if (covered) return this.draw(this.places.bar, [go("blank", "Blank"), go("help", "Keys"), this.ownButtons(keys)]);
    const ending = desk.item && !desk.screen.blanked && endingView(desk.desk, desk.answers, desk.answers);
    const row = [button(text, save), ending, go("previous", "Previous"), go("next", "Next"), go("undo", "Undo"), go("help", "Keys")];
    // Acts without a key are found by their names, also where the palette has none.
    const unbound = unboundActs(desk.desk).length;
    if (unbound) row.push(button(`Find an act (${unbound} without a key)`, { key: keys.palette, act: () => desk.act("palette"), testid: "unbound" }));
    this.draw(this.places.bar, desk.asking === null ? [...row, this.ownButtons(keys)] : this.confirm(keys));
  }

  /** Inline, not a dialog: the picture and the answers stay in view. */
  confirm(keys) {
    const { desk } = this;
    const name = desk.asking > 0 ? "next" : "previous";
    const stay = () => {
      desk.asking = null;
      desk.message = "";
      desk.render();
    };
    return [
      el("span", {}, "Not saved yet:"),
      button("Save", { key: keys.save, act: () => desk.save(), testid: "confirm-save", class: "iwf-button iwf-strong" }),
      button("Go on, keep as a draft", { key: keys[name], act: () => desk.move(desk.asking), testid: "confirm-move" }),
      button("Stay here", { act: stay, testid: "confirm-stay" }),
    ];
  }

  banner() {
    const { stopped, watch, trouble, base, me } = this.desk;
    const login = watch?.stranger || trouble?.reason === "login";
    if (this.shownBanner === stopped) return; // an alert is spoken once, not at every beat
    this.shownBanner = stopped;
    fill(this.places.banner, stopped && [el("span", {}, stopped), login && [" ", loginLink(base, me)]]);
  }

  endCard() {
    const { progress, within } = this.desk;
    const drafts = this.desk.answers.drafts.size;
    const none = within && !within.graded && !within.open;
    fill(
      this.end,
      el("h2", { "data-testid": "end" }, endInWords(this.desk)),
      el("p", {}, `${progress.graded} of ${progress.media} media of the lab are graded.`),
      drafts > 0 && el("p", {}, `${count(drafts, "draft")} not saved: go back with the previous key.`),
      !none && el("p", {}, "Take a break away from the screen if you can; the next set waits."),
    );
  }

  /** Bring what changed into view: the marked question, or the top of a new medium. */
  scrollAlong() {
    if (this.follow === "top") this.toTop();
    if (this.follow === "active") this.followMarked();
    const derived = this.places.grades.querySelector(".iwf-why");
    if (this.follow === "why" && this.desk.why && !derived) return; // when the reasons come
    if (this.follow === "why") this.followWhy();
    this.follow = "";
  }

  toTop() {
    this.scroll.scrollTop = 0;
    if (this.inOneColumn) this.followMarked();
  }

  /** Page Up and Page Down; false where the browser has something of its own to scroll. */
  page(step) {
    const frame = this.scroll.closest(".iwf-frame");
    if (frame.scrollHeight <= frame.clientHeight + 1) return false;
    frame.scrollBy({ top: (step * frame.clientHeight) / 3 }); // what sticks covers the rest
    return true;
  }

  get inOneColumn() {
    return getComputedStyle(this.scroll).overflowY === "visible";
  }

  /** Reasons take room from the answers, but in one column they stand below them. */
  followWhy() {
    if (this.desk.why && this.inOneColumn) this.places.grades.scrollIntoView({ block: "nearest" });
    else this.followMarked();
  }

  followMarked() {
    this.places.form.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }

  /** Whether a control of the form is in view, with nothing over it. */
  sees(testid) {
    const control = this.places.form.querySelector(`[data-testid="${testid}"]`);
    if (!control) return false; // a key before the first drawing
    const { left, top, width, height } = control.getBoundingClientRect();
    return control.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }

  /** On a page of its own the desk fills what its title leaves of the window. */
  fit() {
    const { root, place } = this.desk;
    if (place !== "page" || !root.getClientRects().length) return;
    const top = Math.min(200, Math.max(0, root.getBoundingClientRect().top + scrollY));
    root.style.setProperty("--iwf-top", `${Math.ceil(top)}px`);
    if (this.desk.item) this.followMarked();
  }
}

/** One page is told of some hundreds at most: the server counts what else is theirs. */
function endInWords({ within, begun, items, progress, outbox }) {
  if (within) {
    if (!within.graded && !within.open) return "Nothing that matches the filter is yours or waits";
    const rest = within.open - (begun - items.filter(isOpen).length);
    if (rest > 0) return `All media of this set are graded; ${rest.toLocaleString("en-GB")} more of yours that ${rest === 1 ? "matches" : "match"} the filter ${rest === 1 ? "waits" : "wait"}`;
    return "All media assigned to you that match the filter are graded";
  }
  const left = (progress?.mine_open ?? 0) - outbox.decisions; // these it does not know yet
  if (left > 0) return `All media of this set are graded; ${left.toLocaleString("en-GB")} more of yours ${left === 1 ? "waits" : "wait"}`;
  return "All media assigned to you are graded";
}
