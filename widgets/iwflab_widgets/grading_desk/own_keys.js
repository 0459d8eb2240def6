// The key card of the grading desk, on which a person gives acts keys of their own.

// What no sheet moves by, no button is pressed with and no browser needs for itself.
const OWN_KEY = /^([^\s1-9]|F([1-4]|[6-9]|10)|Backspace|Delete|Insert)$/u;
const NO_KEYS = ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "NumLock", "ScrollLock"];

/** The acts as the card groups them; whatever is in none stands under the last. */
const ACT_GROUPS = [
  ["Answering", ["question_up", "question_down", "clear", "add_child", "remove_child", "more", "note"]],
  ["Saving and going on", ["save", "not_sure", "needs_two", "next", "previous", "undo", "why", "selection"]],
  ["How much is shown", ["blank", "no_picture", "outlines", "shield", "lens", "greyscale", "reveal", "start_here", "present"]],
  ["A closer look", ["zoom_in", "zoom_out", "zoom_fit", "zoom_actual", "rotate", "larger", "beside", "beside_reveal", "sheet"]],
  ["Clips", ["play", "frame_back", "frame_on", "slower", "faster", "shot_back", "shot_on", "segment_start", "segment_end"]],
  ["This desk", ["filter", "palette", "help", "exposure"]],
];

class OwnKeys {
  constructor(desk) {
    this.desk = desk;
    this.changing = ""; // the act that waits for its new key
    this.busy = false; // a change is on its way: the next one builds on its answer
    this.without = el("div", {});
    this.body = el("div", { class: "iwf-keys-all" });
    this.said = el("p", { class: "iwf-said", role: "status", "data-testid": "keys-said" });
    this.foot = el("div", { class: "iwf-row" });
  }

  open() {
    const { desk, root } = this.desk;
    const print = button("Print this card", { act: () => globalThis.print(), testid: "print-card" });
    const told = { label: "Keys of this desk", testid: "help-card", more: print, keys: desk.keys, act: "help" };
    const card = openDialog(root, told, this.foot, this.without, this.body);
    card.querySelector(".iwf-row").append(this.said);
    card.classList.add("iwf-printed", "iwf-keys");
    // Before the card's own keys: what is pressed now is the new key, whatever it does.
    card.addEventListener("keydown", (event) => this.pressed(event), true);
    this.card = card;
    this.draw();
  }

  draw() {
    const { keys, tags } = this.desk.desk;
    const without = unboundActs(this.desk.desk);
    this.without.replaceChildren(...(without.length ? [unboundInWords(without)] : []));
    const rows = groupsOf(Object.keys(keys)).map(([title, acts]) => [title, acts.map((act) => this.row(keys[act], this.text(act), act))]);
    rows[0][1].unshift(this.row("1 … 9", "Answer the marked question"));
    rows.push(["Tags", tags.filter((tag) => tag.key).map((tag) => this.row(tag.key, `Tag: ${tag.label}`))]);
    this.body.replaceChildren(...rows.map(([title, inside]) => el("section", {}, el("h3", {}, title), el("table", {}, el("tbody", {}, inside)))));
    const reset = button("Back to this lab's keys", { act: () => this.choose({}, "These are this lab's keys again."), testid: "keys-reset" });
    const own = Object.keys(this.own).length;
    this.foot.replaceChildren(...(own ? [el("span", {}, `${count(own, "key")} ${own === 1 ? "is" : "are"} your own.`), reset] : []));
  }

  row(key, text, act) {
    const waits = Boolean(act) && act === this.changing;
    const change = act && act !== "blank" && button(waits ? "Press the new key" : "Change", {
      act: () => this.begin(waits ? "" : act),
      testid: `change-${act}`,
      "aria-label": waits ? `Press the new key for: ${text}` : `Change the key of: ${text}`,
      "aria-pressed": String(waits),
    });
    const mark = act && act in this.own ? " (your own)" : "";
    return el("tr", {}, el("th", { scope: "row" }, keyCap(key)), el("td", {}, text, mark), el("td", {}, change || ""));
  }

  get own() {
    return this.desk.desk.own_keys ?? {};
  }

  /** Wait for the next key, or (an empty act) no longer. */
  begin(act) {
    if (this.busy) return this.say("The last change is on its way. Press again in a moment.");
    const at = act || this.changing;
    this.changing = act;
    this.draw();
    this.say(act ? "Press the new key; Tab leaves it as it is." : "");
    this.focus(at);
  }

  pressed(event) {
    const act = this.changing;
    if (!act || NO_KEYS.includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    if (event.key === "Tab") return this.begin("");
    const key = asNamed(event.key);
    const { keys, lab_keys: lab } = this.desk.desk;
    if (sameKey(keys[act], key)) return this.begin("");
    if (sameKey(lab[act], key)) return this.choose(...this.back(act));
    // By place as well: on AZERTY the digits that answer are signs without Shift.
    const digit = !event.shiftKey && /^Digit[1-9]$/.test(event.code);
    const modified = event.ctrlKey || event.altKey || event.metaKey;
    if (digit || modified || !OWN_KEY.test(key)) return this.say(`${keyName(event.key)} cannot be taken. Press another; Tab leaves it as it is.`);
    this.choose(...this.given(act, key));
  }

  /** Whose key it was gets the old one, where a person may give that away. */
  given(act, key) {
    const { keys } = this.desk.desk;
    const had = Object.keys(keys).find((one) => one !== act && keys[one] && sameKey(keys[one], key));
    const now = `${keyName(key)} now means: ${this.text(act)}.`;
    if (!had) return [{ ...this.own, [act]: key }, `${now}${this.tagWithout(key)}`, act];
    const old = OWN_KEY.test(keys[act]) ? keys[act] : "";
    const also = old ? `${keyName(old)} means: ${this.text(had)}.` : `No key means: ${this.text(had)}.`;
    return [{ ...this.own, [act]: key, [had]: old }, `${now} ${also}`, act];
  }

  /** The lab's key again, of the act that has it meanwhile as well. */
  back(act) {
    const { lab_keys: lab } = this.desk.desk;
    const own = { ...this.own };
    delete own[act];
    for (const one of Object.keys(own)) if (sameKey(own[one], asNamed(lab[act]))) delete own[one];
    return [own, `${keyName(lab[act])} means again: ${this.text(act)}.`, act];
  }

  text(act) {
    return ACTS[act] ?? words(act);
  }

  /** An act wins over a tag; the palette has both. */
  tagWithout(key) {
    const tag = this.desk.desk.tags.find((one) => one.key && sameKey(one.key, key));
    return tag ? ` The tag ${tag.label} has no key now.` : "";
  }

  async choose(own, said, act = "") {
    if (this.busy) return this.say("The last change is on its way. Press again in a moment.");
    this.changing = "";
    this.busy = true;
    const { desk } = this;
    try {
      const { keys, ...found } = await desk.server.post("iwflab/api/keys", { keys: own, over: this.own, request: freshId() });
      this.hold(found, keys);
      this.say(said);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.say(`${fault.reason === "refused" ? "Not changed" : "It is not known whether that is kept"}: ${fault.inWords}`);
      if (fault.kind === "ChangedMeanwhile") await this.takeOver();
    } finally {
      this.busy = false;
    }
    this.draw();
    desk.render();
    this.focus(act);
  }

  hold(found, keys) {
    const { desk } = this;
    Object.assign(desk.desk, found);
    Object.assign(desk.desk.keys, keys); // this card closes by them as well
    desk.message = ""; // it may name a key that means another thing by now
  }

  /** What another window chose stands here as well, before anything is changed again. */
  async takeOver() {
    try {
      const { keys, tags, own_keys, lab_keys } = await this.desk.server.get("iwflab/api/desk");
      this.hold({ tags, own_keys, lab_keys }, keys);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** To a button of the card: without the focus in it nothing would hear the keys. */
  focus(act) {
    const change = act && this.body.querySelector(`[data-testid="change-${act}"]`);
    (change || this.card.querySelector('[data-testid="close-card"]'))?.focus();
  }

  say(text) {
    this.said.textContent = text;
  }
}

function groupsOf(acts) {
  const grouped = ACT_GROUPS.flatMap(([, inside]) => inside);
  const groups = ACT_GROUPS.map(([title, inside]) => [title, inside.filter((act) => acts.includes(act))]);
  groups.at(-1)[1].push(...acts.filter((act) => !grouped.includes(act)));
  return groups;
}
