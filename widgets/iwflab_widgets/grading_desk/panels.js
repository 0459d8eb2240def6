// What surrounds picture and form: the status line, metadata, grades, the last line.

const STATES = {
  complete: "decoded completely",
  truncated: "truncated: only a part could be decoded",
  damaged: "damaged: decoded as far as possible",
  refused: "not decoded",
};
const STAGES = {
  waiting: "not graded yet",
  graded: "graded",
  signed_off: "signed off; its record stands",
  released: "released; its record stands",
};

function statusLine(item, place, ending = SETTLED) {
  const size = item.width && item.height ? `${item.width} × ${item.height}` : "";
  const state = [STATES[item.state] ?? words(item.state ?? ""), item.reason].filter(Boolean).join(": ");
  const parts = [
    item.format || "format unknown",
    bytesInWords(item.size),
    size,
    item.frames > 1 && count(item.frames, "frame"),
    count(item.copies ?? 1, "copy", "copies"),
    state,
    STAGES[item.stage] ?? words(item.stage ?? ""),
  ];
  return [
    el("strong", { "data-testid": "position" }, `${place.at} of ${place.of}`),
    el("span", { class: "iwf-name", "data-testid": "name" }, item.name),
    ending !== SETTLED && el("strong", { class: "iwf-mark" }, ENDINGS[ending].split(":")[0]),
    ...parts.filter(Boolean).map((part) => el("span", {}, part)),
    el("span", { "data-testid": "known" }, knownInWords(item.known)),
  ];
}

function knownInWords(known) {
  if (!known) return "nothing known about it";
  const told = { source: "source", series: "series", seen_on: "seen", url: "address" };
  const parts = Object.entries(told)
    .filter(([name]) => known[name])
    .map(([name, word]) => `${word} ${known[name]}`);
  // What others called it stands beside what is seen; it decides nothing.
  const carried = known.carried ? [`carried: ${known.carried}`] : [];
  const seen = parts.length || !carried.length ? [`known: ${parts.join(", ") || "yes"}`] : [];
  return [...seen, ...carried].join("; ");
}

/** Names and values of what the file says about itself; any of it may be hostile. */
function metadataList(metadata) {
  const rows = Object.entries(metadata ?? {}).flatMap(([name, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.entries(value).map(([inner, one]) => [`${name} ${inner}`, one])
      : [[name, value]],
  );
  if (!rows.length) return el("p", {}, "The file says nothing about itself.");
  const line = ([name, value]) => [
    el("dt", {}, words(name)),
    el("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
  ];
  return el("dl", { class: "iwf-metadata" }, rows.map(line));
}

/** In place of a picture that the decoder refused: it is graded from what is known. */
function metadataCard(item) {
  return el(
    "div",
    { class: "iwf-plain", "data-testid": "metadata-card", tabindex: "0", role: "group", "aria-label": "Metadata" },
    el("h2", {}, "There is no preview of this medium"),
    el("p", {}, item.reason || "The decoder refused it."),
    el("p", {}, "It can be graded from its metadata, or left for later."),
    metadataList({
      format: item.format || "unknown",
      size: bytesInWords(item.size),
      ...(item.width ? { dimensions: `${item.width} × ${item.height}` } : {}),
      ...item.metadata,
    }),
  );
}

/** In place of a picture that the person did not ask for. */
function withheldCard(item) {
  return el(
    "div",
    { class: "iwf-plain", "data-testid": "withheld-card", tabindex: "0", role: "group", "aria-label": "Metadata" },
    el("h2", {}, "Metadata only"),
    el("p", {}, "No picture is shown until you ask for one."),
    el("p", {}, knownInWords(item.known)),
    metadataList({
      format: item.format || "unknown",
      size: bytesInWords(item.size),
      ...(item.width ? { dimensions: `${item.width} × ${item.height}` } : {}),
      ...item.metadata,
    }),
  );
}

/** One chip a scheme; opened, it tells rules and law, or what is missing. */
function gradesView(desk, state, toggleWhy) {
  const { grades, contradictions, note, record } = state;
  const why = state.why && grades.length > 0;
  const first = new Set((desk.asked ?? []).map((one) => one.name));
  const settled = (grade) => grade.code !== "undetermined";
  const open = (grade) => `undetermined: ${grade.possible.map(words).join(" or ")}`;
  const chip = (grade) =>
    el(
      "span",
      { class: settled(grade) ? "iwf-chip" : "iwf-chip iwf-open", "data-testid": `grade-${grade.scheme}`, title: grade.label },
      el("span", {}, `${schemeInWords(grade.scheme)} `),
      el("strong", {}, settled(grade) ? words(grade.code) : open(grade)),
    );
  // In one quiet line: what they would still need stands under "Why".
  const quiet = (grade) =>
    el(
      "span",
      { "data-testid": `grade-${grade.scheme}`, title: settled(grade) ? grade.label : open(grade) },
      `${schemeInWords(grade.scheme)} `,
      settled(grade) ? el("strong", {}, words(grade.code)) : el("span", { "aria-label": open(grade), role: "img" }, "?"),
    );
  const chips = grades.filter((one) => first.has(one.scheme)).map(chip);
  const beside = grades.filter((one) => !first.has(one.scheme)).map(quiet);
  return [
    el("h2", { class: "iwf-unseen" }, "Grades"),
    el(
      "div",
      { class: "iwf-row" },
      chips.length ? chips : el("span", { class: "iwf-quiet" }, note),
      button(why ? "Less" : "Why", {
        key: desk.keys.why,
        act: toggleWhy,
        testid: "why",
        "aria-expanded": String(why),
      }),
    ),
    beside.length > 0 && el("div", { class: "iwf-beside", role: "group", "aria-label": "Other schemes" }, el("span", {}, "Others:"), beside),
    contradictionsView(desk, contradictions),
    why && el("div", { class: "iwf-why", "data-testid": "reasons", tabindex: "0", role: "group", "aria-label": "Why these grades" }, grades.map((one) => reasons(desk, one, record))),
  ];
}

function contradictionsView(desk, contradictions) {
  if (!contradictions.length) return null;
  const line = (one) => el("li", {}, `${one.rule} (${one.fields.map((f) => labelOf(desk, f)).join("; ")})`);
  return el(
    "div",
    { class: "iwf-warning", "data-testid": "contradictions" },
    el("strong", {}, "These answers cannot both be right. It can be saved, but not signed off:"),
    el("ul", {}, contradictions.map(line)),
  );
}

function reasons(desk, grade, record) {
  const scheme = desk.schemes.find((one) => one.name === grade.scheme);
  const list = (title, lines) =>
    lines?.length ? [el("dt", {}, title), lines.map((line) => el("dd", {}, line))] : null;
  return el(
    "section",
    {},
    el("h3", {}, `${scheme?.title ?? words(grade.scheme)}: ${grade.label || words(grade.code)}`),
    el(
      "dl",
      {},
      grade.reviewers > 1 && list("To be confirmed", [`by ${grade.reviewers} people: the grader, and who signs off`]),
      list("Rests on", (grade.because ?? []).map((name) => `${labelOf(desk, name)}: ${answerInWords(record, name)}`)),
      list("Rules", grade.rules),
      list("Law", grade.cites),
      list("Still possible", grade.possible.map(words)),
      list("Answers that would settle it", grade.missing.map((name) => labelOf(desk, name))),
      list("Version", [grade.version]),
    ),
  );
}

/** What the record answers: of the medium, or of each child. */
function answerInWords(record, name) {
  const of = record?.elements[name] ? [record.elements[name]] : (record?.children ?? []).map((child) => child[name]);
  return [...new Set(of.filter(Boolean).map(words))].join(", ") || "not answered";
}

function labelOf(desk, name) {
  const kinds = [...desk.elements, ...desk.child_fields];
  const ages = { age_min: "Least age", age_max: "Greatest age" };
  return kinds.find((kind) => kind.name === name)?.question ?? ages[name] ?? words(name);
}

/** The last line: what is saved, how far the lab is, what was before the eyes today. */
function footView({ saved, pressed, undone, progress, second }) {
  const exposure = progress?.exposure ?? {};
  const told = `${count(exposure.shown ?? 0, "medium", "media")}, ${exposure.revealed ?? 0} revealed, ${timeInWords(exposure.seconds ?? 0)}`;
  return [
    el("strong", { "data-testid": "saved", class: saved === pressed ? "" : "iwf-open" }, `Saved ${saved} of ${count(pressed, "decision")}`),
    undone > 0 && el("span", { "data-testid": "undone" }, `${count(undone, "act")} undone`),
    el(
      "label",
      { class: "iwf-progress" },
      `${progress?.graded ?? 0} of ${progress?.media ?? 0} graded`,
      el("progress", { max: Math.max(1, progress?.media ?? 1), value: progress?.graded ?? 0 }),
    ),
    second > 0 && el("span", { "data-testid": "second" }, `${count(second, "medium", "media")} ${second === 1 ? "waits" : "wait"} for another person`),
    el("span", { "data-testid": "exposure" }, `Your last 24 hours: ${told}`),
  ];
}
