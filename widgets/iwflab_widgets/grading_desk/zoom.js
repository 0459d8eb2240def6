// Zoom, pan and turn, of what is on the screen only: nothing of it is recorded, and the
// next medium is seen whole and upright again.

const ZOOM_STEP = 1.5;
const ZOOM_MOST = 16; // times the size that fits
const PAN_STEP = 80; // CSS pixels

class Zoom {
  /** `changed()` follows every change; `say(text)` tells it to who cannot see. */
  constructor(screen, { changed, say, signal }) {
    Object.assign(this, { screen, changed, say });
    this.target = null;
    this.reset();
    const { place } = screen;
    place.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
    place.addEventListener("pointerdown", (event) => this.grip(event), { signal });
    place.addEventListener("pointermove", (event) => this.drag(event), { signal });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      place.addEventListener(end, (event) => this.drop(event), { signal });
    const observer = new ResizeObserver(() => this.apply());
    observer.observe(place);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0, turned: 0, held: null });
  }

  // -- as the screen tells ---------------------------------------------------------
  /** Another picture of the same medium: seen at the same place, as large as before. */
  pictured(content) {
    const picture = content.matches(".iwf-picture") ? content : content.querySelector(".iwf-picture");
    // The lens is a circle of a known place and size: it closes the zoom.
    const lensed = content.matches(".iwf-lensed");
    if (lensed) this.reset();
    this.target = picture;
    this.apply();
    if (lensed) this.target = null;
  }

  leave() {
    this.reset();
    this.target = null;
  }

  blank() {
    this.target = null;
  }

  presented() {
    this.leave();
    this.screen.place.classList.remove("iwf-zoomed");
  }

  // -- what one may do -------------------------------------------------------------
  by(factor, around = { x: 0, y: 0 }) {
    if (!this.target) return;
    const scale = Math.min(ZOOM_MOST, Math.max(1, this.scale * factor));
    const part = scale / this.scale;
    this.x = around.x - (around.x - this.x) * part;
    this.y = around.y - (around.y - this.y) * part;
    this.scale = scale;
    this.told();
  }

  fit() {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
    this.told();
  }

  /** One pixel of the preview on one of the screen. */
  actual() {
    if (!this.target) return;
    const { natural } = this;
    this.scale = Math.min(ZOOM_MOST, Math.max(1, 1 / natural));
    this.told();
  }

  turn() {
    this.turned = (this.turned + 90) % 360;
    this.told();
  }

  pan(across, down) {
    this.x += across;
    this.y += down;
    this.told({ quiet: true });
  }

  told({ quiet = false } = {}) {
    this.apply();
    this.changed();
    if (!quiet) this.say(`${this.inWords}.`);
  }

  get inWords() {
    const turned = this.turned ? `, turned by ${this.turned}°` : "";
    return (this.scale === 1 ? "Fits" : `Zoom ${Math.round(this.scale * this.natural * 100)}%`) + turned;
  }

  get isPlain() {
    return this.scale === 1 && !this.turned;
  }

  // -- geometry --------------------------------------------------------------------
  /** Width and height of the picture in its own pixels. */
  get size() {
    const { target } = this;
    return [target?.videoWidth || target?.width || 1, target?.videoHeight || target?.height || 1];
  }

  /** How many pixels of the screen one pixel of the preview takes where it just fits. */
  get natural() {
    return this.fits(this.turned % 180 !== 0) * devicePixelRatio;
  }

  fits(sideways) {
    const { clientWidth, clientHeight } = this.target ?? this.screen.place;
    const [width, height] = sideways ? this.size.toReversed() : this.size;
    return Math.min(clientWidth / width, clientHeight / height) || 1;
  }

  /** Keep a part of the picture in view, and write it all as one transform. */
  apply() {
    const { target } = this;
    if (!target?.isConnected) return;
    this.screen.place.classList.toggle("iwf-zoomed", this.scale > 1);
    if (this.isPlain) {
      Object.assign(this, { x: 0, y: 0 });
      target.style.transform = "";
      return;
    }
    const sideways = this.turned % 180 !== 0;
    const [width, height] = sideways ? this.size.toReversed() : this.size;
    const part = this.fits(sideways) * this.scale;
    const room = (length, there) => Math.max(0, (length * part - there) / 2);
    const [across, down] = [room(width, target.clientWidth), room(height, target.clientHeight)];
    this.x = Math.max(-across, Math.min(across, this.x));
    this.y = Math.max(-down, Math.min(down, this.y));
    const scale = this.scale * (this.fits(sideways) / this.fits(false));
    target.style.transform = `translate(${this.x}px, ${this.y}px) rotate(${this.turned}deg) scale(${scale})`;
  }

  // -- mouse -----------------------------------------------------------------------
  wheel(event) {
    if (!this.target || !event.deltaY || event.target.closest("input, button, .iwf-plain")) return;
    event.preventDefault();
    const box = this.target.parentElement.getBoundingClientRect();
    const around = { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
    this.by(event.deltaY < 0 ? 1.2 : 1 / 1.2, around);
  }

  grip(event) {
    if (event.button !== 0 || this.scale === 1 || event.target !== this.target) return;
    this.held = { x: event.clientX - this.x, y: event.clientY - this.y };
    this.screen.place.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  drag(event) {
    if (!this.held) return;
    [this.x, this.y] = [event.clientX - this.held.x, event.clientY - this.held.y];
    this.apply();
  }

  drop(event) {
    if (event.type === "pointerup") this.drag(event);
    this.held = null;
  }
}
