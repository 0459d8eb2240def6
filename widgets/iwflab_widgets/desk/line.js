// The kept line of a page: a websocket for the acts that somebody waits for at each key.
// A request of its own costs a browser some milliseconds, a message here well under one.
// Whatever is wrong with the line, the same act goes by a request, under the same request
// id: the server does it once.

const ON_THE_LINE = /^iwflab\/api\/(grant|reveal|shown|decision|derive|undo)$/;
const LONGEST_REST = 12; // heartbeats between two tries, where no line is to be had

class Line {
  /** `proofs()`: what a writing request shows, told once when the line opens. */
  constructor(base, proofs) {
    this.address = `${location.origin.replace(/^http/, "ws")}${base}iwflab/api/line`;
    this.proofs = proofs;
    this.socket = null;
    this.ready = false;
    this.asked = new Map();
    this.number = 0;
    this.rest = 0; // heartbeats until the next try
    this.failures = 0;
  }

  /** Called with each heartbeat that was answered: the server is there. */
  open() {
    if (this.socket || this.rest-- > 0) return;
    try {
      this.socket = new WebSocket(this.address);
    } catch {
      return this.lost(null); // a policy forbids it
    }
    const { socket } = this;
    socket.onopen = () => socket.send(JSON.stringify(this.proofs()));
    socket.onmessage = ({ data }) => this.heard(socket, data);
    socket.onclose = () => this.lost(socket);
  }

  /**
   * Ask over the line.  Resolves to { reply }, or to null where a request must ask: no
   * line, one that was lost before the answer came, or a doubt about who is logged in.
   * Throws the `Fault` of a refusal.
   */
  async post(path, body, patience) {
    const act = this.ready && path.match(ON_THE_LINE)?.[1];
    if (!act) return null;
    const answer = await this.ask(act, body, patience);
    if (answer === null || answer.status === 200) return answer;
    const fault = faultFrom(answer, answer.reply ?? {});
    // Who is logged in is what the browser's cookie says now, not when this was opened.
    if (fault.reason !== "login") throw fault;
    this.close();
    return null;
  }

  ask(act, body, patience) {
    const n = ++this.number;
    return new Promise((answered, failed) => {
      const late = () => {
        failed(unanswered(patience)); // not asked again at once: it may be at work
        this.asked.delete(n);
        this.close();
      };
      const timer = patience ? setTimeout(late, patience) : 0;
      this.asked.set(n, { answered, timer });
      try {
        this.socket.send(JSON.stringify({ n, act, body }));
      } catch {
        this.close(); // and this act goes by a request with the others
      }
    });
  }

  heard(socket, data) {
    if (socket !== this.socket) return;
    const told = asObject(data);
    if (!told) return this.close(); // nothing of ours: requests take over
    if (told.ready) {
      this.ready = true;
      this.failures = 0;
      return;
    }
    const asked = this.asked.get(told.n);
    if (!asked) return this.close(); // an answer to nothing: likewise
    this.asked.delete(told.n);
    clearTimeout(asked.timer);
    asked.answered(told);
  }

  close() {
    const { socket } = this;
    if (!socket) return;
    this.lost(socket);
    socket.close();
  }

  /** What waits is asked by requests; the next heartbeats try again, ever more seldom. */
  lost(socket) {
    if (socket !== this.socket) return;
    const waiting = [...this.asked.values()];
    Object.assign(this, { socket: null, ready: false, asked: new Map() });
    this.failures += 1;
    this.rest = Math.min(LONGEST_REST, this.failures - 1);
    for (const { answered, timer } of waiting) {
      clearTimeout(timer);
      answered(null);
    }
  }
}

function asObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
