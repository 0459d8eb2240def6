// A clip is played from a re-encoding that the server makes on demand: no sound, no
// metadata, never the original.  It starts only when somebody starts it, comes by Range
// requests from the no-store route, and counts as the full preview does.

const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4];

class Player {
  constructor(desk) {
    this.desk = desk;
    this.from = null; // milliseconds: where the segment that is being marked starts
    this.video = null;
  }

  get open() {
    return Boolean(this.video?.isConnected);
  }

  // -- opening and closing ---------------------------------------------------------
  async play() {
    if (this.open) return this.video.paused ? this.start() : this.video.pause();
    const { screen, server } = this.desk;
    const { item, look } = screen;
    if (!item || screen.blanked || this.coming) return;
    if (screen.presenting) return this.desk.tell(NOTHING_SENT);
    if (!(item.frames > 1)) return this.desk.tell("It does not move.");
    const wanted = () => screen.look === look && !screen.blanked && screen.wish === "clip";
    this.coming = true;
    screen.wish = "clip";
    try {
      await screen.ask(item, look, "full");
      this.desk.tell("The clip is being made; the contact sheet stays until then.");
      const made = await rendition(server, item.medium, "clip", wanted);
      if (made) this.show(item, made);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (wanted()) this.desk.tell(`Not played: ${fault.inWords}`);
    } finally {
      this.coming = false;
    }
  }

  show(item, made) {
    Object.assign(this, { item, made, from: null });
    this.video = el("video", {
      class: "iwf-picture",
      preload: "metadata",
      playsinline: true,
      disablepictureinpicture: true,
      disableremoteplayback: true,
      "aria-label": `Clip of ${item.name}, without sound`,
      "data-testid": "clip",
    });
    this.video.muted = true;
    this.video.addEventListener("volumechange", () => (this.video ? (this.video.muted = true) : null));
    for (const kind of ["timeupdate", "seeked", "play", "pause", "ratechange", "loadedmetadata", "ended"])
      this.video.addEventListener(kind, () => this.turned(kind));
    this.video.addEventListener("error", () => this.stumbled());
    this.line = el("div", { class: "iwf-player-line" });
    this.slider = el("input", { type: "range", min: 0, max: 1000, step: 1, value: 0, "aria-label": "Time", "data-testid": "clip-time" });
    this.slider.addEventListener("input", () => this.to(Number(this.slider.value) / 1000));
    const box = el("div", { class: "iwf-player", "data-testid": "player" }, this.video, this.slider, this.line);
    this.address(made.grant);
    this.desk.screen.put(box, "full");
    this.render();
    this.desk.tell(`The clip is here, paused. ${made.note ?? ""}`.trim());
  }

  address(grant) {
    this.video.src = `${this.desk.server.base}iwflab/media/${encodeURIComponent(grant)}`;
  }

  /** A grant lapses after minutes: a new one, and on from the same place. */
  async stumbled() {
    const { video, item } = this;
    if (!video || this.renewing) return;
    const [at, going] = [video.currentTime, !video.paused];
    this.renewing = true;
    try {
      const { grant } = await this.desk.server.post("iwflab/api/grant", { medium: item.medium, variant: "clip" });
      if (this.video !== video) return;
      if (this.renewedAt === at) return this.desk.tell("The clip cannot be played here.");
      this.renewedAt = at;
      this.address(grant);
      video.currentTime = at;
      if (going) this.start();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.desk.tell(`The clip stopped: ${fault.inWords}`);
    } finally {
      this.renewing = false;
    }
  }

  /** Take it away for good: paused, without an address, without its pixels. */
  close() {
    const { video } = this;
    this.video = this.item = null;
    if (!video) return;
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.remove();
  }

  // -- as the screen tells ---------------------------------------------------------
  pictured(content) {
    if (!content.contains(this.video)) this.close();
  }

  leave() {
    this.close();
  }

  blank() {
    this.close();
  }

  presented() {
    this.close();
  }

  pageSeen(visible) {
    if (!visible) this.video?.pause();
  }

  // -- what one may do -------------------------------------------------------------
  start() {
    this.video.play().catch(() => this.desk.tell("The clip cannot be played now."));
  }

  to(seconds) {
    const end = this.video.duration || Infinity; // not known yet: it starts there then
    this.video.currentTime = Math.max(0, Math.min(end, seconds));
  }

  /** One frame: into the middle of it, so that rounding never stays or skips. */
  frame(step) {
    this.video.pause();
    const { times } = this.made;
    if (times?.length) return this.to(amongTimes(times, this.video.currentTime, step));
    const rate = this.made.rate || 25;
    this.to((Math.floor(this.video.currentTime * rate + 0.01) + step + 0.5) / rate);
  }

  faster(step) {
    const at = SPEEDS.indexOf(this.video.playbackRate);
    this.video.playbackRate = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + step))];
    this.desk.live.say(`Speed ${this.video.playbackRate}.`);
  }

  /** The times of the contact sheet's tiles: where a shot begins or something is new. */
  get shots() {
    return (this.item?.metadata.sheet ?? []).map(([, microseconds]) => microseconds / 1e6);
  }

  shot(step) {
    const now = this.video.currentTime;
    const near = 0.06;
    const found = step > 0 ? this.shots.find((at) => at > now + near) : this.shots.findLast((at) => at < now - near);
    if (found === undefined) return this.desk.tell(step > 0 ? "There is no later shot." : "There is no earlier shot.");
    this.to(found + 0.001);
    this.desk.live.say(`Shot at ${clock(found)}.`);
  }

  // -- segments --------------------------------------------------------------------
  get segments() {
    return this.desk.answers.record.segments ?? [];
  }

  /** Mark where a segment starts, or where it ends: then it is one, with answers of its own. */
  mark(end) {
    const now = Math.round(this.video.currentTime * 1000);
    if (!end) {
      this.from = now;
      this.desk.tell(`A segment starts at ${clock(now / 1000)}.`);
    } else if (this.from === null) this.desk.tell("Mark the start of the segment first.");
    else if (now <= this.from) this.desk.tell("A segment ends after it starts.");
    else {
      const { from } = this;
      this.from = null;
      this.desk.answers.addSegment(from, now);
    }
    this.render();
  }

  // -- the lines below -------------------------------------------------------------
  /** Time passes four times a second: the form has nothing to do with that. */
  turned(kind) {
    this.render({ alone: kind === "timeupdate" || kind === "seeked" });
  }

  render({ alone = false } = {}) {
    const { video } = this;
    if (!video) return;
    this.slider.max = Math.round((video.duration || 0) * 1000);
    this.slider.value = Math.round(video.currentTime * 1000);
    const now = `${clock(video.currentTime)} of ${clock(video.duration || 0)}`;
    this.slider.setAttribute("aria-valuetext", now);
    const { keys } = this.desk.desk;
    const act = (name, text) => button(text, { key: keys[name], act: () => this.desk.act(name), testid: name });
    const group = (name, ...inside) => el("span", { class: "iwf-player-group", role: "group", "aria-label": name }, el("span", {}, name), inside);
    const told = this.segments.map((one) => `${clock(one.start_ms / 1000)} to ${clock(one.end_ms / 1000)}`);
    refill(
      this.line,
      act("play", video.paused ? "Play" : "Pause"),
      el("strong", { "data-testid": "clip-now" }, now),
      group("Frame", act("frame_back", "back"), act("frame_on", "on")),
      group("Shot", act("shot_back", "before"), act("shot_on", "after")),
      group(`Speed ${video.playbackRate}`, act("slower", "slower"), act("faster", "faster")),
      group("Segment", act("segment_start", "starts"), act("segment_end", "ends")),
      el("span", { class: "iwf-player-told", "data-testid": "clip-segments" }, [this.from !== null && `from ${clock(this.from / 1000)} …`, ...told].filter(Boolean).join("; ")),
      this.made.note && el("span", { class: "iwf-player-told" }, this.made.note),
    );
    if (!alone) this.desk.render();
  }
}

/** The middle of a frame so many on from the one at a time; `times` in milliseconds. */
function amongTimes(times, seconds, step) {
  const now = times.findLastIndex((at) => at <= seconds * 1000 + 0.5);
  const at = Math.max(0, Math.min(times.length - 1, now + step));
  return (times[at] + (times[at + 1] ?? times[at] + 20)) / 2000;
}

/** A time as on the contact sheet: 1:02.3. */
function clock(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  const short = `${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`;
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${short}` : `${minutes}:${short}`;
}
