// Keys.  Single ones, from the lab's settings; digits answer; tags bring their own.

/** Texts of the acts, for the key card and for buttons. */
const ACTS = {
  save: "Save and go to the next medium",
  next: "Next medium, without saving",
  previous: "Previous medium, without saving",
  question_up: "Question before",
  question_down: "Question after",
  reveal: "Reveal the full preview",
  greyscale: "Reveal in greyscale",
  shield: "Shield again",
  no_picture: "Show the metadata only, no picture",
  outlines: "Show outlines only",
  lens: "Lens: a circle of the full preview; again leads it round (Shift and arrows too)",
  start_here: "Start every medium at the level that is shown now",
  present: "Presentation mode: no pictures in this session",
  exposure: "Your exposure, shown to you alone",
  comparison: "Comparison of start levels: read about it; leave it at once",
  self_report: "Comparison: the question about the last medium",
  blank: "Blank everything at once",
  add_child: "Add a child",
  remove_child: "Remove the child of this question",
  clear: "Take the answer away",
  more: "Show or fold the questions that are not needed",
  note: "Write a note (Esc leaves it)",
  not_sure: "Leave it as not sure",
  needs_two: "Leave it for two people",
  undo: "Undo the newest decision",
  why: "Why these grades",
  palette: "Find an act by its name",
  filter: "Search and filter the queue (Esc leaves)",
  selection: "Give these answers to all selected media",
  help: "This card",
  sheet: "Contact sheet of your media, and back",
  beside: "A second medium beside this one",
  beside_reveal: "Reveal or shield the one beside",
  larger: "Full preview with more pixels",
  zoom_in: "Larger on the screen (Shift and arrows move it)",
  zoom_out: "Smaller on the screen",
  zoom_fit: "As large as fits",
  zoom_actual: "One pixel on one pixel",
  rotate: "Turn by 90° (on the screen only)",
  play: "Open the clip; play and pause",
  frame_back: "Clip: one frame back",
  frame_on: "Clip: one frame on",
  slower: "Clip: slower",
  faster: "Clip: faster",
  shot_back: "Clip: shot before",
  shot_on: "Clip: shot after",
  segment_start: "Clip: a segment starts here",
  segment_end: "Clip: the segment ends here",
};

/** Find what a key means: { act }, { tag }, { digit } or null. */
function meaningOf(event, desk) {
  const key = asNamed(event.key);
  const act = Object.keys(desk.keys).find((name) => sameKey(desk.keys[name], key));
  if (act) return { act };
  const tag = desk.tags.find((one) => one.key && sameKey(one.key, key));
  if (tag) return { tag: tag.code };
  // By place on the keyboard as well: on AZERTY a digit would need Shift.
  const digit = /^[1-9]$/.test(event.key) ? event.key : event.code?.match(/^Digit([1-9])$/)?.[1];
  return digit ? { digit: Number(digit) } : null;
}

function sameKey(named, key) {
  return asNamed(named) === key;
}

function asNamed(key) {
  return key.length === 1 ? key.toLowerCase() : key;
}

const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable='false'])";
const PRESSABLE = "button, a[href], summary";

/**
 * Listen for keys.  Under Voila on the whole page, because a click on an empty area
 * drops the focus; in a notebook only while the desk has the focus, because other
 * cells have keys of their own.  Returns the way to stop.
 */
function listenForKeys(root, place, desk) {
  const target = place === "page" ? document : root;
  const hear = (event) => {
    if (!root.isConnected || !root.getClientRects().length) return;
    const modified = event.ctrlKey || event.altKey || event.metaKey;
    if (event.isComposing || (modified && !desk.views?.wantsModified(event))) return;
    desk.key(event);
  };
  target.addEventListener("keydown", hear, true);
  return () => target.removeEventListener("keydown", hear, true);
}

/** In a field of the desk: there Escape only leaves the field. */
function isTyping(event, root) {
  return event.target instanceof Element && root.contains(event.target) && event.target.matches(TYPING);
}

/** Keys that belong to the control with the focus, not to the desk. */
function belongsToControl(event) {
  const at = event.target instanceof Element ? event.target : null;
  if (!at) return false;
  if (at.closest(TYPING)) return true;
  const pressed = event.key === "Enter" || event.key === " ";
  return pressed && Boolean(at.closest(PRESSABLE)); // of the desk, or of the bar above it
}

/** The key card: a native modal dialog keeps the focus inside. */
function openKeyCard(root, desk) {
  const without = unboundActs(desk);
  openCard(root, desk.keys, keyRows(desk), without.length && unboundInWords(without));
}

/** Every key with what it does, in the order of the card. */
function keyRows(desk) {
  const acts = Object.entries(desk.keys).map(([act, key]) => [key, ACTS[act] ?? words(act)]);
  const tags = desk.tags.filter((tag) => tag.key).map((tag) => [tag.key, `Tag: ${tag.label}`]);
  return [["1 … 9", "Answer the marked question"], ...acts, ...tags];
}

function unboundInWords(acts) {
  const told = "These have no key here; Find an act, at the grading desk, has them: ";
  return el("p", { "data-testid": "unbound-told" }, told, acts.join("; "));
}

function openCard(root, keys, rows, told = null) {
  const row = ([key, text]) => el("tr", {}, el("th", { scope: "row" }, keyCap(key)), el("td", {}, text));
  const table = el("table", {}, el("tbody", {}, rows.map(row)));
  const print = button("Print this card", { act: () => globalThis.print(), testid: "print-card" });
  openDialog(root, { label: "Keys of this desk", testid: "help-card", more: print, keys, act: "help" }, told || null, table).classList.add("iwf-printed");
}

/**
 * A card over the desk.  Its button, or the key of `act` that opened it, closes it and no
 * more; the key that blanks closes it as well, for it leaves nothing on the screen.
 */
function openDialog(root, { label, testid, more, keys, act }, ...inside) {
  const close = button("Close", { key: "Enter", autofocus: true, testid: "close-card" });
  const dialog = el(
    "dialog",
    { class: "iwf-card", "aria-label": label, "data-testid": testid },
    el("div", { class: "iwf-row" }, el("h2", {}, label), more, close, blankHint(keys)),
    inside,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.repeat || !keys[act] || !sameKey(keys[act], asNamed(event.key))) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    root.focus({ preventScroll: true });
  });
  root.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Whether a card is "open" over the desk; the key that blanks closes it: then "blank". */
function cardOver(root, keys, event) {
  const dialog = root.querySelector("dialog[open]");
  if (!dialog) return "";
  if (!keys || !sameKey(keys.blank, asNamed(event.key))) {
    // A card that lost the focus would hear no key: it has it again, and this key.
    if (event.isTrusted && !dialog.contains(document.activeElement)) {
      dialog.querySelector("[autofocus]")?.focus();
      const { key, code, shiftKey, repeat } = event;
      dialog.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, repeat, cancelable: true }));
    }
    return "open";
  }
  dialog.close();
  return "blank";
}

/** In a card: what the key does that takes everything off the screen. */
function blankHint(keys) {
  return el("span", { class: "iwf-hint", "data-testid": "blank-hint" }, kbd(keys.blank), " closes this and blanks the desk");
}

/** What this lab left without a key, acts and tags, by their words; the palette has them. */
function unboundActs({ keys, tags }) {
  const acts = Object.entries(keys).filter(([, key]) => !key).map(([act]) => ACTS[act] ?? words(act));
  return [...acts, ...tags.filter((tag) => tag.taken).map((tag) => `Tag: ${tag.label}`)];
}

function keyCap(key) {
  return key ? el("kbd", {}, keyName(key)) : el("span", { class: "iwf-quiet" }, "no key");
}
