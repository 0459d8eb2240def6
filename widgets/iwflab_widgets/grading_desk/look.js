// One look at one medium: what was really on the screen, how far it was revealed, and
// for how long.  Painted means painted: time runs from the second frame after a change.

class Look {
  constructor(medium, before) {
    this.medium = medium;
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
  }

  /** Nothing is on the screen any more. */
  end() {
    if (!this.running) return;
    const { variant, since } = this.running;
    const milliseconds = Math.round(performance.now() - since);
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
    const { variant, since } = this.running ?? {};
    if (variant) times[variant] = (times[variant] ?? 0) + performance.now() - since;
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
