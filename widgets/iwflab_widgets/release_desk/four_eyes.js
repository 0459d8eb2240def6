// Four eyes: one asks, another looks at exactly that and answers, then it is done once.

const STATES = {
  waiting: "Waits for a second person (QA officer)",
  approved: "Approved; it can be released once",
  refused: "Refused",
  withdrawn: "Withdrawn",
  used: "Released",
  expired: "Expired; ask anew",
  void: "Void: what was asked has changed; ask anew",
};
const OPEN = ["waiting", "approved"];
const SETTLED_SHOWN = 5;
const LIST_SHOWN = 1_000; // rows that a page draws without a wait

class Requests {
  /** `desk` runs acts; this shows requests, and the one that is looked at. */
  constructor(desk) {
    this.desk = desk;
    this.looked = null; // the request whose list is on the page, as it was told
    this.place = el("div", { "data-testid": "requests" });
  }

  get may() {
    return this.desk.allowed;
  }

  form() {
    const go = { act: () => this.ask(), testid: "ask", class: "iwf-button iwf-strong" };
    const hint =
      "Everything signed off that the scheme calls criminal is asked for. A QA officer who " +
      "did not ask looks at the same list and approves it; then it can be released once.";
    this.scheme = choice("By the scheme", "scheme", []);
    const fields = el(
      "div",
      { class: "iwf-fields" },
      field("Name of the release", "name", { maxlength: 64 }),
      this.scheme,
      field("Who receives it", "recipient", { maxlength: 400 }),
      field("What for", "purpose", { maxlength: 400 }),
    );
    return [el("p", { class: "iwf-hint" }, hint), fields, button("Ask for a release", go)];
  }

  value(name) {
    return this.desk.root.querySelector(`[name="${name}"]`).value.trim();
  }

  ask() {
    const wanted = { name: "Give the release a name.", recipient: "Say who receives it.", purpose: "Say what for." };
    const missing = Object.keys(wanted).find((name) => !this.value(name));
    if (missing) return this.desk.notice.warn(wanted[missing]);
    const facts = Object.fromEntries(Object.keys(wanted).map((name) => [name, this.value(name)]));
    this.desk.run("ask", { ...facts, scheme: this.scheme[1].value }, () => "Asked. A QA officer can look at it now.");
  }

  async look(one) {
    await this.desk.run("asked", { id: one.id }, () => "");
  }

  /** Take over a list that was told; it is what an approval is about. */
  take(asked) {
    this.looked = asked;
  }

  answer(act, body, told) {
    this.looked = null;
    this.desk.run(act, body, () => told);
  }

  refuse(one) {
    const reason = this.value("refusal");
    if (!reason) return this.desk.notice.warn("Say why; who asked reads it.");
    this.answer("refuse", { id: one.id, reason }, "Refused.");
  }

  draw(requests) {
    const open = requests.filter((one) => OPEN.includes(one.state));
    const settled = requests.filter((one) => !OPEN.includes(one.state)).slice(0, SETTLED_SHOWN);
    const shown = [...open, ...settled];
    const none = el("p", { class: "iwf-quiet" }, "Nobody has asked for a release.");
    fill(this.place, shown.length ? shown.map((one) => this.card(one)) : none);
  }

  card(one) {
    const facts = [
      ["State", STATES[one.state]],
      ["Asked by", one.own ? `${one.asked_by} (you)` : one.asked_by],
      ["What", `${count(one.items, "medium", "media")} by ${schemeInWords(one.scheme)}, rules ${one.scheme_version}`],
      ["To", `${one.recipient}: ${one.purpose}`],
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
      this.looked?.id === one.id && this.list(this.looked),
    );
  }

  acts(one) {
    const disabled = this.desk.busy;
    const { ask, approve } = this.may;
    const made = (text, testid, act, given = {}) => button(text, { act, testid, disabled, ...given });
    const strong = { class: "iwf-button iwf-strong" };
    const told = `Released as ${one.name}.`;
    return [
      OPEN.includes(one.state) && made("Look at the list", "look", () => this.look(one)),
      one.state === "waiting" && one.own && ask
        && made("Withdraw", "withdraw", () => this.answer("withdraw", { id: one.id }, "Withdrawn.")),
      one.state === "approved" && ask
        && made("Release now", "release", () => this.answer("release", { id: one.id }, told), strong),
      one.state === "waiting" && one.own && approve
        && el("span", { class: "iwf-quiet" }, "You asked for it: another person answers."),
    ];
  }

  list(one) {
    const lines = one.media.slice(0, LIST_SHOWN).map(([sha256, code]) => [el("code", {}, sha256), code]);
    const more = one.media.length - lines.length;
    const rest = `And ${count(more, "medium", "media")} more; iwflab release show ${one.id} lists all. The digest covers all.`;
    return [
      tableOf(`List of ${one.name}`, ["SHA-256", "Category"], lines, { "data-testid": "list" }),
      more > 0 && el("p", { class: "iwf-hint" }, rest),
      el("p", {}, "Digest of exactly this request: ", el("code", { "data-testid": "digest" }, one.digest)),
      this.may.approve && !one.own && one.state === "waiting" && this.answers(one),
    ];
  }

  answers(one) {
    const disabled = this.desk.busy;
    const body = { id: one.id, digest: one.digest };
    const yes = () => this.answer("approve", body, `Approved: ${one.name} can be released once.`);
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
