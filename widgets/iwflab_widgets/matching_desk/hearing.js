// What a key means at the matching desk: of a part, of the form over a stack, of all.

class Hearing {
  constructor(desk) {
    this.desk = desk;
  }

  key(event) {
    const over = cardOver(this.desk.root, this.desk.lab?.keys, event);
    if (over === "open") return;
    if (over) this.desk.blank(BLANK);
    else if (event.key === "Escape" && isTyping(event, this.desk.root)) this.desk.root.focus({ preventScroll: true });
    else if (belongsToControl(event) || !this.meant(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Do what the key means; say whether it was one of ours. */
  meant(event) {
    if (this.desk.blanked) return this.desk.woken(event);
    const act = this.desk.form.open ? this.inForm(event) : this.inPart(event);
    if (!act) return false;
    if (!event.repeat) act();
    return true;
  }

  inPart({ key }) {
    const { help, blank } = this.desk.lab.keys;
    const at = /^[1-9]$/.test(key) && this.desk.parts[Number(key) - 1];
    if (at) return () => this.desk.show(at[0]);
    const named = asNamed(key);
    if (sameKey(help, named)) return () => this.help();
    if (sameKey(blank, named)) return () => this.desk.blank(BLANK);
    return this.desk[this.desk.part]?.keys?.find(([one]) => sameKey(one, named))?.[2];
  }

  inForm(event) {
    const meaning = meaningOf(event, this.desk.lab);
    if (!meaning) return null;
    if (meaning.tag) return () => this.desk.form.answers.tag(meaning.tag);
    if (meaning.digit) return () => this.desk.form.answers.digit(meaning.digit);
    if (meaning.act === "help") return () => this.help();
    if (meaning.act === "blank") return () => this.desk.blank(BLANK);
    return () => this.desk.form.act(meaning.act);
  }

  help() {
    if (this.desk.form.open) return openKeyCard(this.desk.root, this.desk.lab);
    const parts = this.desk.parts.map(([, text], place) => [String(place + 1), text]);
    const { blank, help } = this.desk.lab.keys;
    const mine = (this.desk[this.desk.part]?.keys ?? []).map(([key, text]) => [key, text]);
    openCard(this.desk.root, this.desk.lab.keys, [...parts, ...mine, [blank, "Blank everything at once"], [help, "This card"]]);
  }
}
