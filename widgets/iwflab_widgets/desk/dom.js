// Shared by every desk.  Text reaches the page as text nodes only: names of files and
// EXIF fields come from evidence and may hold anything.

/**
 * Make an element: el("button", { class: "x", onclick: act }, "Save", kbd("Enter")).
 * Attributes that are null, undefined or false are left out.
 */
function el(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) listen(made, key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : visible(String(value)));
  }
  made.append(...present(inside));
  return made;
}

/** Have something done at an event; an element that stays can be told to do another. */
function listen(element, kind, act) {
  element.heard ??= {};
  if (!(kind in element.heard)) element.addEventListener(kind, (event) => element.heard[kind]?.(event));
  element.heard[kind] = act;
}

/** Leave out what is not there, so that callers can write `test && el(...)`. */
function present(inside) {
  const there = inside.flat(3).filter((part) => part !== null && part !== undefined && part !== false);
  return there.map((part) => (part instanceof Node ? part : visible(String(part))));
}

// JupyterLab looks for its shortcuts ("x" cuts a cell) from the element with the focus
// upwards, so that a button or a list of a desk would meet them before the mark of the desk.
// At the window, before JupyterLab hears the key, whatever hears it here bears the mark.
const NO_SHORTCUTS = "data-lm-suppress-shortcuts";
const keepKeys = ({ target }) => {
  if (target instanceof Element && target.closest(`.iwf[${NO_SHORTCUTS}]`)) target.setAttribute(NO_SHORTCUTS, "true");
};
for (const kind of ["keydown", "keyup"]) addEventListener(kind, keepKeys, { capture: true, passive: true });

// As display_text does in Python: control, format (right-to-left, zero width), surrogates
// and separators.  Line ends and tabs are white space on a page.
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Show what cannot be seen; every text and attribute of a desk goes through here. */
function visible(text) {
  return text.replace(UNSEEN, "\ufffd");
}

/** Put new children into a place and keep the keyboard focus on the same control. */
function fill(place, ...inside) {
  keepFocus(place, () => place.replaceChildren(...present(inside)));
}

function keepFocus(place, change) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const id = focused?.dataset.testid;
  change();
  if (!id || place.contains(document.activeElement)) return;
  place.querySelector(`[data-testid="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
}

const KEY_NAMES = {
  " ": "Space",
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  PageUp: "PgUp",
  PageDown: "PgDn",
};

/** A key as it is printed on keyboards. */
function keyName(key) {
  const capital = key.toUpperCase(); // of ß it is two letters
  return KEY_NAMES[key] ?? (key.length === 1 && capital.length === 1 ? capital : key);
}

/** Show a key beside its control. */
function kbd(key) {
  return key ? el("kbd", { "aria-hidden": "true" }, keyName(key)) : null;
}

/** A button with its key beside it. `pressed` etc. go through as attributes. */
function button(text, { key, act, testid, ...more }) {
  const shortcut = key === " " ? "Space" : key;
  const given = { type: "button", class: "iwf-button", "aria-keyshortcuts": shortcut || null, ...more };
  return el("button", { ...given, "data-testid": testid, onclick: act }, el("span", {}, text), kbd(key));
}

/** Write a code as words: not_determined -> not determined. */
function words(code) {
  return String(code).replaceAll("_", " ");
}

function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
}

function bytesInWords(size) {
  if (!Number.isFinite(size)) return "size unknown";
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(size || 1) / 3)));
  return `${(size / 1000 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

function timeInWords(seconds) {
  if (seconds < 90) return count(Math.round(seconds), "second");
  if (seconds < 5400) return count(Math.round(seconds / 60), "minute");
  return `${(seconds / 3600).toFixed(1)} hours`;
}

/** A fresh request id.  crypto.randomUUID is missing on plain http, this is not. */
function freshId() {
  const raw = crypto.getRandomValues(new Uint8Array(16));
  raw[6] = (raw[6] & 0x0f) | 0x40;
  raw[8] = (raw[8] & 0x3f) | 0x80;
  const hex = [...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A polite live region; the same words twice are still spoken twice. */
function liveRegion() {
  const region = el("div", { class: "iwf-unseen", "aria-live": "polite", "data-testid": "spoken" });
  const say = (text) => {
    region.textContent = region.textContent === text ? `${text}\u00a0` : text;
  };
  return { region, say };
}

/** Names of schemes as people write them. */
function schemeInWords(name) {
  const short = words(name).replace(/\b(uk|sap|ncmec|interpol|iccam|vics?|us|nz|copine|anvil)\b/g, (one) => one.toUpperCase());
  return short.replace(/^[a-z]/, (first) => first.toUpperCase());
}
