// The act for a selection: the answers on the form go to all media that were chosen, on
// the contact sheet or by the filter, in one act; the undo key takes all of it back.

const ACT_PATIENCE = 120_000; // milliseconds: thousands of media are one act on the disk

class Selecting {
  constructor(desk) {
    this.desk = desk;
    this.picked = null; // ids by the filter; null: the contact sheet's own selection
    this.asking = false;
    this.busy = "";
    this.pending = null; // what was sent and not answered: it is sent again as it is
    this.place = el("div", { class: "iwf-chosen iwf-row", role: "group", "aria-label": "Selection", hidden: true, "data-testid": "selection" });
  }

  get media() {
    return this.picked ?? this.desk.views.sheet.inOrder;
  }

  get inWords() {
    return count(this.media.length, "medium", "media");
  }

  /** What of them is left out, as far as this page knows. */
  get leftOut() {
    const { items, item, views: { sheet } } = this.desk;
    const here = new Map(items.map((one) => [one.medium, isOpen(one)]));
    const waits = (medium) => here.get(medium) ?? (sheet.pages.at(sheet.pages.place.get(medium))?.stage ?? "waiting") === "waiting";
    // The open one is graded anew where it was graded: that is seen, and said to be over.
    const graded = this.media.filter((medium) => medium !== item?.medium && !waits(medium)).length;
    return graded ? `${graded.toLocaleString("en-GB")} of them ${graded === 1 ? "is" : "are"} graded already and left out. ` : "";
  }

  pick(ids) {
    this.picked = ids.length ? ids : null;
    this.asking = false;
    this.desk.render();
  }

  forget() {
    this.picked = null;
    this.asking = false;
    this.desk.views?.sheet?.selected.clear();
    this.desk.render();
  }

  /** The key: once to ask, with the number; again to do it. */
  act() {
    const reason = this.mayNot();
    if (reason) return this.desk.tell(reason);
    if (!this.asking && !this.pending) {
      this.asking = true;
      this.desk.tell(`These answers go to ${this.inWords}. ${this.leftOut}Press again to do it.`, { quiet: true });
      return this.desk.render();
    }
    this.asking = false;
    return this.send();
  }

  mayNot() {
    const { stopped, outbox, answers, item, views } = this.desk;
    if (this.busy) return this.busy;
    if (this.desk.screen.blanked) return "Nothing is graded from a blank desk.";
    // The form is hidden there, and nothing is graded with answers that nobody sees.
    if (views.sheet.shown) return "Nothing is graded from the contact sheet: go back to the medium first.";
    if (!this.pending && !this.media.length) return "Nothing is selected: choose on the contact sheet or by the filter.";
    if (stopped) return `Not graded. ${stopped}`;
    if (outbox.waiting) return "Not graded yet: something is still on the way. Press again in a moment.";
    if (this.pending) return "";
    if (!item) return "Not graded: no medium is open, and so no answers.";
    return isEmpty(answers.record) ? "Not graded: nothing is answered yet." : "";
  }

  /** What is sent: the open medium counts as looked at only where it is selected. */
  made() {
    const { item, answers, screen } = this.desk;
    const open = this.media.includes(item.medium);
    const looked = open ? { reveal: screen.look.level, seconds: screen.look.secondsNow } : { reveal: "none", seconds: 0 };
    const over = open ? { medium: item.medium, over: standsOver(item) } : { medium: "" };
    return { request: freshId(), media: [...this.media], record: cleanRecord(answers.record), ...looked, ...over };
  }

  async send() {
    const { outbox } = this.desk;
    if (!this.pending) outbox.pressed += 1; // one decision, for all of them
    const body = (this.pending ??= this.made());
    const reply = await this.post("iwflab/api/selection", body, `${count(body.media.length, "medium", "media")} are being saved.`, "Not graded");
    if (!reply) {
      if (!this.pending) outbox.pressed -= 1; // refused, not only unanswered
      return;
    }
    this.pending = null;
    outbox.saved += 1;
    const { drafts } = this.desk.answers;
    const from = this.desk.item?.medium;
    const changed = body.medium && drafts.has(body.medium) && !sameRecord(drafts.get(body.medium), body.record);
    if (body.medium && !changed) drafts.delete(body.medium);
    this.desk.saving.decided.push({ selection: body.request, medium: body.medium, record: body.record });
    this.forget();
    await this.desk.refetch(body.medium && !changed ? null : from);
    this.desk.progress = reply.progress ?? this.desk.progress;
    const kept = changed ? " What you answered meanwhile is kept, unsaved." : "";
    this.desk.tell(`Graded ${count(reply.graded.length, "medium", "media")} in one act.${leftInWords(reply.left_out)}${kept}`);
  }

  /** Take the whole act back; its answers become a draft of the medium that was open. */
  async undo(decided) {
    const body = { named: decided.selection, request: (decided.undo ??= freshId()) };
    const reply = await this.post("iwflab/api/selection/undo", body, "The selection is being taken back.", "Not undone");
    if (!reply) {
      if (this.unheard) this.desk.saving.decided.push(decided); // refused, the next reaches what was before
      return;
    }
    this.desk.outbox.undone += 1;
    const { drafts } = this.desk.answers;
    if (decided.medium && !drafts.has(decided.medium)) drafts.set(decided.medium, decided.record);
    await this.desk.refetch(decided.medium || null);
    this.desk.tell(`Undone: ${count(reply.withdrawn.length, "medium", "media")} wait again.${leftInWords(reply.left)}`);
  }

  /** Send under one request id; give null where it was not done, and say why. */
  async post(path, body, busy, failed) {
    this.busy = busy;
    this.desk.tell(busy);
    try {
      return await this.desk.server.post(path, body, {}, ACT_PATIENCE);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      // The server may have done it and not said so: the same id does it once.
      this.unheard = fault.reason !== "refused";
      const again = this.unheard ? " Press again: it is done once." : "";
      if (!again && path === "iwflab/api/selection") this.pending = null;
      this.desk.tell(`${failed}: ${fault.inWords}${again}`);
      return null;
    } finally {
      this.busy = "";
    }
  }

  draw() {
    const { desk } = this.desk;
    const number = this.media.length;
    const covered = this.desk.views.sheet.shown || Boolean(this.desk.screen.blanked);
    if (!number || covered) this.asking = false;
    this.place.hidden = !desk || covered || (!number && !this.pending);
    if (this.place.hidden) return;
    const key = desk.keys.selection;
    const go = (text) => button(text, { key, act: () => this.act(), testid: "selection-act", class: "iwf-button iwf-strong", disabled: Boolean(this.busy) });
    const told = el("span", { "data-testid": "selection-told" }, `${this.inWords} selected: the answers on this form go to all of them.`);
    const asked = this.asking && el("strong", { "data-testid": "selection-asked" }, `Grade ${this.inWords} in one act? ${this.leftOut || "Those that are not yours or not open are left out, and named."}`);
    refill(
      this.place,
      this.asking ? asked : told,
      this.pending ? go("Send again") : go(this.asking ? `Yes, grade ${this.inWords}` : "Grade the selection"),
      this.asking
        ? button("Stay here", { act: () => this.stay(), testid: "selection-stay" })
        : button("Select none", { act: () => this.forget(), testid: "selection-none" }),
    );
  }

  stay() {
    this.asking = false;
    this.desk.render();
  }
}

/** What was left out, by reason, with the number of each. */
function leftInWords(left) {
  const reasons = new Map();
  for (const { why } of left) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const told = [...reasons].map(([why, number]) => `${number.toLocaleString("en-GB")}: ${why}`);
  return told.length ? ` Left out: ${told.join("; ")}.` : "";
}
