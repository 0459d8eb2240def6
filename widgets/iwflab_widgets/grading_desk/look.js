// One look at one medium: what was really on the screen, how far it was revealed, and
// for how long.  Painted means painted: time runs from the second frame after a change.

/**
 * Pictures before the same eyes at once: time is shared among them, so that the seconds
 * add up to those that passed.
 */
class Together {
  constructor() {
    this.looks = new Set();
    this.since = 0;
  }

  pass() {
    const now = performance.now();
    const share = (now - this.since) / this.looks.size;
    for (const look of this.looks) look.passed += share;
    this.since = now;
  }

  join(look) {
    this.pass();
    this.looks.add(look);
  }

  part(look) {
    this.pass();
    this.looks.delete(look);
  }
}

class Look {
  /** `together`: what else may be before the same eyes. */
  constructor(medium, before, together = new Together()) {
    this.medium = medium;
    this.together = together;
    this.passed = 0; // milliseconds of what runs, its share of the time
    this.level = before?.level ?? "none"; // the most that was seen since the last save
    this.seconds = before?.seconds ?? 0;
    this.times = { ...before?.times }; // level -> milliseconds since the last save
    this.opened = performance.now();
    this.views = [];
    this.running = null;
    this.granted = new Map(); // level -> its request id: one reveal a look, also on retry
  }

  begin(variant) {
    this.end();
    if (stepOf(variant) > stepOf(this.level)) this.level = variant;
    this.running = { variant, since: performance.now() };
    this.passed = 0;
    if (variant !== "none") this.together.join(this);
  }

  /** Milliseconds since this level began. */
  get length() {
    const { variant, since } = this.running;
    if (variant === "none") return performance.now() - since;
    this.together.pass();
    return this.passed;
  }

  /** Nothing is on the screen any more. */
  end() {
    if (!this.running) return;
    const { variant } = this.running;
    const milliseconds = Math.round(this.length);
    this.together.part(this);
    // Of metadata nothing is painted: it is part of the decision, no view.
    if (variant !== "none") this.views.push({ medium: this.medium, variant, milliseconds });
    this.times[variant] = (this.times[variant] ?? 0) + milliseconds;
    this.running = null;
  }

  /** Stop the clock of the open medium (blanked, left). */
  rest() {
    this.end();
    if (this.opened !== null) this.seconds += (performance.now() - this.opened) / 1000;
    this.opened = null;
  }

  resume() {
    this.opened ??= performance.now();
  }

  get secondsNow() {
    const open = this.opened === null ? 0 : (performance.now() - this.opened) / 1000;
    return Math.min(this.seconds + open, 86_400);
  }

  /** The seconds at each level until now, as a decision tells them. */
  get levelsNow() {
    const times = { ...this.times };
    const { variant } = this.running ?? {};
    if (variant) times[variant] = (times[variant] ?? 0) + this.length;
    const told = Object.entries(times).filter(([, length]) => length > 0);
    return Object.fromEntries(told.map(([level, length]) => [level, Math.min(Math.round(length) / 1000, 86_400)]));
  }

  /** Take the views that were not reported yet. */
  take() {
    return this.views.splice(0);
  }
}

/** Call when what was put on the page has been painted. */
function whenPainted(call) {
  requestAnimationFrame(() => requestAnimationFrame(call));
}

function secondsOf(views) {
  return views.reduce((sum, view) => sum + view.milliseconds, 0) / 1000;
}
