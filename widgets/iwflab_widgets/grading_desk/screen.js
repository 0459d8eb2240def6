// The picture area: shielded at first sight, more only when asked, gone at one key.

class Screen {
  /** `report(views)` takes what was shown when a medium leaves the screen; `revealed()` follows a reveal. */
  constructor({ server, pictures, say, changed, report, revealed }) {
    Object.assign(this, { server, pictures, say, changed, report, revealed });
    this.place = el("div", { class: "iwf-surround", "data-testid": "picture" });
    this.before = new Map(); // medium -> level and seconds of unsaved earlier looks
    this.item = null;
    this.look = null;
    this.blanked = "";
    this.companions = []; // views that go with the picture; see views.js
    this.clear();
  }

  tellOthers(what, ...given) {
    for (const other of this.companions) other[what]?.(...given);
  }

  clear() {
    this.painted = null;
    this.wish = "";
  }

  open(item) {
    this.leave();
    this.item = item;
    this.look = new Look(item.medium, this.before.get(item.medium));
    if (this.blanked) this.blank(this.blanked);
    else this.shield();
    if (!this.blanked) this.tellOthers("opened", item);
  }

  /** The medium leaves the screen: report what was shown, drop the full preview. */
  leave() {
    if (!this.look) return;
    this.tellOthers("leave");
    this.look.rest();
    this.before.set(this.item.medium, { level: this.look.level, seconds: this.look.secondsNow });
    this.report(this.look.take());
    this.dropFull();
    this.place.replaceChildren();
    this.clear();
    this.item = this.look = null;
  }

  /** A decision was taken: the next look at this medium counts from nothing. */
  settle(medium) {
    this.before.delete(medium);
  }

  dropFull() {
    letGo(this.full);
    this.full = null;
    this.enlarged = false;
  }

  async shield() {
    const { item } = this;
    this.wish = "shielded";
    if (!item.previews.includes("shielded")) {
      this.put(metadataCard(item), "");
      return;
    }
    const kept = this.pictures.shielded.get(item.medium)?.canvas;
    if (kept) return this.paint(kept, "shielded");
    this.put(el("p", { class: "iwf-quiet" }, "The shielded preview is being fetched."), "");
    const canvas = await this.pictures.want(item);
    if (this.item !== item || this.wish !== "shielded" || this.blanked) return;
    if (canvas) this.paint(canvas, "shielded");
    else this.put(unavailable(this.pictures.faultOf(item)), "");
  }

  /** After trouble: fetch what could not be fetched. */
  again() {
    const failed = this.item && this.pictures.faultOf(this.item);
    if (failed && this.wish === "shielded" && !this.blanked) this.shield();
  }

  /** First the reveal is on record, only then is the full preview fetched. */
  async reveal(level) {
    const { item, look } = this;
    const there = this.full && this.place.firstChild === this.full;
    if (!item || (there && this.painted?.variant === level)) return;
    if (!item.previews.includes("full")) return this.say("There is no full preview of this medium.");
    this.wish = level;
    try {
      const grant = await this.ask(item, look, level);
      if (this.look === look && !this.full) await this.fetchFull(item, look, grant);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (this.look === look) this.say(`Not revealed: ${fault.inWords}`);
      return;
    }
    const stillWanted = this.look === look && this.wish === level && !this.blanked;
    if (stillWanted && this.full) this.paint(this.full, level);
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
    if (this.look === look && !this.full && !this.blanked) this.full = canvas;
    else letGo(canvas);
  }

  paint(canvas, variant) {
    canvas.classList.toggle("iwf-grey", variant === "greyscale");
    this.put(canvas, variant);
  }

  put(content, variant) {
    this.look.end();
    this.painted = null;
    this.place.replaceChildren(content);
    this.tellOthers("pictured", content);
    this.changed();
    if (!variant) return;
    const { look } = this;
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
    const goOn = button("Go on", { act: () => this.wake(), testid: "wake" });
    this.place.replaceChildren(el("div", { class: "iwf-plain" }, el("p", {}, reason), goOn));
    this.tellOthers("blank", reason);
    this.look?.rest();
    this.dropFull();
    this.clear();
    this.changed();
  }

  wake() {
    this.blanked = "";
    this.look?.resume();
    if (this.item) this.shield();
    this.tellOthers("wake");
    this.changed();
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
    fault && el("p", {}, fault.inWords),
  );
}
