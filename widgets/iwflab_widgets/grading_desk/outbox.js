// What waits to be saved.  In order, one at a time, each under one request id for all
// its tries: the server does it once, however often it is sent.

const FIRST_WAIT = 500; // milliseconds
const LONGEST_WAIT = 8_000;

class Outbox {
  /**
   * `limits`: { outbox, unacked_seconds }.  `changed` is called after every step;
   * `sure()` looks who is logged in before a refusal is believed.
   */
  constructor(server, limits, { changed, sure }) {
    Object.assign(this, { server, limits, changed, sure });
    this.entries = [];
    this.pressed = 0;
    this.saved = 0;
    this.undone = 0;
    this.fault = null;
    this.held = false; // another person is logged in: nothing is sent under their name
    this.running = false;
    this.wait = FIRST_WAIT;
  }

  /** entry: { kind, path, body, done(reply), refused(fault) }; body gets its id here. */
  push(entry) {
    Object.assign(entry, { body: { request: freshId(), ...entry.body }, since: performance.now() });
    this.entries.push(entry);
    if (entry.kind === "decision") this.pressed += 1;
    this.changed();
    this.run();
    // Nothing else would notice that an answer is late.
    setTimeout(() => this.changed(), this.limits.unacked_seconds * 1000 + 20);
  }

  /** Take out what was not sent yet and matches; an answer to the oldest may be on its way. */
  drop(matches) {
    this.entries = this.entries.filter((entry) => entry === this.sending || !matches(entry));
  }

  get decisions() {
    return this.entries.filter((entry) => entry.kind === "decision").length;
  }

  get waiting() {
    return this.entries.length;
  }

  /** As many decisions are on the way as may be lost sight of at once. */
  get full() {
    return this.decisions >= this.limits.outbox;
  }

  /** The oldest entry waits for longer than a server that works would take. */
  get late() {
    const [oldest] = this.entries;
    return Boolean(oldest) && performance.now() - oldest.since > this.limits.unacked_seconds * 1000;
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.entries.length && !this.held) await this.step(this.entries[0]);
    } finally {
      this.running = false; // whatever happened, the next push or heartbeat goes on
    }
    this.changed();
  }

  async step(entry) {
    let reply;
    this.sending = entry;
    try {
      entry.prepare?.(entry.body);
      reply = await this.server.post(entry.path, entry.body);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      await this.failed(entry, fault);
      return;
    }
    this.entries.shift();
    this.sending = null;
    this.fault = null;
    this.wait = FIRST_WAIT;
    if (entry.kind === "decision") this.saved += 1;
    if (entry.kind === "undo") this.undone += 1;
    entry.done?.(reply);
    this.changed();
  }

  async failed(entry, fault) {
    const me = fault.reason !== "away" && (await this.sure());
    if (fault.reason === "refused" && me) {
      this.entries.shift();
      this.sending = null;
      if (entry.kind === "decision") this.pressed -= 1;
      this.fault = null;
      entry.refused?.(fault);
      this.changed();
      return;
    }
    this.fault = fault;
    this.changed();
    await this.pause();
  }

  pause() {
    const length = this.wait;
    this.wait = Math.min(2 * length, LONGEST_WAIT);
    return new Promise((go) => {
      const timer = setTimeout(go, length);
      this.wake = () => {
        clearTimeout(timer);
        go();
      };
    });
  }

  /** The heartbeat was answered: do not wait any longer. */
  again() {
    this.wait = FIRST_WAIT;
    this.wake?.();
    this.run();
  }
}
