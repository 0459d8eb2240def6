// Intake: the job runs on the server, not in a kernel that may be culled, and files go
// there as a stream, not through a widget.

const FACTS = [
  ["case", "Case"],
  ["exhibit", "Exhibit"],
  ["purpose", "Purpose"],
  ["authority", "Authority"],
];
const FOLDER_HINT = "The folder is read with all below it; nothing in it is changed.";
const FILES_HINT = "Files are sent one after the other; keep the page open until they are.";
const LOOK_EVERY = 1_000; // milliseconds
const OPEN_MOST = 15; // the server refuses the 21st; another window may send as well

class Intake {
  /** `changed(jobs)` hears of every change of the jobs; another desk may hold this one. */
  constructor(root, { base, analyst }, model, changed = () => {}) {
    this.root = root;
    this.changed = changed;
    this.server = new Server(base, { analyst });
    this.kernel = new Kernel(model, () => {}); // it only proposes; the form works without
    this.base = base;
    this.jobs = []; // as the server told them last
    this.sending = null;
    this.work = new AbortController();
    this.notice = noticeLine();
    this.list = el("div", { "data-testid": "jobs" });
    this.progress = el("div", {});
    this.build();
    root.iwflab = { state: () => ({ jobs: this.jobs, sending: this.sending }) };
    const heed = { signal: this.work.signal };
    addEventListener("beforeunload", (event) => this.sending && event.preventDefault(), heed);
    this.follow();
    this.propose();
  }

  /** Fill in what the lab's settings say, where nothing was typed yet. */
  async propose() {
    const told = await this.kernel.ask("proposals").catch((fault) => {
      if (!(fault instanceof Fault)) throw fault;
      return { proposals: {} };
    });
    if (told.roots) this.showRoots(told.roots);
    for (const [name, value] of Object.entries(told.proposals)) {
      const place = this.root.querySelector(`[name="${name}"]`);
      if (place.value === "") place.value = value;
    }
  }

  /** Say which folders of the server may be taken in; with none, the form is away. */
  showRoots(roots) {
    const below = `Below: ${roots.join(", ")}.`;
    const none = "No folder of the server may be taken in here (intake_roots in lab.toml). Send files instead.";
    fill(this.roots, el("p", { class: "iwf-hint", "data-testid": "roots" }, roots.length ? below : none));
    for (const part of [this.source, this.start]) part.hidden = !roots.length;
  }

  build() {
    const fact = ([name, label]) => field(label, name, { required: true, maxlength: 400 });
    const fields = (...inside) => el("div", { class: "iwf-fields" }, inside);
    this.facts = fields(FACTS.map(fact));
    this.source = fields(
      field("Folder on the server", "folder", { placeholder: "/media/exhibit" }),
      field("Sidecar list (optional)", "sidecar", { placeholder: "/media/exhibit.csv" }),
    );
    this.roots = el("div", {});
    this.files = fields(field("Files of this computer", "files", { type: "file", multiple: true }));
    const strong = { testid: "start", class: "iwf-button iwf-strong" };
    this.start = button("Take in the folder", { act: () => this.folder(), ...strong });
    this.send = button("Send the files", { act: () => this.upload(), testid: "send" });
    const form = [
      this.group("Custody", "It is recorded with every medium.", this.facts),
      this.group("From a folder on the server", FOLDER_HINT, this.roots, this.source, this.start),
      this.group("From this computer", FILES_HINT, this.files, this.send, this.progress),
      this.notice.place,
    ];
    const jobs = this.group("Your intakes", "", this.list);
    this.root.append(el("div", { class: "iwf-sides" }, el("div", {}, form), el("div", {}, jobs)));
  }

  group(title, hint, ...inside) {
    const line = hint && el("p", { class: "iwf-hint" }, hint);
    return el("section", { class: "iwf-group" }, el("h2", {}, title), line, inside);
  }

  value(name) {
    return this.root.querySelector(`[name="${name}"]`).value.trim();
  }

  /** The four facts, or null after saying which is missing. */
  custody() {
    const missing = FACTS.find(([name]) => !this.value(name));
    if (!missing) return Object.fromEntries(FACTS.map(([name]) => [name, this.value(name)]));
    this.notice.warn(`${missing[1]} is missing; it is recorded with every medium.`);
    this.root.querySelector(`[name="${missing[0]}"]`).focus();
    return null;
  }

  async folder() {
    const facts = this.custody();
    if (!facts) return;
    const body = { folder: this.value("folder"), ...facts };
    if (this.value("sidecar")) body.sidecar = this.value("sidecar");
    await this.tried("The intake was not started", async () => {
      await this.server.post("iwflab/api/intake", body);
      this.notice.tell("The intake has started. It goes on when this page is closed.");
    });
  }

  async upload() {
    const facts = this.custody();
    const { files } = this.root.querySelector('[name="files"]');
    if (!facts) return;
    if (!files.length) return this.notice.warn("No file was chosen.");
    this.send.disabled = true;
    this.notice.tell("");
    await this.tried(() => `Sending ended early, ${this.sending.place - 1} of ${count(files.length, "file")} are there`, () => this.sendAll([...files], facts));
    this.sending = null;
    this.send.disabled = false;
    fill(this.progress);
  }

  async sendAll(files, facts) {
    for (const [place, file] of files.entries()) {
      this.sending = { place: place + 1, of: files.length };
      const told = `Sending ${place + 1} of ${files.length}: ${file.name}, ${bytesInWords(file.size)}`;
      fill(this.progress, el("p", { class: "iwf-hint" }, told));
      await this.room();
      const query = new URLSearchParams({ ...facts, name: file.name });
      await this.server.upload(`iwflab/api/upload?${query}`, file);
    }
    this.notice.tell(`${count(files.length, "file")} sent; the intake goes on without this page.`);
  }

  /** The server keeps so many of a person's files waiting and refuses more: wait too. */
  async room() {
    const open = () => this.jobs.filter((job) => job.state === "running").length;
    for (await this.look(); open() >= OPEN_MOST && !this.trouble; await this.look())
      await new Promise((go) => setTimeout(go, LOOK_EVERY));
  }

  async tried(before, act) {
    try {
      await act();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.notice.warn(fault, typeof before === "function" ? before() : before);
    }
    this.look();
  }

  /** Look at the jobs again and again, while the page is there. */
  async follow() {
    while (!this.work.signal.aborted) {
      await this.look();
      await new Promise((go) => setTimeout(go, LOOK_EVERY));
    }
  }

  async look() {
    try {
      const { jobs } = await this.server.get("iwflab/api/jobs");
      if (this.trouble) this.notice.tell("");
      this.trouble = false;
      const same = JSON.stringify(jobs) === JSON.stringify(this.jobs);
      if (same && this.list.hasChildNodes()) return;
      const lost = cutOff(this.jobs, jobs);
      this.jobs = jobs;
      if (lost.length) this.notice.warn(`The server was started anew, and ended what was not done: ${lost.join(", ")}. Take it in again: what is there already is not taken in twice.`);
      this.changed(jobs);
      const none = el("p", { class: "iwf-quiet" }, "None in this run of the server.");
      fill(this.list, jobs.length ? jobs.map(jobView) : none);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (this.trouble) return;
      this.trouble = true;
      const loggedOut = "You are no longer logged in. Log in again in another tab.";
      this.notice.warn(fault.reason === "login" ? loggedOut : fault);
    }
  }

  stop() {
    this.work.abort();
    this.kernel.stop();
  }
}

/** Name what ran when the server was ended: one that was started anew knows no job. */
function cutOff(before, now) {
  const known = new Set(now.map((one) => one.job));
  if (before.some((one) => known.has(one.job))) return [];
  const open = before.filter((one) => one.state === "running");
  return open.map((one) => `${one.title || one.kind || "an intake"} (${one.done} of ${one.total})`);
}

function jobView(job) {
  const running = job.ahead ? `Waiting: ${count(job.ahead, "intake")} before it` : "Running";
  const titles = { running, done: "Done", failed: "Failed" };
  const failure = [job.error, job.advice].filter(Boolean).join(" - ");
  return el(
    "article",
    { class: "iwf-job", "data-testid": `job-${job.job}`, "data-state": job.state },
    el("h3", {}, [titles[job.state] ?? words(job.state), job.title].filter(Boolean).join(" - ")),
    job.state === "running" && runningView(job),
    job.state === "failed" && el("p", { class: "iwf-warning" }, failure),
    job.state === "done" && (REPORTS[job.kind] ?? reportView)(job.report, job.seconds),
  );
}

function runningView(job) {
  const rate = job.seconds > 0 ? job.done / job.seconds : 0;
  const bytesLeft = job.bytes_total - job.bytes;
  const left = job.bytes > 0 ? (bytesLeft * job.seconds) / job.bytes : 0;
  const told = [
    job.total > 0 && `${job.done} of ${job.total} media`,
    `${bytesInWords(job.bytes)} of ${bytesInWords(job.bytes_total)}`,
    rate > 0 && `${rate.toFixed(1)} a second`,
    left > 0 && `about ${timeInWords(left)} left`,
  ];
  const given = { max: Math.max(1, job.bytes_total), value: job.bytes, "aria-label": "Intake" };
  return el("p", {}, el("progress", given), ` ${told.filter(Boolean).join(", ")}`);
}

/** The report adds up before the eyes: found = new + known + refused. */
function reportView(report, seconds) {
  const refused = report.refused ?? [];
  const archives = report.archives ?? [];
  const state = ([name, number]) => `${number} ${words(name)}`;
  const states = Object.entries(report.states ?? {}).map(state);
  const routes = report.routes ?? [];
  const unmatched = (report.unmatched ?? []).map((name) => [name]);
  return [
    el(
      "p",
      { "data-testid": "report" },
      el("strong", {}, `${report.found} found`),
      ` = ${report.new_copies} new + ${report.known_copies} known + ${refused.length} refused; `,
      `${count(report.new_media, "new medium", "new media")}, in ${timeInWords(report.seconds ?? seconds)}.`,
    ),
    settledView(report),
    states.length > 0 && el("p", {}, `Decoder: ${states.join(", ")}.`),
    archives.length > 0 && tableOf("Archives", ["Archive", "SHA-256"], archives),
    refused.length > 0 && tableOf("Refused", ["Refused", "Reason"], refused),
    routes.length > 0 && tableOf("Routes", ["Route said otherwise before", "Before", "Now"], routes),
    unmatched.length > 0 && tableOf("Sidecar", ["Lines of the sidecar without a file"], unmatched),
  ];
}

/** What nobody needs to look at, and why: the sum of the reasons is the number. */
function settledView(report) {
  if (!report.known) return null;
  const why = Object.entries(report.known_why ?? {}).map(([reason, number]) => [reason, number]);
  return [
    el("p", { "data-testid": "settled-report" }, el("strong", {}, `${count(report.known, "medium", "media")} settled without a look.`)),
    why.length > 0 && tableOf("Settled without a look", ["Because", "Media"], why),
  ];
}

/** A hash list was added, and all media were held against it. */
function listReportView(report) {
  const told = `${report.name}: ${count(report.items, "entry", "entries")} added; ${count(report.held, "medium", "media")} held against the lists, ${report.settled} settled without a look.${report.left_out ? ` ${count(report.left_out, "digest")} of no bytes at all left out: every empty file has them.` : ""}`;
  return el("p", { "data-testid": "list-report" }, told);
}

const REPORTS = { list: listReportView };
