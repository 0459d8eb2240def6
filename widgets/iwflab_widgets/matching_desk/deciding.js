// Decisions about stacks: each goes under one request id until it is answered, so that a
// lost reply never makes two of one; the same id names it when it is taken back.

class Deciding {
  constructor(desk, stacks) {
    Object.assign(this, { desk, stacks });
    this.done = []; // at this window, the newest last: { exemplar, request, undo }
    this.unheard = new Map(); // exemplar -> what was sent, and may have been recorded
    this.before = new Map(); // exemplar -> as in done, of a decision before this window
  }

  /** What is sent; the same answers again are the same request. */
  made(stack, { record, members, seconds }) {
    const { distance } = this.stacks;
    const before = this.unheard.get(stack.exemplar);
    const same = before && before.distance === distance && sameRecord(before.record, record) && String(before.members) === String(members);
    return same ? before : { request: freshId(), exemplar: stack.exemplar, over: stack.over, distance, record, members, seconds };
  }

  async grade(stack, told) {
    await this.desk.run(async () => {
      const body = this.made(stack, told);
      this.unheard.set(body.exemplar, body);
      const reply = await this.post("grade", body, () => this.unheard.delete(body.exemplar)).catch((fault) => this.refused(fault));
      this.done.push({ exemplar: body.exemplar, request: body.request });
      const kept = this.desk.form.saved(body) ? " What you answered meanwhile is kept, unsaved." : "";
      await this.stacks.load();
      const left = reply.left_out.length ? ` ${count(reply.left_out.length, "member")} left out: ${[...new Set(reply.left_out.map((one) => one.why))].join("; ")}.` : "";
      this.desk.tell(`${count(1 + reply.graded.length, "medium", "media")} graded in one act.${left}${kept} ${keyName(this.desk.lab.keys.undo)} takes the whole stack back.`);
    });
  }

  /** What stands by now is behind the form, which keeps its answers. */
  async refused(fault) {
    if (fault.kind === "ChangedMeanwhile") {
      await this.stacks.load();
      fault.advice = "Your answers are kept as a draft: close the form to see what stands now.";
    }
    throw fault;
  }

  /** Send; `heard()` is called once the server has answered, with yes or no. */
  async post(act, body, heard) {
    try {
      const reply = await this.desk.server.post(`iwflab/api/matching/${act}`, body, {}, 0);
      heard();
      return reply;
    } catch (fault) {
      if (fault.reason === "refused") heard();
      else fault.advice = [fault.advice, "Press again: it is done once."].filter(Boolean).join(" ");
      throw fault;
    }
  }

  /** What was decided at this window; else whatever stands of the stack that is shown. */
  async undo() {
    const decided = this.done.at(-1) ?? this.shown();
    if (!decided) return;
    const from = this.stacks.at;
    await this.desk.run(async () => {
      const body = { request: (decided.undo ??= freshId()), named: decided.request ?? decided.exemplar };
      const reply = await this.post("undo", body, () => this.forget(decided));
      if (this.stacks.at === from) this.stacks.at = decided.exemplar;
      await this.stacks.load();
      const left = reply.left.length ? ` ${count(reply.left.length, "medium stays", "media stay")} graded: ${reply.left[0].why}.` : "";
      this.desk.tell(`Undone in one act: ${count(reply.withdrawn.length, "medium waits", "media wait")} again.${left}`);
    });
  }

  shown() {
    if (this.stacks.mayNot()) return null;
    const { at } = this.stacks;
    if (!at) this.desk.tell("No stack is shown.");
    if (at && !this.before.has(at)) this.before.set(at, { exemplar: at });
    return this.before.get(at);
  }

  forget(decided) {
    this.done = this.done.filter((one) => one !== decided);
    if (this.before.get(decided.exemplar) === decided) this.before.delete(decided.exemplar);
  }
}
