// Sign-off and release: lists of what stands, never a picture.  These acts run in the
// kernel, under the name that the server bound to it; the lab refuses what it may not.

const ROWS_A_PAGE = 100;
const SHOW = [
  ["graded", "Graded, to be signed off"],
  ["signed_off", "Signed off"],
  ["released", "Released"],
];

class ReleaseDesk {
  constructor(root, model) {
    this.root = root;
    const late = "The kernel has not answered for a while. If this goes on, reload the page;";
    this.kernel = new Kernel(model, () => this.notice.warn(`${late} nothing is done twice.`));
    this.notice = noticeLine();
    Object.assign(this, { rows: [], releases: [], schemes: [], busy: false });
    this.allowed = {}; // what the person may do here, as the lab told it
    this.asked = [];
    this.requests = new Requests(this);
    Object.assign(this, { stage: "graded", filter: "", page: 0 });
    this.chosen = new Set();
    this.build();
    const state = () => ({ rows: this.rows.length, chosen: [...this.chosen], busy: this.busy });
    root.iwflab = { state }; // for tests: plain values
    this.run("look", {}, () => "");
  }

  build() {
    const filter = (event) => this.show({ filter: event.target.value.toLowerCase(), page: 0 });
    const stage = (event) => this.show({ stage: event.target.value, page: 0 });
    this.picks = el(
      "div",
      { class: "iwf-fields" },
      choice("Show", "stage", SHOW, { onchange: stage }),
      field("Only with this text", "filter", { type: "search", oninput: filter }),
    );
    this.table = el("div", {});
    this.acts = el("div", { class: "iwf-row" });
    this.out = el("div", { class: "iwf-group" });
    this.past = el("div", { "data-testid": "releases" });
    const part = (title, ...inside) => el("section", { class: "iwf-group" }, el("h2", {}, title), inside);
    this.asking = part("Ask for a release", this.requests.form());
    this.asking.hidden = true;
    this.root.append(
      part("Sign-off", this.picks, this.acts, this.table),
      this.asking,
      part("Requests", this.requests.place, this.out),
      this.notice.place,
      part("Earlier releases", this.past),
    );
  }

  // -- asking the kernel ---------------------------------------------------------
  async run(act, body, told) {
    if (this.busy) return;
    this.busy = true;
    this.notice.tell(act === "look" ? "" : "Working.");
    this.draw();
    try {
      const reply = await this.kernel.ask(act, body);
      this.take(reply);
      this.notice.tell(told(reply));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.notice.warn(fault);
    }
    this.busy = false;
    this.draw();
  }

  take(reply) {
    if (reply.asked) return this.requests.take(reply.asked);
    const { rows, releases, schemes, requests, may } = reply.standing;
    Object.assign(this, { rows, releases, schemes, allowed: may, asked: requests });
    this.asking.hidden = !may.ask;
    this.chosen.clear();
    const select = this.requests.scheme[1];
    const options = schemes.map((one) => el("option", { value: one.name }, one.title));
    if (!select.options.length) select.append(...options);
    if (reply.released) this.tellRelease(reply.released);
  }

  signOff() {
    const media = [...this.chosen];
    this.run("sign_off", { media }, () => `${count(media.length, "medium", "media")} signed off.`);
  }

  takeBack() {
    const reason = this.root.querySelector('[name="reason"]').value.trim();
    if (!reason) return this.notice.warn("Say why; the reason goes into the audit trail.");
    const media = [...this.chosen];
    const told = `${count(media.length, "sign-off")} taken back; these media can be graded again.`;
    this.run("take_back", { media, reason }, () => told);
  }

  // -- showing -------------------------------------------------------------------
  show(change) {
    Object.assign(this, change);
    if (change.stage) this.chosen.clear();
    this.draw();
  }

  get seen() {
    const fits = (row) => !this.filter || row.search.includes(this.filter);
    return this.rows.filter((row) => row.stage === this.stage && fits(row));
  }

  may(row) {
    return this.allowed.sign_off && this.stage !== "released" && (this.stage !== "graded" || !row.against.length);
  }

  draw() {
    const { seen } = this;
    fill(this.acts, this.actsView(seen));
    fill(this.table, this.tableView(seen));
    this.requests.draw(this.asked);
    fill(this.past, this.pastView());
    this.root.setAttribute("aria-busy", String(this.busy));
  }

  actsView(seen) {
    const n = this.chosen.size;
    const pick = (rows) => {
      this.chosen = new Set(rows.filter((row) => this.may(row)).map((row) => row.medium));
      this.draw();
    };
    const idle = this.busy || !n;
    const strong = { testid: "sign-off", disabled: idle, class: "iwf-button iwf-strong" };
    const signOff = button(`Sign off ${n}`, { act: () => this.signOff(), ...strong });
    this.reason ??= el("div", { class: "iwf-row" }, field("Reason", "reason", { maxlength: 400 }));
    const given = { testid: "take-back", disabled: idle };
    const back = [this.reason, button(`Take back ${n}`, { act: () => this.takeBack(), ...given })];
    const all = button("Choose all that may be", { act: () => pick(seen), testid: "all" });
    const none = button("Choose none", { act: () => pick([]), testid: "none" });
    if (this.stage === "released" || !this.allowed.sign_off) return [];
    return [all, none, this.stage === "graded" ? signOff : back];
  }

  tableView(seen) {
    if (!seen.length) return el("p", { class: "iwf-quiet" }, this.busy ? "Being read." : "No media here.");
    const pages = Math.ceil(seen.length / ROWS_A_PAGE);
    this.page = Math.min(this.page, pages - 1);
    const from = this.page * ROWS_A_PAGE;
    const part = seen.slice(from, from + ROWS_A_PAGE);
    const others = this.schemes.filter((one) => one.name !== "uk_2014");
    const schemes = ["uk_2014", ...others.map((one) => one.name)];
    const heads = [
      ...["Chosen", "SHA-256", "Name", ...schemes.map(schemeInWords)],
      ...["Graded by", "Signed off by", "Speaks against it", "To be known"],
    ];
    const lines = part.map((row) => [
      ...[this.box(row), el("code", {}, row.sha256), row.name],
      ...schemes.map((name) => row.grades[name] ?? ""),
      ...[row.grader, row.signed_by, row.against.join("; "), row.told.join("; ")],
    ]);
    const turn = (by, text, testid, disabled) =>
      button(text, { act: () => this.show({ page: this.page + by }), testid, disabled });
    return [
      tableOf("Media", heads, lines, { "data-testid": "media" }),
      el(
        "div",
        { class: "iwf-row" },
        turn(-1, "Page before", "page-before", this.page === 0),
        el("span", {}, `${from + 1} to ${from + part.length} of ${count(seen.length, "medium", "media")}`),
        turn(1, "Page after", "page-after", this.page >= pages - 1),
      ),
    ];
  }

  box(row) {
    const toggle = (event) => {
      this.chosen[event.target.checked ? "add" : "delete"](row.medium);
      fill(this.acts, this.actsView(this.seen));
    };
    const box = el("input", {
      type: "checkbox",
      "aria-label": `Choose ${row.sha256} ${row.name}`,
      "data-testid": `choose-${row.medium}`,
      disabled: !this.may(row),
      onchange: toggle,
    });
    box.checked = this.chosen.has(row.medium);
    return box;
  }

  tellRelease(one) {
    const pairs = (mapping) => Object.entries(mapping).map(([what, number]) => [words(what), number]);
    fill(
      this.out,
      el("h3", {}, `Release ${one.name}: ${count(one.items, "medium", "media")}`),
      el("p", {}, "It lies in ", el("code", { "data-testid": "folder" }, one.folder)),
      tableOf("Left", ["Category", "Left"], pairs(one.counts), { "data-testid": "counts" }),
      tableOf("Not left", ["Not in it, because", "Media"], pairs(one.left_out), { "data-testid": "left-out" }),
    );
  }

  pastView() {
    if (!this.releases.length) return el("p", { class: "iwf-quiet" }, "None yet.");
    const line = (one) => [one.name, one.items, el("code", {}, one.manifest_sha256.slice(0, 16)), one.folder];
    const heads = ["Name", "Media", "Manifest SHA-256", "Folder"];
    return tableOf("Earlier releases", heads, this.releases.map(line));
  }
}

function render({ model, el: host }) {
  const root = plainDesk("release", "Release desk");
  host.append(root);
  const desk = new ReleaseDesk(root, model);
  return () => desk.kernel.stop();
}

export default { render };
