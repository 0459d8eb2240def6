// Moving about the contact sheet, and choosing from it: by keys, by mouse, in words.

/** Steps of the keys that move, in places; `columns` and `deep` rows are in view. */
const SHEET_STEPS = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: ({ columns }) => -columns,
  ArrowDown: ({ columns }) => columns,
  PageUp: ({ columns, deep }) => -columns * deep,
  PageDown: ({ columns, deep }) => columns * deep,
  Home: ({ current }) => -current,
  End: ({ current, pages }) => pages.total - 1 - current,
};

Object.assign(Sheet.prototype, {
  /** Do what a key means here; say whether it meant anything. */
  key(event) {
    const held = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    if (held.ctrl && event.key.toLowerCase() === "a") this.selectAll();
    else if (SHEET_STEPS[event.key]) this.step(event.key, held);
    else if (event.key === " ") held.shift ? this.selectRange() : this.toggle();
    else if (event.key === "Enter" && !event.repeat) this.openCurrent();
    else return false;
    return true;
  },

  step(key, { shift }) {
    if (!this.pages.total) return;
    const target = this.current + SHEET_STEPS[key](this);
    const last = this.pages.total - 1;
    // A row up from the first row stays, as in every grid; a page goes as far as it can.
    const vertical = key === "ArrowUp" || key === "ArrowDown";
    if (vertical && (target < 0 || target > last)) return;
    this.goTo(Math.max(0, Math.min(last, target)), { quiet: true });
    if (shift) this.selectRange();
  },

  goTo(place, { quiet = false } = {}) {
    this.current = place;
    this.intoView();
    this.draw();
    if (!quiet) this.desk.live.say(this.cellInWords(place));
  },

  intoView() {
    if (!this.columns) return;
    const top = Math.floor(this.current / this.columns) * CELL.height;
    const { scrollTop, clientHeight } = this.grid;
    if (top < scrollTop) this.grid.scrollTop = top;
    else if (top + CELL.height > scrollTop + clientHeight) this.grid.scrollTop = top + CELL.height - clientHeight;
  },

  cellInWords(place) {
    const entry = this.pages.at(place);
    const where = `${(place + 1).toLocaleString("en-GB")} of ${(this.pages.total ?? 0).toLocaleString("en-GB")}`;
    if (!entry) return `${where}, ${this.pages.knows(place) ? "no longer yours" : "not known yet"}`;
    const parts = [where, entry.format || "format unknown", STAGES[entry.stage] ?? "no longer yours"];
    if (entry.frames > 1) parts.push("moving");
    if (entry.stack) parts.push("in a stack of near-duplicates");
    const lacking = this.lacking(entry);
    if (lacking) parts.push(lacking);
    return parts.join(", ");
  },

  /** Why there is no picture of it here, or "". */
  lacking({ medium, preview }) {
    if (!preview) return "no preview";
    return this.thumbs.lacks(medium) ? `${levelInWords(this.desk.views.firstSight)}: not available` : "";
  },

  /** In the place of a picture that there is not. */
  cardOf(entry) {
    const lacking = this.lacking(entry);
    return lacking && [entry.format || "format unknown", entry.state !== "complete" && words(entry.state ?? ""), lacking].filter(Boolean).join("\n");
  },

  markCurrent() {
    this.canvas.querySelector(".iwf-current")?.classList.remove("iwf-current");
    const row = this.rows.get(Math.floor(this.current / this.columns));
    const cell = row?.children[this.current % this.columns];
    cell?.classList.add("iwf-current");
    if (cell) this.grid.setAttribute("aria-activedescendant", cell.id);
    else this.grid.removeAttribute("aria-activedescendant");
  },

  // -- choosing --------------------------------------------------------------------
  toggle(place = this.current) {
    const medium = this.pages.at(place)?.medium;
    if (!medium) return;
    if (!this.selected.delete(medium)) this.selected.add(medium);
    this.anchor = place;
    this.chosen();
  },

  /** From where the selection began to here; pages in between are fetched first. */
  async selectRange(to = this.current) {
    const [from, until] = [Math.min(this.anchor, to), Math.max(this.anchor, to)];
    await this.pages.want(from, until);
    for (let place = from; place <= until; place++) {
      const medium = this.pages.at(place)?.medium;
      if (medium) this.selected.add(medium);
    }
    this.chosen();
  },

  async selectAll() {
    if (!this.pages.total) return;
    await this.pages.want(0, Infinity);
    const all = this.selected.size < this.pages.place.size;
    this.selected = new Set(all ? this.pages.place.keys() : []);
    this.chosen();
  },

  chosen() {
    this.desk.message = "";
    this.desk.live.say(`${count(this.selected.size, "medium", "media")} selected.`);
    this.drawn();
  },

  clicked(event) {
    const cell = event.target.closest?.(".iwf-sheet-cell");
    if (!cell || cell.hidden) return;
    const place = Number(cell.dataset.place);
    this.goTo(place, { quiet: true });
    if (event.shiftKey) this.selectRange();
    else if (event.ctrlKey || event.metaKey) this.toggle();
    this.grid.focus({ preventScroll: true });
  },

  // -- what was before the eyes -------------------------------------------------------
  /** Once a second, so that little is lost where the page goes. */
  tick() {
    if (!this.shown) return;
    this.look();
    this.looks = (this.looks ?? 0) + 1;
    if (this.looks % REPORTED === 0) this.report();
  },

  /**
   * What is painted changed: the time until now is shared among the pictures that were
   * painted together, so that it adds up, and what is painted now is noted at once.
   */
  look() {
    const now = performance.now();
    const share = (now - this.since) / this.painted.length;
    for (const medium of this.painted) this.seen.set(medium, (this.seen.get(medium) ?? 0) + share);
    const there = !document.hidden && this.place.getClientRects().length > 0;
    this.painted = there ? this.inView().filter((medium) => this.thumbs.kept.has(medium)) : [];
    for (const medium of this.painted) if (!this.seen.has(medium)) this.seen.set(medium, 0);
    this.since = now;
  },

  report() {
    const views = this.views();
    for (const { medium, variant, milliseconds } of views) this.desk.screen.seenElsewhere(medium, variant, { [variant]: milliseconds });
    for (let at = 0; at < views.length; at += 200) this.desk.report(views.slice(at, at + 200));
  },

  /** Take what was not reported yet. */
  views() {
    this.look();
    const views = [...this.seen].map(([medium, time]) => ({ medium, variant: this.desk.views.firstSight, milliseconds: Math.round(time) }));
    this.seen.clear();
    return views;
  },

  /** These are no longer this person's: nothing of them stays on the sheet. */
  drop(media) {
    for (const medium of media) {
      this.selected.delete(medium);
      this.seen.delete(medium);
      this.thumbs.forget(medium);
    }
    this.painted = this.painted.filter((medium) => !media.includes(medium));
    const here = media.filter((medium) => this.pages.drop(medium));
    if (!here.length || !this.shown) return;
    this.desk.tell(`${count(here.length, "medium is", "media are")} no longer yours: gone from the sheet.`);
    this.drawn();
  },

  // -- the line above ---------------------------------------------------------------
  render() {
    const { total } = this.pages;
    const { views, screen } = this.desk;
    const { keys } = this.desk.desk;
    const { presenting } = screen;
    const act = (text, key, call, testid, more = {}) => button(text, { key, act: call, testid, disabled: !total, ...more });
    refill(
      this.head,
      el("h2", {}, "Contact sheet"),
      el("span", { "data-testid": "sheet-total" }, total === null ? "being fetched" : `${count(total, "medium", "media")} assigned to you now, ${(this.desk.progress?.mine_open ?? 0).toLocaleString("en-GB")} not graded yet`),
      el("span", { "data-testid": "sheet-level" }, presenting ? NOTHING_SENT : levelInWords(views.firstSight)),
      el("span", { "data-testid": "sheet-selected" }, `${this.selected.size.toLocaleString("en-GB")} selected`),
      act("Open", "Enter", () => this.openCurrent(), "sheet-open"),
      act("Select", " ", () => this.toggle(), "sheet-select"),
      act("Select all or none", "Ctrl A", () => this.selectAll(), "sheet-all", { "aria-keyshortcuts": "Control+A" }),
      button("Take 100 more", { act: () => this.more(), testid: "sheet-more" }),
      button("Back to the medium", { key: keys.sheet, act: () => this.close(), testid: "sheet-back" }),
    );
  },
});

/** The chosen media, in the order of the sheet; Object.assign would read it, not take it over. */
Object.defineProperty(Sheet.prototype, "inOrder", {
  get() {
    const place = (medium) => this.pages.place.get(medium) ?? Infinity;
    return [...this.selected].sort((one, other) => place(one) - place(other));
  },
});

function newCell() {
  const canvas = el("canvas", { "aria-hidden": "true", hidden: true });
  const card = el("div", { class: "iwf-sheet-card", hidden: true });
  return el("div", { class: "iwf-sheet-cell", role: "gridcell" }, canvas, card, el("span", { class: "iwf-sheet-caption" }));
}

function captionOf(entry, place) {
  if (!entry) return "";
  const parts = [place + 1, entry.stage === "graded" && "graded", entry.frames > 1 && "moving", !entry.preview && "no preview"];
  return parts.filter(Boolean).join(" · ");
}

/** Where a stack begins, goes on and ends, so that its cells can be bound together. */
function stackEdge(entry, before, after) {
  if (!entry?.stack) return "";
  const [follows, goesOn] = [before?.stack === entry.stack, after?.stack === entry.stack];
  if (follows) return goesOn ? "middle" : "end";
  return goesOn ? "begin" : "alone";
}
