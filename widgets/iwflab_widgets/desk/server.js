// How a desk talks to the server.  Identity is the login cookie, nothing the page says.

/**
 * Why a request did not work.
 * `reason`: "away" (try again later), "login" (log in, then try again) or "refused"
 * (the server understood and will not; trying again changes nothing).
 */
class Fault extends Error {
  constructor(reason, reply = {}) {
    super(reply.error || "The server cannot be reached.");
    this.reason = reason;
    this.advice = reply.advice ?? "";
    this.kind = reply.kind ?? "";
  }

  get inWords() {
    return [this.message, this.advice].filter(Boolean).join(" - ");
  }
}

class Server {
  /** `base`: the path under which the server lives, with a slash at its end. */
  constructor(base, { analyst = "", patience = 10_000 } = {}) {
    this.base = base;
    this.analyst = analyst; // for whom this page was made; "" until that is known
    this.patience = patience;
    this.line = null; // of a desk that keeps one
  }

  /** Keep a line for what somebody waits for; without one the same goes by requests. */
  keepLine() {
    this.line ??= new Line(this.base, () => ({ xsrf: xsrfToken(), analyst: this.analyst }));
    this.line.open();
  }

  /** `patience`: milliseconds; 0 waits for as long as it takes. */
  get(path, patience = this.patience) {
    return this.json(path, {}, patience);
  }

  async post(path, body, more = null, patience = this.patience) {
    const over = more ? null : await this.line?.post(path, body, patience);
    if (over) return over.reply;
    const asked = {
      method: "POST",
      headers: { "Content-Type": "application/json", ...this.proofs() },
      body: JSON.stringify(body),
      ...more,
    };
    return this.json(path, asked, patience);
  }

  /** What a writing request must show; another person's login refuses it (409). */
  proofs() {
    const made = this.analyst ? { "X-Iwflab-Analyst": this.analyst } : {};
    return { "X-XSRFToken": xsrfToken(), ...made };
  }

  /** Stream one file as it is; nothing of it is kept in the page. */
  upload(path, file) {
    const headers = { "Content-Type": "application/octet-stream", ...this.proofs() };
    return this.json(path, { method: "POST", headers, body: file }, 0);
  }

  /** Fetch a picture as a Blob that lives only until it is drawn. */
  async picture(grant) {
    const reply = await this.ask(`iwflab/media/${encodeURIComponent(grant)}`, {}, this.patience);
    return reply.blob().catch(() => {
      throw new Fault("away");
    });
  }

  async json(path, options, patience = this.patience) {
    const reply = await this.ask(path, options, patience);
    return reply.json().catch(() => {
      throw new Fault("away", { error: "The server answered with something unreadable." });
    });
  }

  async ask(path, options, patience) {
    const stop = new AbortController();
    const timer = patience ? setTimeout(() => stop.abort(), patience) : 0;
    try {
      const given = { credentials: "same-origin", cache: "no-store", redirect: "manual" };
      const reply = await fetch(this.base + path, { ...given, signal: stop.signal, ...options });
      if (!reply.ok) throw await faultOf(reply);
      return reply;
    } catch (error) {
      if (error instanceof Fault) throw error;
      // It may be at work: who is told that it cannot be reached looks in the wrong place.
      throw stop.signal.aborted ? unanswered(patience) : new Fault("away");
    } finally {
      clearTimeout(timer);
    }
  }
}

function unanswered(patience) {
  return new Fault("away", { error: `The server has not answered within ${count(Math.ceil(patience / 1000), "second")}.` });
}

async function faultOf(reply) {
  return faultFrom(reply, await reply.json().catch(() => ({})));
}

/** What a status and its words mean to a page. */
function faultFrom(reply, told) {
  // A redirect leads to the login page; it is not followed.
  if (reply.type === "opaqueredirect" || reply.status === 401) return new Fault("login", told);
  // 403 from a rule of the lab names its kind; without one it is the session's token.
  const byRule = told.kind && told.kind !== "Refused";
  if (reply.status === 403 && !byRule) return new Fault("login", told);
  // Another person logged in at this browser since the page was made.
  if (reply.status === 409 && told.kind === "NotYours") return new Fault("login", told);
  if (reply.status >= 500 || reply.status === 408 || reply.status === 429)
    return new Fault("away", told);
  return new Fault("refused", told);
}

function xsrfToken() {
  return document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/)?.[1] ?? "";
}

/** Whoever is logged in by now: the form asks for this person. */
function loginLink(base, analyst) {
  const address = `${base}login?${new URLSearchParams({ again: "1", name: analyst })}`;
  return el("a", { href: address, target: "_blank", rel: "noopener" }, "Log in in a new tab");
}

/**
 * Tell from the page where the server is, and whether the desk has the page for itself
 * (Voila) or is one cell of a notebook, and for whom the server made the page.  Kernels are not asked: theirs is a bare
 * environment, and the page knows.
 */
function pageFacts() {
  const { voila, baseUrl } = document.body.dataset;
  const analyst = document.getElementById("iwflab-bar")?.dataset.analyst ?? "";
  if (voila) return { place: "page", base: (baseUrl || "/voila/").replace(/voila\/$/, "") || "/", analyst };
  const config = document.getElementById("jupyter-config-data")?.textContent ?? "{}";
  return { place: "cell", base: JSON.parse(config).baseUrl || "/", analyst };
}
