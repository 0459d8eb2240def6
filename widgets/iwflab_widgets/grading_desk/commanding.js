// What a key or a click of the desk sets off.

// Blank, these go on, and whatever means something; the others are of the machine.
const ANY_KEY = /^(.|Enter|Backspace|Delete|Insert|Home|End|Page(Up|Down)|Arrow(Up|Down|Left|Right))$/u;

Object.assign(Desk.prototype, {
  key(event) {
    const over = cardOver(this.root, this.desk?.keys, event);
    if (over === "open") return;
    if (over) this.blank();
    else if (event.key === "Escape" && isTyping(event, this.root)) this.leaveField();
    else if (belongsToControl(event) || !(this.heldKey(event) || this.meant(event))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },

  /** Keys that the views have for themselves, and that may be held down. */
  heldKey(event) {
    return Boolean(this.desk) && !this.screen.blanked && this.views.key(event);
  },

  /** Leave a field; what is more than shielded goes from the screen with the same key. */
  leaveField() {
    this.root.focus();
    const more = stepOf(this.screen.standing) > stepOf("shielded");
    if (more || this.views.beside.isFull) this.blank();
  },

  /** Do what the key means; say whether it was one of ours. */
  meant(event) {
    const meaning = meaningOf(event, this.desk);
    if (this.screen.lens?.moved(event)) return true;
    if (this.screen.blanked) {
      const any = meaning !== null || ANY_KEY.test(event.key);
      if (any && !event.repeat) this.wake();
      return any;
    }
    if (!meaning) this.meansNothing(event);
    if (meaning && this.views.leaves(meaning)) return this.layout.page(meaning.act === "shot_on" ? 1 : -1);
    if (!meaning) return false;
    if (event.repeat) return true; // a held key must not grade ten media
    if (this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    this.perform(meaning);
    return true;
  },

  /** Who presses from habit is told that nothing came of it; the key is the browser's. */
  meansNothing({ key: pressed, repeat, shiftKey }) {
    const { keys, lab_keys: lab = {} } = this.desk;
    const key = asNamed(pressed);
    const was = Object.keys(lab).find((act) => lab[act] && sameKey(lab[act], key));
    const sign = key.length === 1 && key.trim();
    if (repeat || !(was || sign) || (shiftKey && key.startsWith("Arrow"))) return;
    const [now, help] = [was && keys[was], keys.help].map((one) => (one ? keyName(one) : ""));
    const told = was ? `${ACTS[was] ?? words(was)}: ${now || "no key"}.` : help && `${help} shows the keys.`;
    this.tell(`${keyName(pressed)} means nothing here. ${told}`.trimEnd());
  },

  perform({ act, tag, digit }) {
    if (this.screen.blanked) return; // whoever comes back wakes it with a key first
    if (act) this.act(act);
    else if (!this.item) this.tell("No medium is open.");
    else if (this.views.sheet.shown) this.tell("Enter opens the marked medium first.");
    else if (tag) this.answers.tag(tag);
    else this.answers.digit(digit);
  },

  act(name) {
    const { always, onMedium } = actsOf(this);
    // The contact sheet covers the medium: what is done to a medium waits until it is seen.
    const covered = this.views.sheet.shown && !ON_SHEET.includes(name);
    if (covered) return this.tell("Enter opens the marked medium first.");
    if (onMedium[name] && !this.item) this.tell("No medium is open.");
    else (always[name] ?? onMedium[name])?.();
  },

  blank() {
    this.screen.blank("Blank. Any key goes on, shielded.");
  },

  /** Whoever comes back goes on, shielded; another person who is logged in does not. */
  wake() {
    if (!this.watch.stranger) this.screen.wake();
  },

  /** Nothing of any medium stays in the page: no picture, no name, no word about it. */
  emptied(reason) {
    this.asking = null;
    this.message = "";
    this.root.querySelector("dialog[open]")?.close();
    // What had the focus may be hidden now; in a notebook nothing else would hear a key.
    if (this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    sweep(this.root);
    this.layout.bare();
    this.live.say(reason);
  },

  toggleWhy() {
    if (isEmpty(this.answers.record)) return this.tell("Nothing is answered yet: there is nothing to explain.");
    this.why = !this.why;
    this.layout.follow = "why";
    this.render();
  },

  /** After a mouse click the keys are the desk's again, not the clicked button's. */
  clicked(event) {
    const typing = event.target instanceof Element && event.target.closest(`${TYPING}, a[href]`);
    const dialog = this.root.querySelector("dialog[open]");
    if (event.detail > 0 && !typing && !dialog) this.root.focus({ preventScroll: true });
  },
});
