// How a person looks: the level that they start with, and presentation mode.  Both are
// kept by the server, never by the browser.

const PRESENTING = "Presentation mode: the server sends no pictures. The act is on record.";

class Looking {
  constructor(desk) {
    this.desk = desk;
    this.comparison = new Comparison(desk);
    this.turn = 0; // of presentation mode; what was heard before the newest says nothing
    this.turning = false;
    this.dark = false; // asked for and not granted: no picture comes back by itself
  }

  /** The level that a medium starts with: as allotted, else as the person wants it. */
  levelOf(item) {
    return this.comparison.levelOf(item) ?? this.desk.desk.start_level;
  }

  /** Start every medium as this one is shown now. */
  async startHere() {
    const level = this.desk.screen.painted?.variant;
    if (!level) return this.desk.tell("Nothing is shown: choose a level first.");
    const { desk } = this.desk;
    if (!desk.start_levels.includes(level)) {
      const most = levelInWords(desk.start_levels.at(-1));
      return this.desk.tell(`In this lab nobody starts with more than: ${most}. More is revealed one by one.`);
    }
    const kept = await this.ask("iwflab/api/start", { level }, "Not kept");
    if (!kept) return;
    Object.assign(desk, kept);
    this.desk.tell(`Every medium starts with: ${levelInWords(kept.start_level)}.`);
  }

  /** For a projector: from now on the server sends this session no pixels. */
  turnPresentation() {
    return this.turnTo(!(this.turning ? this.wish : this.desk.screen.presenting));
  }

  async turnTo(wish) {
    this.wish = wish;
    if (this.wish) this.present(true, "Presentation mode: no picture is shown here; the server is being told."); // first of all
    if (this.turning) return; // the newest wish goes when the answer to the one before is here
    this.turning = true;
    try {
      const told = await this.turned();
      this.turn += 1;
      this.dark = this.wish && !told;
      if (told?.presenting && this.desk.screen.presenting) this.desk.tell(PRESENTING);
      else if (told) this.present(told.presenting);
    } finally {
      this.turning = false;
    }
  }

  async turned() {
    const { wish } = this;
    const told = await this.ask("iwflab/api/presentation", { active: wish ? "on" : "off" }, "Not switched");
    return wish === this.wish ? told : this.turned();
  }

  /** What a heartbeat says, if nobody turned it since that was asked (at `turn`). */
  heard({ presenting = false, login }, turn) {
    const anew = this.login !== undefined && this.login !== login;
    this.login = login;
    if (this.turning || turn !== this.turn || (this.dark && !presenting)) return;
    // The mode is of a login: who logged in again did not end it by that.
    if (anew && !presenting && this.desk.screen.presenting) return this.turnTo(true);
    this.dark = false;
    this.present(presenting);
  }

  /** What the person starts with is drawn ahead of need, and nothing that they do not. */
  drawAhead() {
    const { screen, pictures, outlines, item } = this.desk;
    const wanted = item && !screen.blanked && !screen.presenting ? this.desk.ahead() : [];
    const starting = (test) => wanted.filter((one) => test(this.levelOf(one)));
    pictures.keep(wanted, starting((level) => stepOf(level) >= stepOf("shielded")));
    outlines.keep(wanted, starting((level) => level === "outlines"));
  }

  present(presenting, told = presenting ? PRESENTING : "Presentation mode is off: pictures are sent again.") {
    const { screen } = this.desk;
    if (screen.presenting === presenting) return;
    screen.present(presenting);
    this.desk.tell(told);
  }

  async ask(path, body, failed) {
    try {
      return await this.desk.server.post(path, { request: freshId(), ...body });
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.desk.tell(`${failed}: ${fault.inWords}`);
      return null;
    }
  }
}

/** Take everything that could hold pixels off a page, and free what it held. */
function sweep(root) {
  for (const one of root.querySelectorAll("canvas, img, video, picture")) {
    if (one.matches("canvas")) one.width = one.height = 0;
    else if (one.matches("video")) one.pause();
    one.removeAttribute("src");
    one.remove();
  }
}

/** Drawn by the page itself: there is no picture behind it. */
function presentationCard() {
  return el(
    "div",
    { class: "iwf-plain iwf-presentation", "data-testid": "presentation-card" },
    el("p", {}, "Presentation mode"),
    el("p", {}, "No pictures are shown in this session."),
  );
}
