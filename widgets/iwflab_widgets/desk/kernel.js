// How a desk whose acts run in its kernel asks for them: custom messages, which are kept
// in no notebook.  Each has a request id, so that asking twice does nothing twice.

const PATIENCE = 20_000; // milliseconds without an answer before the page says so

const GONE = {
  error: "The kernel of this page has ended.",
  advice: "Reload the page; what was acknowledged is kept.",
};

class Kernel {
  /** `late()` is called when an answer takes long: the kernel may be gone. */
  constructor(model, late) {
    this.model = model;
    this.late = late;
    this.asked = new Map();
    this.hear = (reply) => this.answered(reply);
    model.on("msg:custom", this.hear);
  }

  ask(act, body = {}) {
    const request = freshId();
    return new Promise((done, failed) => {
      const timer = setTimeout(() => this.late(), PATIENCE);
      this.asked.set(request, { done, failed, timer });
      try {
        this.model.send({ act, request, ...body });
      } catch {
        // The way to the kernel is closed for good: it ended with the session.
        this.answered({ request, ...GONE });
      }
    });
  }

  answered(reply) {
    const asked = this.asked.get(reply?.request);
    if (!asked) return;
    this.asked.delete(reply.request);
    clearTimeout(asked.timer);
    if (reply.error) asked.failed(new Fault("refused", reply));
    else asked.done(reply);
  }

  stop() {
    for (const { timer } of this.asked.values()) clearTimeout(timer);
    this.model.off("msg:custom", this.hear);
  }
}
