// The key card of the grading desk, on which a person gives acts keys of their own.

const NAMED_KEYS = /^(F([1-4]|[6-9]|10)|Arrow(Up|Down|Left|Right)|Page(Up|Down)|Home|End|Insert|Delete|Backspace|Enter)$/;

class OwnKeys {
  constructor(desk) {
    this.desk = desk;
    this.changing = ""; // the act that waits for its new key
    this.body = el("tbody", {});
    this.said = el("p", { class: "iwf-said", role: "status", "data-testid": "keys-said" });
    this.foot = el("div", { class: "iwf-row" });
  }

  open() {
    const { desk, root } = this.desk;
    const without = unboundActs(desk);
    const print = button("Print this card", { act: () => globalThis.print(), testid: "print-card" });
    const told = { label: "Keys of this desk", testid: "help-card", more: print, keys: desk.keys, act: "help" };
    const card = openDialog(root, told, without.length ? unboundInWords(without) : null, this.said, this.foot, el("table", {}, this.body));
    card.classList.add("iwf-printed", "iwf-keys");
    // Before the card's own keys: what is pressed now is the new key, whatever it does.
    card.addEventListener("keydown", (event) => this.pressed(event), true);
    this.draw();
  }

  draw() {
    const { keys, tags } = this.desk.desk;
    const acts = Object.entries(keys).map(([act, key]) => this.row(key, ACTS[act] ?? words(act), act));
    const rest = tags.filter((tag) => tag.key).map((tag) => this.row(tag.key, `Tag: ${tag.label}`));
    this.body.replaceChildren(this.row("1 … 9", "Answer the marked question"), ...acts, ...rest);
    const reset = button("Back to this lab's keys", { act: () => this.choose({}, "These are this lab's keys again."), testid: "keys-reset" });
    const own = Object.keys(this.own).length;
    this.foot.replaceChildren(...(own ? [el("span", {}, `${count(own, "key")} ${own === 1 ? "is" : "are"} your own.`), reset] : []));
  }

  row(key, text, act) {
    const waits = Boolean(act) && act === this.changing;
    const change = act && button(waits ? "Press the new key" : "Change", {
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
    this.changing = act;
    this.draw();
    this.say(act ? "Press the new key; Tab leaves it as it is." : "");
    if (act) this.focus(act);
  }

  pressed(event) {
    const act = this.changing;
    if (!act || event.repeat || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    if (event.key === "Tab") return this.begin("");
    event.preventDefault();
    event.stopImmediatePropagation();
    const key = asNamed(event.key);
    const { keys } = this.desk.desk;
    const whole = key.length === 1 ? !/[1-9]/.test(key) : NAMED_KEYS.test(key);
    if (event.ctrlKey || event.altKey || event.metaKey || !whole) return this.say("This key cannot be taken. Press another; Tab leaves it as it is.");
    if (sameKey(keys[act], key)) return this.begin("");
    this.choose(...this.given(act, key));
  }

  /** Whose key it was gets the old one in its place: no act is left without. */
  given(act, key) {
    const { keys } = this.desk.desk;
    const had = Object.keys(keys).find((one) => one !== act && keys[one] && sameKey(keys[one], key));
    const text = (one) => ACTS[one] ?? words(one);
    const now = `${keyName(key)} now means: ${text(act)}.`;
    if (!had) return [{ ...this.own, [act]: key }, `${now}${this.tagWithout(key)}`, act];
    const also = keys[act] ? `${keyName(keys[act])} means: ${text(had)}.` : `No key means: ${text(had)}.`;
    return [{ ...this.own, [act]: key, [had]: keys[act] }, `${now} ${also}`, act];
  }

  /** An act wins over a tag; the palette has both. */
  tagWithout(key) {
    const tag = this.desk.desk.tags.find((one) => one.key && sameKey(one.key, key));
    return tag ? ` The tag ${tag.label} has no key now.` : "";
  }

  async choose(own, said, act = "") {
    this.changing = "";
    const { desk } = this;
    try {
      const found = await desk.server.post("iwflab/api/keys", { keys: own, request: freshId() });
      Object.assign(desk.desk, found);
      this.say(said);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.say(`Not changed: ${fault.inWords}`);
    }
    this.draw();
    desk.render();
    if (act) this.focus(act);
  }

  focus(act) {
    this.body.querySelector(`[data-testid="change-${act}"]`)?.focus();
  }

  say(text) {
    this.said.textContent = text;
  }
}
