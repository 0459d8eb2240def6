// Reports: one makes and asks, another looks at exactly that and answers, then it leaves
// once.  The page shows what each part found and the verdict of each table.

const STATES = {
  waiting: "Waits for a second person",
  approved: "Approved; it can be published once",
  refused: "Refused",
  withdrawn: "Withdrawn",
  used: "Published",
  expired: "Expired; ask anew",
  void: "Void: what was asked has changed; ask anew",
};
// What takes longer than a look: every table is protected with every other.
const SLOW = {
  compose: "Being made: all tables are protected together, which can take a minute.",
  ask: "Its files are being written.",
};
const OPEN = ["waiting", "approved"];
const SETTLED_SHOWN = 5;

/** The month before this one, as an input of that type has it. */
function lastWholeMonth() {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** Texts under one another; each may hold a semicolon of its own. */
function listOf(texts) {
  return texts.length ? el("ul", { class: "iwf-texts" }, texts.map((one) => el("li", {}, one))) : "";
}

class Reports {
  constructor(desk) {
    this.desk = desk;
    Object.assign(this, { requests: [], left: [], may: {}, made: null, looked: null, busy: false });
    this.form = el("div", { class: "iwf-asked" });
    this.questions = el("div", {});
    this.found = el("div", { "data-testid": "made" });
    this.place = el("div", { "data-testid": "requests" });
    this.past = el("div", { "data-testid": "left" });
    const part = (title, ...inside) => el("section", { class: "iwf-group" }, el("h2", {}, title), inside);
    const go = { act: () => this.compose(), testid: "compose", class: "iwf-button iwf-strong" };
    const hint =
      "Nothing leaves by making a report. It shows what could: all its tables are protected " +
      "together, and what may not be shown is withheld.";
    this.making = part("Make a report", el("p", { class: "iwf-hint" }, hint), this.form, this.questions, button("Make it", go), this.found);
    this.root = el("div", {}, this.making, part("Requests", this.place), part("What left", this.past));
  }

  start(choices) {
    const month = { type: "month", pattern: "\\d{4}-\\d{2}", placeholder: "2026-10" };
    const words = (label, name) => field(label, name, { maxlength: 200 });
    const fields = [
      choice("Report", "kind", choices.reports),
      field("First month", "first", month),
      field("Last month", "last", month),
      choice("Leaves under", "report-profile", choices.profiles),
      choice("Categories by", "report-scheme", choices.schemes),
      words("Organisation", "organisation"),
      words("Contact", "contact"),
      words("Next release", "next_release"),
      field("Provisional", "provisional", { type: "checkbox" }),
      words("Corrects what left before, because", "revised"),
    ];
    this.input = Object.fromEntries(fields.map(([, input]) => [input.name, input]));
    fill(this.form, fields.map((one) => el("div", { class: "iwf-pair" }, one)));
    for (const name of ["first", "last"]) this.input[name].value = lastWholeMonth();
    this.offer(choices.saved);
  }

  /** The saved questions that may become further tables; what was ticked stays so. */
  offer(saved) {
    const ticked = new Set(this.questionsChosen());
    const lines = saved.map(({ name }, place) => {
      const [label, input] = field(name, `question-${place}`, { type: "checkbox", "data-question": name });
      input.checked = ticked.has(name);
      return el("span", { class: "iwf-level" }, input, label);
    });
    const none = el("p", { class: "iwf-quiet" }, "No question is saved; Explore saves them.");
    const title = el("legend", {}, "With these saved questions");
    fill(this.questions, el("fieldset", { class: "iwf-levels", "data-testid": "questions" }, title, lines.length ? lines : none));
  }

  questionsChosen() {
    return [...this.questions.querySelectorAll("[data-question]:checked")].map((one) => one.dataset.question);
  }

  // -- asking --------------------------------------------------------------------
  async run(act, body, told) {
    if (this.busy) return;
    this.busy = true;
    this.desk.notice.tell(SLOW[act] ?? "Working.");
    this.draw();
    const reply = await this.desk.ask(act, body);
    this.busy = false;
    if (reply) {
      this.take(reply);
      this.desk.notice.tell(told);
    }
    this.draw();
  }

  take({ requests, left, may, made, asked }) {
    if (made) this.made = made;
    if (asked) this.looked = asked;
    if (requests) Object.assign(this, { requests, left, may, looked: null });
  }

  look() {
    return this.run("reports", {}, "");
  }

  compose() {
    const told = Object.fromEntries(
      ["kind", "first", "last", "organisation", "contact", "next_release", "revised"].map((name) => [name, this.input[name].value.trim()]),
    );
    if (!told.first || !told.last) return this.desk.notice.warn("Name the first and the last month.");
    const value = (name) => this.input[name].value;
    const more = { profile: value("report-profile"), scheme: value("report-scheme"), questions: this.questionsChosen() };
    this.made = null;
    this.run("compose", { ...told, ...more, provisional: this.input.provisional.checked }, "Made. Nothing has left.");
  }

  ask() {
    const name = this.found.querySelector('[name="release-name"]').value.trim();
    if (!name) return this.desk.notice.warn("Give the release a name.");
    const exceptions = {};
    for (const input of this.found.querySelectorAll("[data-table]"))
      if (input.value.trim()) exceptions[input.dataset.table] = input.value.trim();
    this.run("ask", { name, report: this.made.name, exceptions }, "Asked. Another person can look at it now.");
  }

  refuse(one) {
    const reason = this.place.querySelector('[name="refusal"]').value.trim();
    if (!reason) return this.desk.notice.warn("Say why; who asked reads it.");
    this.run("refuse", { id: one.id, reason }, "Refused.");
  }

  // -- showing -------------------------------------------------------------------
  draw() {
    this.making.hidden = !this.may.ask;
    this.root.setAttribute("aria-busy", String(this.busy));
    if (this.drawnFor !== this.made) fill(this.found, this.made && this.madeView(this.made));
    this.drawnFor = this.made; // the reasons that somebody types stay
    const open = this.requests.filter((one) => OPEN.includes(one.state));
    const settled = this.requests.filter((one) => !OPEN.includes(one.state)).slice(0, SETTLED_SHOWN);
    const none = el("p", { class: "iwf-quiet" }, "Nobody has asked to publish.");
    const cards = [...open, ...settled].map((one) => this.card(one));
    fill(this.place, cards.length ? cards : none);
    const line = (one) => [one.name, one.report, one.cut, one.left_on, one.tables, el("code", {}, one.folder)];
    const heads = ["Name", "Report", "Data as of", "Left on", "Tables", "Folder"];
    const nothing = el("p", { class: "iwf-quiet" }, "Nothing yet.");
    fill(this.past, this.left.length ? tableOf("What left", heads, this.left.map(line)) : nothing);
  }

  madeView(made) {
    const parts = made.sections.map((one) => [
      one.title,
      one.tables.length ? listOf(one.tables) : one.absent,
      listOf(one.withheld),
    ]);
    const lines = made.verdicts.map((one) => [one.name, one.outcome, one.reason, this.reasonFor(one)]);
    const go = { act: () => this.ask(), testid: "ask", class: "iwf-button iwf-strong" };
    return [
      el("h3", {}, made.title),
      tableOf("What it finds", ["Finding", "Tables", "Withheld"], parts, { "data-testid": "sections" }),
      el("h3", {}, "Each table, as disclosure control sees it"),
      tableOf("Verdicts", ["Table", "Verdict", "Reason", "Exception, with its reason"], lines, { "data-testid": "verdicts" }),
      el("div", { class: "iwf-asked" },
        el("div", { class: "iwf-pair" }, field("Name of the release", "release-name", { maxlength: 64 })),
      ),
      button("Ask for the release", go),
    ];
  }

  reasonFor(one) {
    if (!one.leaves) return "It does not leave.";
    return el("input", {
      "aria-label": `Reason why ${one.name} should leave though it did not pass`,
      "data-table": one.name,
      "data-testid": `exception-${one.name}`,
      maxlength: 400,
    });
  }

  card(one) {
    const exceptions = Object.entries(one.exceptions).map(([name, why]) => `${name}: ${why}`);
    const facts = [
      ["State", STATES[one.state]],
      ["Asked by", one.own ? `${one.asked_by} (you)` : one.asked_by],
      ["What", `${one.title}; ${count(one.items, "table")} under ${one.profile}, data as of ${one.cut}`],
      one.revised && ["Corrects", "what left before"],
      one.lacks.length && ["Not among its files", one.lacks.join("; ")],
      exceptions.length && ["Exceptions", exceptions.join("; ")],
      OPEN.includes(one.state) && ["Good until", one.until],
      one.answered_by && ["Answered by", one.answered_by],
      one.reason && ["Reason", one.reason],
      one.why.length && ["Changed since", one.why.join("; ")],
      ["Digest", el("code", {}, one.digest.slice(0, 24))],
    ];
    return el(
      "section",
      { class: "iwf-group", "data-testid": `asked-${one.name}`, "data-state": one.state },
      el("h3", {}, `Release ${one.name}`),
      tableOf(`Request ${one.name}`, ["About", "Request"], facts.filter(Boolean)),
      el("div", { class: "iwf-row" }, this.acts(one)),
      this.looked?.id === one.id && this.whole(this.looked),
    );
  }

  acts(one) {
    const disabled = this.busy;
    const made = (text, testid, act, given = {}) => button(text, { act, testid: `${testid}-${one.name}`, disabled, ...given });
    const strong = { class: "iwf-button iwf-strong" };
    const open = OPEN.includes(one.state);
    return [
      (open || one.state === "used") && made("Look at its tables and files", "look", () => this.run("asked", { id: one.id }, "")),
      one.state === "waiting" && one.own && this.may.ask
        && made("Withdraw", "withdraw", () => this.run("withdraw", { id: one.id }, "Withdrawn.")),
      one.state === "approved" && this.may.ask
        && made("Publish now", "publish", () => this.run("publish", { id: one.id }, `Published as ${one.name}.`), strong),
      one.state === "waiting" && one.own && this.may.approve
        && el("span", { class: "iwf-quiet" }, "You asked for it: another person answers."),
    ];
  }

  whole(one) {
    const tables = one.tables.map((table) => [
      el("h4", {}, `${words(table.name)}: ${table.outcome}`),
      el("p", {}, `${table.reason}${table.exception ? `. Exception: ${table.exception}` : ""}`),
      tableOf(table.name, [...table.names.map(words), "shown"], table.cells),
    ]);
    const saved = (name) => (one.state === "used" ? name : `not-released-${name}`);
    const link = (name) =>
      el("a", { href: `${this.desk.base}iwflab/api/reports/${one.id}/${name}`, download: saved(name), "data-testid": `file-${name}` }, name);
    const files = Object.entries(one.files).map(([name, size]) => el("li", {}, link(name), ` (${bytesInWords(size)})`));
    return [
      el("h4", {}, "Files"),
      el("ul", { "data-testid": "files" }, files),
      el("details", {}, el("summary", { "data-testid": "tables" }, `All ${count(one.tables.length, "table")} as they leave`), tables),
      el("p", {}, "Digest of exactly this request: ", el("code", { "data-testid": "digest" }, one.digest)),
      this.may.approve && !one.own && one.state === "waiting" && this.answers(one),
    ];
  }

  answers(one) {
    const disabled = this.busy;
    const body = { id: one.id, digest: one.digest };
    const yes = () => this.run("approve", body, `Approved: ${one.name} can be published once.`);
    this.refusal ??= el("div", { class: "iwf-row" }, field("Reason of a refusal", "refusal", { maxlength: 400 }));
    return el(
      "div",
      { class: "iwf-row" },
      button("Approve exactly this", { act: yes, testid: "approve", disabled, class: "iwf-button iwf-strong" }),
      this.refusal,
      button("Refuse", { act: () => this.refuse(one), testid: "refuse", disabled }),
    );
  }
}
