// The contact sheet: many media at once, shielded always.  Only the rows in view have
// nodes; they are used again as one scrolls, so ten thousand cost what fifty cost.

const CELL = { width: 176, height: 150 }; // CSS pixels
const AROUND = 2; // rows drawn above and below the view
const REST = 90; // milliseconds without scrolling, after which pictures are fetched
const LOOKED = 1000; // milliseconds between two entries of what stays in view
const REPORTED = 10; // of these, until they are sent
const LAYING_OUT = 3000; // milliseconds, after which the wait is explained

class Sheet {
  constructor(desk) {
    this.desk = desk;
    this.shown = false;
    this.current = 0; // the place that the keys move
    this.anchor = 0; // where a range of the selection begins
    this.selected = new Set();
    this.rows = new Map(); // number of the row -> its element
    this.spare = [];
    this.seen = new Map(); // medium -> milliseconds in view, not reported yet
    this.painted = []; // media before the eyes `since` then
    this.since = 0;
    this.pages = new SheetPages(desk.server, { came: () => this.drawn(), anew: () => this.begunAnew(), failed: (fault) => this.trouble(fault) });
    this.thumbs = new Thumbs(desk.server, { came: (medium) => this.came(medium), inView: () => this.inView(), level: () => desk.views.firstSight });
    this.build();
  }

  build() {
    this.head = el("div", { class: "iwf-row iwf-sheet-head" });
    this.canvas = el("div", { class: "iwf-sheet-all", role: "presentation" });
    this.grid = el(
      "div",
      { class: "iwf-sheet-grid", role: "grid", tabindex: "0", "aria-label": "Contact sheet", "aria-multiselectable": "true", "data-testid": "sheet-grid" },
      this.canvas,
    );
    this.over = el("div", { class: "iwf-sheet-over iwf-plain", hidden: true });
    this.place = el("section", { class: "iwf-sheet", hidden: true, "aria-label": "Contact sheet", "data-testid": "sheet" }, this.head, this.over, this.grid);
    const heed = { signal: this.desk.work.signal };
    this.grid.addEventListener("scroll", () => this.moved(), { ...heed, passive: true });
    this.grid.addEventListener("click", (event) => this.clicked(event), heed);
    this.grid.addEventListener("dblclick", () => this.openCurrent(), heed);
    const observer = new ResizeObserver(() => this.shown && this.measure());
    observer.observe(this.grid);
    const tick = setInterval(() => this.tick(), LOOKED);
    document.addEventListener("visibilitychange", () => this.look(), heed);
    heed.signal.addEventListener("abort", () => {
      observer.disconnect();
      clearInterval(tick);
      this.thumbs.clear();
    });
  }

  // -- opening and closing ---------------------------------------------------------
  async open() {
    this.shown = true;
    this.failed = false;
    this.looks = 0;
    this.desk.screen.leave();
    this.place.hidden = false;
    this.pages.forget(this.desk.item?.medium ?? this.lastOpened);
    this.desk.tell("Contact sheet. Arrow keys move, Space selects, Enter opens.");
    const slow = setTimeout(() => this.takesLong(), LAYING_OUT);
    await this.pages.want(0, 0);
    clearTimeout(slow);
    if (!this.shown || this.pages.total === null) return;
    this.measure();
    this.goTo(Math.min(this.pages.markedAt ?? this.current, Math.max(0, this.pages.total - 1)), { quiet: true });
    this.grid.focus({ preventScroll: true });
    this.place.closest(".iwf-frame")?.scrollTo(0, 0); // in one column it may have been scrolled
  }

  /** Back to the open medium, or (`leaving`) to another one that is opened next. */
  close({ leaving = false } = {}) {
    this.desk.views.opening = null;
    this.shown = false; // what was painted until now is reported, and nothing more noted
    this.report();
    this.place.hidden = true;
    this.clearRows();
    this.thumbs.clear();
    this.desk.message = "";
    this.desk.layout.follow ||= "active";
    if (this.desk.item && !leaving) this.desk.screen.open(this.desk.item);
    this.desk.root.focus({ preventScroll: true });
    this.desk.render();
  }

  /** Open the medium under the mark at the desk. */
  async openCurrent() {
    const entry = this.pages.at(this.current);
    if (!entry || this.desk.screen.blanked) return;
    this.lastOpened = entry.medium;
    try {
      await this.desk.views.openMedium(entry.medium);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.desk.tell(`Not opened: ${fault.inWords}`);
    }
  }

  async more() {
    try {
      const { taken, progress } = await this.desk.server.post("iwflab/api/sheet/take", { n: 100 }, {}, SHEET_PATIENCE);
      this.desk.counted({ progress, second: this.desk.second });
      this.pages.forget();
      await this.pages.want(0, 0);
      this.measure();
      this.desk.tell(taken ? `${count(taken, "medium", "media")} more.` : "Nothing more waits at present.");
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.trouble(fault);
    }
  }

  takesLong() {
    if (this.shown && this.pages.total === null) this.desk.tell("The contact sheet is being laid out; the first one after a start of the server takes longer.");
  }

  trouble(fault) {
    if (!this.shown) return; // it was left; opened again, it asks again
    this.failed = true;
    this.desk.tell(`The contact sheet cannot be filled now: ${fault.inWords}`);
  }

  /** After trouble, at the next beat of the desk. */
  again() {
    if (!this.shown || this.desk.screen.blanked) return;
    if (this.failed && this.pages.total === null) return void this.open(); // its first page never came
    this.thumbs.again();
    this.drawn();
  }

  // -- blanking: the screen tells every view beside it --------------------------------
  blank(reason) {
    this.report();
    this.clearRows();
    this.thumbs.clear();
    const goOn = button("Go on", { act: () => this.desk.wake(), testid: "sheet-wake" });
    fill(this.over, el("p", {}, reason), goOn);
    this.over.hidden = false;
    this.grid.hidden = true;
  }

  /** No pictures are sent any more, or again: the words stay. */
  presented() {
    this.report();
    this.clearRows();
    this.thumbs.clear();
    if (this.shown && !this.desk.screen.blanked) this.drawn();
  }

  wake() {
    this.over.hidden = true;
    this.grid.hidden = false;
    if (!this.shown) return;
    this.measure();
    this.grid.focus({ preventScroll: true });
  }

  // -- drawing ---------------------------------------------------------------------
  /** How many columns fit; the marked medium stays in view. */
  measure() {
    const { clientWidth, clientHeight } = this.grid;
    if (!clientWidth || this.pages.total === null) return;
    const columns = Math.max(1, Math.floor(clientWidth / CELL.width));
    const other = columns !== this.columns;
    this.columns = columns;
    this.deep = Math.max(1, Math.floor(clientHeight / CELL.height));
    const rows = Math.ceil(this.pages.total / columns);
    this.canvas.style.height = `${rows * CELL.height}px`;
    this.grid.setAttribute("aria-rowcount", rows);
    this.grid.setAttribute("aria-colcount", columns);
    if (other) {
      this.clearRows();
      this.intoView();
    }
    this.drawn();
  }

  /** Every place means another medium by now; what is selected stays so. */
  begunAnew() {
    this.current = Math.min(this.current, Math.max(0, this.pages.total - 1));
    this.anchor = this.current;
    this.measure();
  }

  clearRows() {
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.spare = [];
  }

  /** Once a frame, however many scroll events there were. */
  moved() {
    this.thumbs.flying = true;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rested(), REST);
    if (this.moving) return;
    this.moving = requestAnimationFrame(() => {
      this.moving = 0;
      this.draw();
    });
  }

  rested() {
    this.thumbs.flying = false;
    if (!this.shown || this.desk.screen.blanked || this.pages.total === null) return;
    const [from, to] = this.view();
    if (to > from) this.pages.want(from, to - 1);
    this.thumbs.fetch();
  }

  /** Everything anew: pages came, a selection changed. */
  drawn() {
    for (const row of this.rows.values()) row.dataset.row = "";
    this.draw();
    this.moved();
    this.desk.render();
  }

  view(around = 0) {
    if (!this.columns || this.pages.total === null) return [0, 0];
    const top = Math.floor(this.grid.scrollTop / CELL.height) - around;
    const rows = Math.ceil(this.grid.clientHeight / CELL.height) + 1 + 2 * around;
    const from = Math.max(0, top) * this.columns;
    return [from, Math.min(this.pages.total, Math.max(0, top + rows) * this.columns)];
  }

  inView() {
    const { screen, views } = this.desk;
    if (!this.shown || screen.blanked || screen.presenting || views.firstSight === "none") return [];
    const [from, to] = this.view();
    const media = [];
    for (let place = from; place < to; place++) {
      const entry = this.pages.at(place);
      if (entry?.preview) media.push(entry.medium);
    }
    return media;
  }

  draw() {
    if (!this.shown || this.desk.screen.blanked || !this.columns) return;
    const [from, to] = this.view(AROUND);
    const [first, last] = [from / this.columns, Math.ceil(to / this.columns)];
    for (const [number, row] of this.rows)
      if (number < first || number >= last) {
        this.rows.delete(number);
        this.spare.push(row);
      }
    for (let number = first; number < last; number++) {
      const row = this.rows.get(number) ?? this.row(number);
      if (row.dataset.row !== String(number)) this.fillRow(row, number);
    }
    for (const row of this.spare.splice(0)) row.remove();
    this.markCurrent();
    this.look();
  }
}
