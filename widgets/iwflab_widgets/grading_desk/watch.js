// What the desk keeps an eye on: the server, who is logged in, the clock, the page.

const LAST_WORD = 1500; // milliseconds

class Watch {
  constructor(desk, ping) {
    this.desk = desk;
    this.run = ping.server; // names one run of the server; its grants die with it
    this.fault = null;
    this.stranger = "";
    this.renewing = false;
  }

  begin(signal) {
    const { desk, root } = this.desk;
    const heed = { signal };
    const beat = setInterval(() => this.beat(), (desk.limits.heartbeat_seconds ?? 5) * 1000);
    const deaf = listenForKeys(root, this.desk.place, this.desk);
    signal.addEventListener("abort", () => {
      clearInterval(beat);
      clearTimeout(this.idle);
      deaf();
    });
    addEventListener("beforeunload", (event) => this.leaving(event), heed);
    addEventListener("pagehide", () => this.gone(), heed);
    document.addEventListener("submit", (event) => this.loggingOut(event), { ...heed, capture: true });
    document.addEventListener("visibilitychange", () => this.desk.screen.seen(!document.hidden), heed);
    // At the window, on the way down: the desk stops the keys that it understands.
    for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"])
      addEventListener(kind, () => this.awake(), { ...heed, passive: true, capture: true });
    this.awake();
  }

  async beat() {
    const { outbox, screen, looking, answers } = this.desk;
    const { turn } = looking;
    try {
      const ping = await this.desk.server.get("iwflab/api/ping");
      if (this.desk.work.signal.aborted) return; // the desk is gone: nothing begins anew
      const troubled = this.fault !== null || outbox.fault !== null;
      this.fault = null;
      if (!this.recognise(ping)) return;
      this.desk.server.keepLine();
      looking.heard(ping, turn);
      this.desk.exposure.beat();
      if (ping.server !== this.run) await this.restarted(ping.server);
      if (troubled) outbox.again();
      screen.again();
      answers.again();
      this.desk.views.sheet.again();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.fault = fault;
      // What a request may not, the line may not either.
      if (fault.reason === "login") this.desk.server.line?.close();
    }
    this.desk.render();
  }

  /** Another person at this browser: nothing of mine is sent or shown under their name. */
  recognise(ping) {
    const { me, outbox, screen } = this.desk;
    this.stranger = ping.analyst === me ? "" : ping.analyst;
    outbox.held = Boolean(this.stranger);
    if (this.stranger) this.desk.server.line?.close();
    if (this.stranger && !screen.blanked) screen.blank("Another person is logged in.");
    if (!this.stranger) outbox.run();
    this.desk.render();
    return !this.stranger;
  }

  /** Before a refusal is believed: is it still me who is asking? */
  async stillMe() {
    try {
      return this.recognise(await this.desk.server.get("iwflab/api/ping"));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }

  /** The server forgot its grants: get new ones, stay where we are, keep the drafts. */
  async restarted(run) {
    if (this.desk.outbox.waiting) return; // first what waits; the next beat comes back
    if (this.renewing) return; // a slow answer is asked for once
    this.renewing = true;
    try {
      if (!(await this.desk.refetch(this.desk.item?.medium ?? null))) return;
      this.run = run;
      const { screen, views } = this.desk;
      for (const look of [screen.look, views.beside.look]) look?.granted.clear(); // revealed anew, if at all
    } finally {
      this.renewing = false;
    }
  }

  /** Somebody is there; after the set minutes without a sign the desk goes blank. */
  awake() {
    clearTimeout(this.idle);
    const minutes = this.desk.desk.limits.idle_lock_minutes;
    if (minutes) this.idle = setTimeout(() => this.lock(minutes), minutes * 60_000);
  }

  lock(minutes) {
    if (!this.desk.screen.blanked) this.desk.screen.blank(`Blanked after ${count(minutes, "minute")} without a key.`);
  }

  leaving(event) {
    if (this.desk.outbox.waiting || this.desk.answers.drafts.size || this.desk.selecting.pending) event.preventDefault();
  }

  /** Once logged out nobody may report any more: first what was shown, then the form. */
  async loggingOut(event) {
    const form = event.target;
    if (!new URL(form.action, location.href).pathname.endsWith("/logout")) return;
    event.preventDefault();
    await Promise.race([this.gone(), new Promise((go) => setTimeout(go, LAST_WORD))]);
    form.submit();
    setTimeout(() => this.desk.screen.seen(!document.hidden), LAST_WORD); // where they stay
  }

  /** The page goes: what was shown is reported on the way out, or later where it stays. */
  gone() {
    const { screen, views: { beside } } = this.desk;
    const looks = [screen.look, beside.look].filter(Boolean);
    screen.look?.rest();
    beside.pageSeen(false);
    const views = [...looks.flatMap((look) => look.take()), ...this.desk.views.sheet.views()].slice(0, 500);
    if (!views.length || this.stranger) return null;
    const body = { request: freshId(), views };
    const path = "iwflab/api/shown";
    return this.desk.server.post(path, body, { keepalive: true }).catch((fault) => {
      if (!(fault instanceof Fault)) throw fault;
      this.desk.outbox.push({ kind: "shown", path, body }); // under its own id: once
    });
  }
}
