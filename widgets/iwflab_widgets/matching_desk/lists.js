// Hash lists of others: what is there, whose it is; adding one, and withdrawing one.

const LIST_FACTS = [
  ["list", "Name of the list"],
  ["list-source", "Who gave it"],
];
const FORMS = { csv: "CSV with a header line", json_lines: "JSON lines" };
const NO_ROOT = "No folder of the server may be read here (intake_roots in lab.toml): send the file instead.";

class Lists {
  constructor(desk) {
    Object.assign(this, { desk, lists: [], jobs: [], leaving: null, leaveForm: null, forms: [], roots: [] });
    this.table = el("div", {});
    this.running = el("div", { "data-testid": "list-jobs" });
    this.form = el("div", {});
    this.root = el("div", {}, this.table, this.form, this.running);
  }

  take({ lists, forms, roots }) {
    Object.assign(this, { lists, forms, roots });
    if (this.desk.may.lists && !this.form.hasChildNodes()) fill(this.form, this.formView());
  }

  get keys() {
    return [];
  }

  heard(jobs) {
    this.jobs = jobs.filter((job) => job.kind === "list");
    fill(this.running, this.jobs.map(jobView));
  }

  draw() {
    const heads = ["Name", "Kind", "Source", "Entries", "Added by", "State", ""];
    const none = el("p", { class: "iwf-quiet" }, "No list was added yet.");
    fill(this.table, this.lists.length ? tableOf("Hash lists", heads, this.lists.map((one) => this.line(one)), { "data-testid": "lists" }) : none);
  }

  line(one) {
    const lines = one.withdrawn ? `${count(one.withdrawn, "entry", "entries")} withdrawn` : "in use";
    const act = !one.ended && this.desk.may.lists;
    const leave = () => {
      this.leaving = this.leaving === one.name ? null : one.name;
      // Made once: what was typed outlives a refusal, and a job that ends meanwhile.
      this.leaveForm = this.leaving && this.leaveView(one);
      this.draw();
      this.table.querySelector('[name="list-reason"]')?.focus();
    };
    return [
      ...[shortName(one.name, 80), KINDS[one.kind] ?? one.kind, shortName(one.source, 60), one.items, one.added_by],
      one.ended ? `withdrawn: ${one.ended}` : lines,
      act && el("div", {}, button("Withdraw", { act: leave, testid: `withdraw-${one.name}`, "aria-label": `Withdraw ${one.name}` }), this.leaving === one.name && this.leaveForm),
    ];
  }

  leaveView(one) {
    const go = { testid: "withdraw-now", act: () => this.withdraw(one), class: "iwf-button iwf-strong" };
    return el(
      "div",
      { class: "iwf-fields" },
      field("Reason", "list-reason", { maxlength: 400 }),
      field("Only this line (optional)", "list-line", { inputmode: "numeric", size: 6 }),
      el("div", {}, button("Withdraw now", go)),
    );
  }

  value(name) {
    return this.root.querySelector(`[name="${name}"]`).value.trim();
  }

  withdraw(one) {
    const [reason, line] = [this.value("list-reason"), this.value("list-line")];
    if (!reason) return this.desk.tell("Say why; it is recorded, and every hit of the list stops.");
    if (line && !/^\d+$/.test(line)) return this.desk.tell("The line is a number, or left out.");
    this.desk.run(async () => {
      await this.desk.server.post("iwflab/api/matching/withdraw", { request: freshId(), name: one.name, reason, line });
      this.leaving = null;
      await this.desk.refresh();
      this.desk.tell(`Withdrawn: ${one.name}${line ? `, line ${line}` : ""}. Its hits stop, its history stays.`);
    });
  }

  // -- adding ----------------------------------------------------------------------
  formView() {
    const pairs = (names) => names.map((name) => [name, KINDS[name] ?? words(name)]);
    const fact = ([name, label]) => field(label, name, { maxlength: 400 });
    const add = el("div", {}, button("Add the list", { act: () => this.add(), testid: "add-list" }));
    const send = el("div", {}, button("Send the list", { act: () => this.send(), testid: "send-list" }));
    return el(
      "section",
      { class: "iwf-group" },
      el("h2", {}, "Add a list"),
      el("p", { class: "iwf-hint" }, "All of it or nothing. Then every medium of the lab is held against it."),
      el(
        "div",
        { class: "iwf-fields" },
        LIST_FACTS.map(fact),
        choice("Its entries are", "list-kind", pairs(Object.keys(KINDS))),
        choice("It comes as", "list-form", this.forms.map((name) => [name, FORMS[name] ?? words(name)])),
        this.roots.length ? field("File on the server", "list-file", { placeholder: `${this.roots[0]}/list.csv` }) : el("p", { class: "iwf-hint" }, NO_ROOT),
        this.roots.length > 0 && [el("span", {}), add],
        field("Or a file of this computer", "list-upload", { type: "file" }),
        [el("span", {}), send],
      ),
    );
  }

  /** What is said of the list, or null after saying what is missing. */
  facts() {
    const missing = LIST_FACTS.find(([name]) => !this.value(name));
    if (missing) {
      this.desk.tell(`${missing[1]} is missing: every hit will name it.`);
      this.root.querySelector(`[name="${missing[0]}"]`).focus();
      return null;
    }
    const [list, source, kind, form] = ["list", "list-source", "list-kind", "list-form"].map((name) => this.value(name));
    return { list, source, kind, form };
  }

  add() {
    const facts = this.facts();
    if (!facts) return;
    if (!this.value("list-file")) return this.desk.tell("Name the file on the server.");
    this.desk.run(async () => {
      await this.desk.server.post("iwflab/api/matching/list", { ...facts, file: this.value("list-file") });
      this.desk.tell("The list is being added. It goes on when this page is closed.");
    });
  }

  send() {
    const facts = this.facts();
    const [file] = this.root.querySelector('[name="list-upload"]').files;
    if (!facts) return;
    if (!file) return this.desk.tell("No file was chosen.");
    this.desk.run(async () => {
      const query = new URLSearchParams({ ...facts, name: file.name });
      await this.desk.server.upload(`iwflab/api/matching/list-upload?${query}`, file);
      this.desk.tell("The list was sent; adding it goes on without this page.");
    });
  }
}
