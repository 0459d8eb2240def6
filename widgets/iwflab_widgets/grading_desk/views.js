// Everything that goes with the picture: zoom, the larger preview, a second medium, the
// player, the contact sheet.  The screen tells them what it does; one key blanks all.

class Views {
  constructor(desk) {
    this.desk = desk;
    const changed = () => desk.render();
    const say = (text) => desk.live.say(text);
    this.zoom = new Zoom(desk.screen, { changed, say, signal: desk.work.signal });
    this.larger = new Larger(desk);
    this.beside = new Beside(desk);
    this.player = new Player(desk);
    this.sheet = new Sheet(desk);
    desk.screen.companions.push(this.zoom, this.player, this.beside, this.sheet);
  }

  /** One of my media by its id: one of the set, or fetched. */
  async itemOf(medium) {
    const { items, server } = this.desk;
    const known = items.find((item) => item.medium === medium);
    return known ?? server.get(`iwflab/api/sheet/item?${new URLSearchParams({ medium })}`);
  }

  /** Leave the contact sheet for one of its media. */
  async openMedium(medium) {
    const { desk } = this;
    const opening = (this.opening = {});
    const item = await this.itemOf(medium);
    // Pressed twice, the newest counts; none does once the sheet was left or is blank.
    if (this.opening !== opening || !this.sheet.shown || desk.screen.blanked) return;
    if (desk.saving.placeOf(medium) < 0) {
      desk.items.push(item);
      if (desk.within) desk.within.open += 1; // without a filter all that is theirs is counted
    }
    this.sheet.close({ leaving: true });
    desk.go(desk.saving.placeOf(medium));
  }

  /** The views are on disk, but for those of media that are no longer this person's. */
  recorded(views, refused) {
    const kept = views.filter((view) => !refused.includes(view.medium));
    this.desk.exposure.add(secondsOf(kept));
    if (refused.length) this.sheet.drop([...new Set(refused)]);
  }

  /** The level of what is not asked for one by one: the person's, never above shielded. */
  get firstSight() {
    return LEVELS[Math.min(stepOf(this.desk.desk.start_level), stepOf("shielded"))];
  }

  /** Nothing stays revealed, nor what is still on its way (a card is opened over it). */
  shield() {
    const { screen } = this.desk;
    const more = screen.wish === "clip" || stepOf(screen.wish) > stepOf("shielded");
    if (more || screen.moving) screen.show("shielded");
    this.beside.less();
  }

  /** What the keys of these views do: { act: call }. */
  get acts() {
    const { zoom, player } = this;
    // A lens shows a circle at its place and size: nothing may move or stretch it.
    const looking = (call) => () => (this.desk.screen.lens ? this.desk.tell("Under the lens there is no zoom: choose another level.") : call());
    const playing = (call) => () => (player.open ? call() : this.desk.tell("No clip is open."));
    return {
      beside: () => this.beside.toggle(),
      beside_reveal: () => this.beside.reveal(),
      larger: () => this.larger.show(),
      zoom_in: looking(() => zoom.by(ZOOM_STEP)),
      zoom_out: looking(() => zoom.by(1 / ZOOM_STEP)),
      zoom_fit: looking(() => zoom.fit()),
      zoom_actual: looking(() => zoom.actual()),
      rotate: looking(() => zoom.turn()),
      play: () => player.play(),
      frame_back: playing(() => player.frame(-1)),
      frame_on: playing(() => player.frame(1)),
      slower: playing(() => player.faster(-1)),
      faster: playing(() => player.faster(1)),
      shot_back: playing(() => player.shot(-1)),
      shot_on: playing(() => player.shot(1)),
      segment_start: playing(() => player.mark(false)),
      segment_end: playing(() => player.mark(true)),
    };
  }

  /** Shift and an arrow pan; the contact sheet has all keys but those of the desk. */
  key(event) {
    if (this.sheet.shown) return !this.desk.screen.blanked && this.sheet.key(event);
    const [across, down] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
    if (across === undefined || !event.shiftKey || this.zoom.scale === 1) return false;
    this.zoom.pan(across * PAN_STEP, down * PAN_STEP);
    return true;
  }

  /** Keys with a modifier that are ours: the browser has the others. */
  wantsModified(event) {
    const wanted = ["a", "A", " ", ...Object.keys(SHEET_STEPS)];
    return this.sheet.shown && !event.altKey && wanted.includes(event.key);
  }

  /** Keys that scroll, as long as no clip is open. */
  leaves({ act }) {
    return ["shot_back", "shot_on"].includes(act) && !this.player.open;
  }

  toggleSheet() {
    if (this.sheet.shown) this.sheet.close();
    else this.sheet.open();
  }

  /** The second line of controls: how the picture is looked at. */
  controls(item) {
    const { keys } = this.desk.desk;
    const act = (name, text, more = {}) => button(text, { key: keys[name], act: () => this.desk.act(name), testid: name, ...more });
    const { presenting, lens } = this.desk.screen;
    const still = { disabled: presenting || Boolean(lens) };
    return [
      act("zoom_in", "Larger", still),
      act("zoom_out", "Smaller", still),
      act("zoom_fit", "Fit", still),
      act("zoom_actual", "100%", still),
      act("rotate", "Turn", still),
      el("span", { class: "iwf-zoom-told", "data-testid": "zoom" }, this.zoom.inWords),
      item.frames > 1 ? !this.player.open && act("play", "Play", { disabled: presenting }) : act("larger", "More pixels", { disabled: presenting }),
      act("beside", "Beside", { "aria-pressed": String(this.beside.on) }),
      act("sheet", "Contact sheet"),
    ];
  }

  render() {
    const { shown } = this.sheet;
    if (shown) this.sheet.render();
    if (!this.beside.place.hidden) this.beside.render();
    return shown;
  }

  /** For tests: plain values. */
  get state() {
    const { zoom, player, sheet, beside } = this;
    return {
      zoom: zoom.scale,
      turned: zoom.turned,
      pan: [zoom.x, zoom.y],
      beside: beside.item && { medium: beside.item.medium, variant: beside.look?.running?.variant ?? null },
      clip: player.open ? { at: player.video.currentTime, paused: player.video.paused, muted: player.video.muted, segments: player.segments } : null,
      sheet: sheet.shown
        ? { total: sheet.pages.total, looked: sheet.looks ?? 0, current: sheet.pages.at(sheet.current)?.medium ?? null, place: sheet.current, rows: sheet.rows.size, thumbs: sheet.thumbs.kept.size, selected: sheet.inOrder }
        : null,
    };
  }
}
