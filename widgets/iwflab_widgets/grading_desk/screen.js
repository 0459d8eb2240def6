// The picture area: shielded at first sight, more only when asked, gone at one key.

class Screen {
  /**
   * `report(views)` takes what was shown when a medium leaves the screen; `revealed()`
   * follows a reveal, `emptied()` and `woken()` a blank; `goOn()` asks to end it;
   * `start()` is the person's level.
   */
  constructor({ server, pictures, outlines, ...calls }) {
    Object.assign(this, { server, pictures, outlines, ...calls });
    this.place = el("div", { class: "iwf-surround", "data-testid": "picture" });
    this.before = new Map(); // medium -> level and seconds of unsaved earlier looks
    this.item = null;
    this.look = null;
    this.blanked = "";
    this.companions = []; // views that go with the picture; see views.js
    this.presenting = false;
    this.lens = null;
    this.together = new Together();
    this.clear();
  }

  tellOthers(what, ...given) {
    for (const other of this.companions) other[what]?.(...given);
  }

  clear() {
    this.painted = null;
    this.standing = ""; // what is on the page, also before its first frame
    this.wish = "";
  }

  /** Show the open medium at a level of the ladder. */
  show(level) {
    if (!this.item || this.blanked) return;
    if (this.presenting) return this.put(presentationCard(), "");
    if (level === "lens" && this.lens) {
      this.wish = level; // also where more was asked for and is still on its way
      return this.lens.goRound();
    }
    if (!isThere(this.item, level)) return this.lacking(level);
    if (LADDER[stepOf(level)].variant === "full") return this.reveal(level);
    this.wish = level;
    if (level === "none") this.put(withheldCard(this.item), "none");
    else this.free(level === "outlines" ? this.outlines : this.pictures);
  }

  /** A clip is on the screen: it counts as full, and is no canvas. */
  get moving() {
    return Boolean(this.place.querySelector("video"));
  }

  lacking(level) {
    if (stepOf(level) > stepOf("shielded") || this.item.previews.length)
      return this.say(`${levelInWords(level)} is not available: ${missing(level)}.`);
    this.put(metadataCard(this.item), "none");
  }

  open(item) {
    this.leave();
    this.item = item;
    this.look = new Look(item.medium, this.before.get(item.medium), this.together);
    if (this.blanked) this.blank(this.blanked);
    else {
      this.begin(this.start());
      this.tellOthers("opened", item);
    }
  }

  /** First sight of a medium: as the person wants it, or lower where that is not there. */
  begin(level) {
    const first = startOf(this.item, level);
    if (first === "none" && !this.item.previews.length && !this.presenting) this.put(metadataCard(this.item), "none");
    else this.show(first);
  }

  /** The medium leaves the screen: report what was shown, drop the full preview. */
  leave() {
    if (!this.look) return;
    this.tellOthers("leave");
    this.look.rest();
    const { level, secondsNow: seconds, times } = this.look;
    this.before.set(this.item.medium, { level, seconds, times });
    this.report(this.look.take());
    this.dropFull();
    this.fill();
    this.clear();
    this.item = this.look = null;
  }

  /** It was seen at another place of the desk: its own decision tells of that, too. */
  seenElsewhere(medium, level, times) {
    const { level: before = "none", seconds = 0, times: old } = this.before.get(medium) ?? {};
    const sum = { ...old };
    for (const [one, length] of Object.entries(times)) sum[one] = (sum[one] ?? 0) + length;
    this.before.set(medium, { level: stepOf(level) > stepOf(before) ? level : before, seconds, times: sum });
  }

  /** A decision was taken: the next look at this medium counts from nothing. */
  settle(medium) {
    this.before.delete(medium);
  }

  dropFull() {
    this.closeLens();
    letGo(this.full);
    this.full = null;
    this.enlarged = false;
  }

  closeLens() {
    this.lens?.close();
    this.lens = null;
  }

  /** A level that needs no reveal: its preview was mostly drawn ahead of need. */
  async free(pictures) {
    const { item } = this;
    const level = pictures.variant;
    const kept = pictures.kept.get(item.medium)?.canvas;
    if (kept) return this.paint(kept, level);
    this.put(el("p", { class: "iwf-quiet" }, "The preview is being fetched."), "");
    const canvas = await pictures.want(item);
    if (this.item !== item || !this.wants(level)) return;
    if (canvas) this.paint(canvas, level);
    else this.put(unavailable(pictures.faultOf(item)), "");
  }

  /** The same medium, told anew (grants, what is known): what is shown of it stays. */
  renew(item) {
    this.item &&= item;
  }

  /** What is asked for later is not shown any more, nor after a blank. */
  wants(level) {
    return this.wish === level && !this.blanked && !this.presenting;
  }

  /** After trouble: fetch what could not be fetched. */
  again() {
    for (const pictures of [this.pictures, this.outlines]) {
      const failed = this.item && pictures.faultOf(this.item);
      if (failed && this.wants(pictures.variant)) this.free(pictures);
    }
  }

  /** First the reveal is on record, only then is the full preview fetched. */
  async reveal(level) {
    const { item, look } = this;
    this.lessAtOnce(level);
    this.wish = level;
    if (this.painted?.variant === level && !this.moving) return;
    try {
      const grant = await this.ask(item, look, level);
      if (this.look === look && !this.full) await this.fetchFull(item, look, grant);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (this.look === look) this.say(`Not revealed: ${fault.inWords}`);
      return;
    }
    const base = level === "lens" && (await this.pictures.want(item));
    if (this.look !== look || !this.wants(level) || !this.full) return;
    if (level === "lens") this.paintLens(base);
    else this.paint(this.full, level);
  }

  /** To show less asks nobody: it does not wait for the record. */
  lessAtOnce(level) {
    if (!this.standing || stepOf(level) >= stepOf(this.standing)) return;
    if (level === "greyscale" && this.full?.isConnected) this.full.classList.add("iwf-grey");
    else this.show("shielded");
  }

  paintLens(base) {
    if (!base) return this.put(unavailable(this.pictures.faultOf(this.item)), "");
    this.lens = new Lens(base, this.full);
    this.put(this.lens.frame, "lens");
    this.lens.goRound();
  }

  async ask(item, look, level) {
    const known = look.granted.get(level);
    if (known?.grant) return known.grant;
    const request = known?.request ?? freshId(); // a retry is the same reveal
    look.granted.set(level, { request });
    const body = { medium: item.medium, level, request };
    const { grant } = await this.server.post("iwflab/api/reveal", body);
    look.granted.set(level, { request, grant });
    this.revealed();
    return grant;
  }

  async fetchFull(item, look, grant) {
    const canvas = await this.pictures.draw(item, "full", grant);
    if (this.look === look && !this.full && !this.blanked && !this.presenting) this.full = canvas;
    else letGo(canvas);
  }

  paint(canvas, variant) {
    canvas.classList.toggle("iwf-grey", variant === "greyscale");
    canvas.setAttribute("aria-label", `Preview of ${visible(this.item.name)}: ${levelInWords(variant)}`);
    this.put(canvas, variant);
  }

  put(content, variant) {
    if (content !== this.lens?.frame) this.closeLens();
    this.look.end();
    this.painted = null;
    this.standing = variant;
    this.fill(content);
    this.tellOthers("pictured", content);
    this.changed();
    if (!variant) return;
    const { look } = this;
    // At first sight the desk says it together with what is known of the medium.
    if (look.seenFirst) this.announce(levelInWords(variant));
    look.seenFirst = true;
    whenPainted(() => {
      if (this.look !== look || this.place.firstChild !== content) return;
      look.begin(variant);
      this.painted = { medium: look.medium, variant, at: performance.now() };
      this.changed();
    });
  }

  /** Take everything off the screen at once; the full preview is not kept either. */
  blank(reason) {
    this.blanked = reason;
    const goOn = button("Go on", { act: () => this.goOn(), testid: "wake" });
    this.empty(el("div", { class: "iwf-plain" }, el("p", {}, reason), goOn));
    this.tellOthers("blank", reason);
    this.emptied(reason);
  }

  /** What had the focus here goes: in a notebook nothing but the desk would hear a key. */
  fill(...content) {
    if (this.place.contains(document.activeElement)) this.place.closest(".iwf")?.focus({ preventScroll: true });
    this.place.replaceChildren(...content);
  }

  empty(content) {
    this.fill(content);
    this.look?.rest();
    if (this.look) this.report(this.look.take()); // nobody knows when somebody comes back
    this.dropFull();
    this.pictures.keep([]);
    this.outlines.keep([]);
    this.clear();
    this.changed();
  }

  /** Shielded, whatever the person starts with: a key pressed to go on asks for no more. */
  wake() {
    this.blanked = "";
    this.look?.resume();
    if (this.item) this.begin(LEVELS[Math.min(stepOf(this.start()), stepOf("shielded"))]);
    this.tellOthers("wake");
    this.woken();
    this.changed();
  }

  /** No pixels are sent any more, or again. */
  present(presenting) {
    this.presenting = presenting;
    if (presenting && !this.blanked) this.empty("");
    this.tellOthers("presented", presenting);
    if (this.blanked || !this.look) return;
    this.look.resume();
    this.begin(LEVELS[Math.min(stepOf(this.start()), stepOf("shielded"))]);
    this.woken();
  }

  /** The browser tab went away or came back: nobody sees a hidden page. */
  seen(visible) {
    if (!this.look || this.blanked) return;
    this.tellOthers("pageSeen", visible);
    if (!visible) this.look.rest();
    else {
      this.look.resume();
      if (this.painted) this.look.begin(this.painted.variant);
    }
  }
}

function unavailable(fault) {
  return el(
    "div",
    { class: "iwf-plain", "data-testid": "no-preview" },
    el("p", {}, "The shielded preview cannot be shown now."),
    // Why the server does not answer is the banner's to say: it knows when that changes.
    el("p", {}, fault?.reason === "refused" ? fault.inWords : "It is fetched when the server answers again."),
  );
}
