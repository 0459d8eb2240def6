// A second medium beside the open one: the exemplar of its stack, else the one before.
// Shielded at first sight like every other; it has a look, and a record, of its own.

class Beside {
  constructor(desk) {
    this.desk = desk;
    this.on = false; // the person's wish, kept from medium to medium
    this.item = this.look = this.full = this.rested = null;
    this.caption = el("p", { class: "iwf-second-caption", "data-testid": "beside-caption" });
    this.picture = el("div", { class: "iwf-surround" });
    this.controls = el("div", { class: "iwf-row" });
    const inside = [this.caption, this.picture, this.controls];
    this.place = el("section", { class: "iwf-second", hidden: true, "aria-label": "Beside it", "data-testid": "beside-pane" }, inside);
  }

  toggle() {
    this.on = !this.on;
    if (!this.on) {
      this.leave();
      return this.desk.tell("One medium.");
    }
    this.open(this.desk.screen.item);
  }

  /** The screen opened another medium, or the person asked. */
  async open(item) {
    this.leave();
    if (!this.on || !item || this.desk.screen.presenting) return;
    const { desk } = this;
    const run = (this.run = {});
    const current = () => this.on && this.run === run && desk.screen.item === item && !desk.screen.blanked;
    try {
      const other = await this.other(item);
      if (!current()) return;
      this.place.hidden = false;
      if (!other) return this.say(null, "There is nothing to show beside it: it is in no stack, and none was before.");
      this.item = other.item;
      this.look = new Look(other.item.medium, null, desk.screen.together);
      this.say(other.item, other.why);
      await this.shield(current);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (current()) desk.tell(`Nothing beside it: ${fault.inWords}`);
    }
  }

  /** Choose: the exemplar of its stack, else the medium before it. */
  async other(item) {
    const { desk } = this;
    const { exemplar } = await desk.server.get(`iwflab/api/beside?${new URLSearchParams({ medium: item.medium })}`, SHEET_PATIENCE);
    if (exemplar) return { item: await desk.views.itemOf(exemplar), why: "The exemplar of its stack" };
    const before = desk.items[desk.items.indexOf(item) - 1];
    return before && { item: before, why: "The medium before" };
  }

  say(item, why) {
    this.caption.textContent = visible(item ? `${why}: ${item.name}` : why);
    this.desk.tell(this.caption.textContent, { quiet: true });
  }

  /** As the person starts with every medium, but never above shielded. */
  async shield(current = () => true) {
    const { item, look, desk } = this;
    this.wish = "";
    if (!item.previews.length) return this.put(metadataCard(item), "none");
    const level = startOf(item, desk.views.firstSight);
    if (level === "none") return this.put(withheldCard(item), "none");
    const canvas = await desk.pictures.draw(item, level, item.grants?.[level]);
    if (this.look !== look || this.wish || !current() || this.closed) return letGo(canvas);
    this.put(canvas, level);
  }

  get isFull() {
    return this.look?.running?.variant === "full" || Boolean(this.canvas && this.canvas === this.full);
  }

  get closed() {
    const { blanked, presenting } = this.desk.screen;
    return Boolean(blanked) || presenting;
  }

  /** Less at once: what is on its way does not come any more. */
  less() {
    if (!this.look || !(this.isFull || this.wish)) return;
    if (this.isFull) this.put(el("p", { class: "iwf-quiet" }, "The preview is being fetched."), "");
    this.turned(() => this.shield());
  }

  /** Full, or shielded again: on record before it is fetched, as for the open medium. */
  async reveal() {
    const { desk, item, look } = this;
    if (!item || this.closed) return desk.tell("Nothing is shown beside it.");
    if (this.isFull || this.wish) return this.less();
    if (!item.previews.includes("full")) return desk.tell("There is no full preview of it.");
    this.wish = "full";
    await this.turned(async () => {
      const grant = await desk.screen.ask(item, look, "full");
      const canvas = await desk.pictures.draw(item, "full", grant);
      if (this.look !== look || !this.wish || this.closed) return letGo(canvas);
      this.full = canvas;
      this.put(canvas, "full");
      desk.tell("The medium beside it is revealed.", { quiet: true });
    });
  }

  /** Show more or less of it; tell what went wrong. */
  async turned(call) {
    const { look } = this;
    try {
      await call();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.wish = "";
      if (this.look === look) this.desk.tell(`Not shown: ${fault.inWords}`);
    }
  }

  put(content, variant) {
    const { look } = this;
    look.end();
    this.rested = null;
    letGo(this.canvas);
    this.canvas = content.matches("canvas") ? content : null;
    this.picture.replaceChildren(content);
    if (!variant) return;
    whenPainted(() => {
      if (this.look !== look || this.picture.firstChild !== content) return;
      look.begin(variant);
      this.desk.render();
    });
  }

  leave() {
    this.run = null;
    this.place.hidden = true;
    if (this.look) {
      this.look.rest();
      const { medium, level, times } = this.look;
      this.desk.screen.seenElsewhere(medium, level, times);
      this.desk.report(this.look.take());
    }
    letGo(this.canvas);
    fill(this.picture);
    fill(this.caption);
    this.item = this.look = this.canvas = this.full = this.rested = null;
    this.wish = "";
  }

  presented(presenting) {
    if (presenting) this.leave();
    else this.open(this.desk.screen.item);
  }

  blank() {
    this.leave();
  }

  opened(item) {
    this.open(item);
  }

  pageSeen(visible) {
    if (!this.look) return;
    if (!visible) {
      this.rested = this.look.running ?? this.rested; // the page may go and be hidden
      this.look.rest();
    } else {
      this.look.resume();
      if (this.rested) this.look.begin(this.rested.variant);
      this.rested = null;
    }
  }

  wake() {
    this.open(this.desk.screen.item);
  }

  render() {
    const { keys } = this.desk.desk;
    const text = this.isFull ? "Shield this one again" : "Reveal this one";
    const turn = { key: keys.beside_reveal, act: () => this.reveal(), testid: "beside_reveal", disabled: !this.item };
    refill(this.controls, button(text, turn));
  }
}
