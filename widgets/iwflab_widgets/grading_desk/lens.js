// The lens: a circle of the full preview over the shielded one.  The page holds no more
// of it than the circle: its canvas is no larger, and it is drawn anew for every place.

const LENS_SIDE = 220; // CSS pixels across
const LENS_STEP = 40; // one press of Shift and an arrow
const LENS_ROUND = [
  [0.5, 0.5], [0.25, 0.25], [0.5, 0.25], [0.75, 0.25], [0.75, 0.5],
  [0.75, 0.75], [0.5, 0.75], [0.25, 0.75], [0.25, 0.5],
];

class Lens {
  /** `base` is the shielded canvas, `full` the full one, which is never put on the page. */
  constructor(base, full) {
    Object.assign(this, { base, full, place: 0 });
    this.glass = el("canvas", { class: "iwf-lens", "aria-hidden": "true" });
    this.glass.width = this.glass.height = LENS_SIDE;
    this.frame = el("div", { class: "iwf-lensed" }, base, this.glass);
    this.pen = this.glass.getContext("2d");
    this.frame.addEventListener("pointermove", (event) => this.at(event.offsetX, event.offsetY));
    this.frame.addEventListener("pointerdown", (event) => this.at(event.offsetX, event.offsetY));
  }

  /** Where the picture lies in the frame: it is fitted, as object-fit does. */
  get box() {
    const { clientWidth: width, clientHeight: height } = this.frame;
    const scale = Math.min(width / this.full.width, height / this.full.height);
    const size = { width: this.full.width * scale, height: this.full.height * scale };
    return { ...size, scale, left: (width - size.width) / 2, top: (height - size.height) / 2 };
  }

  /** One key is enough: it leads the lens round the picture. */
  goRound() {
    const [x, y] = LENS_ROUND[this.place % LENS_ROUND.length];
    this.place += 1;
    const { left, top, width, height } = this.box;
    this.at(left + x * width, top + y * height);
  }

  /** Shift and an arrow move it; say whether this was one of them. */
  moved({ key, shiftKey }) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!shiftKey || !ways[key]) return false;
    const [right, down] = ways[key];
    this.at(this.x + right * LENS_STEP, this.y + down * LENS_STEP);
    return true;
  }

  /** Show the part around a place in the frame; outside the picture there is none. */
  at(x, y) {
    const { left, top, width, height, scale } = this.box;
    if (!width || !height) return;
    this.x = Math.min(Math.max(x, left), left + width);
    this.y = Math.min(Math.max(y, top), top + height);
    const half = LENS_SIDE / 2;
    const { pen } = this;
    pen.clearRect(0, 0, LENS_SIDE, LENS_SIDE);
    pen.save();
    pen.beginPath();
    pen.arc(half, half, half, 0, 2 * Math.PI);
    pen.clip();
    const part = LENS_SIDE / scale;
    const from = [(this.x - left - half) / scale, (this.y - top - half) / scale];
    pen.drawImage(this.full, ...from, part, part, 0, 0, LENS_SIDE, LENS_SIDE);
    pen.restore();
    Object.assign(this.glass.style, { left: `${this.x - half}px`, top: `${this.y - half}px` });
  }

  /** Nothing of the full preview stays behind. */
  close() {
    this.glass.width = this.glass.height = 0;
    this.frame.remove();
  }
}
