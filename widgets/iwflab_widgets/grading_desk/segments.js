// Segments of a video: parts with answers of their own, and how a medium is left.

const ENDINGS = {
  settled: "Settled",
  not_sure: "Not sure: somebody else should grade it",
  needs_two: "Needs two: a second person should grade it as well",
};

/** Write milliseconds as a clock: 83500 -> 1:23.5 */
function clockInWords(ms) {
  const tenths = Math.round(ms / 100);
  const minutes = Math.floor(tenths / 600);
  return `${minutes}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}

/** The segments as they were marked, each with what it answers for itself. */
function segmentsView(state, act) {
  const { segments } = state.record;
  if (!segments.length) return null;
  const one = ({ start_ms, end_ms }, place) =>
    el(
      "div",
      { class: "iwf-child", role: "group", "aria-label": `Segment ${place + 1}`, "data-testid": `segment-${place + 1}` },
      el(
        "div",
        { class: "iwf-row" },
        el("h3", {}, `Segment ${place + 1}: ${clockInWords(start_ms)} to ${clockInWords(end_ms)}`),
        button("Remove", { act: () => act.removeSegment(place), testid: `remove-segment-${place + 1}`, "aria-label": `Remove segment ${place + 1}` }),
      ),
      state.questions.filter((question) => question.segment === place).map((question) => questionView(question, state, act)),
    );
  return el(
    "section",
    { class: "iwf-group", "data-testid": "segments" },
    el("h2", {}, count(segments.length, "segment")),
    el("p", { class: "iwf-hint" }, "The most severe part decides. The form answers for the rest of the video, and for what a segment leaves out."),
    segments.map(one),
  );
}

/** How the medium is left: two buttons beside the one that saves, pressed or not. */
function endingView(desk, { record }, act) {
  const turn = (ending, text) =>
    button(text, {
      key: desk.keys[ending],
      act: () => act.end(ending),
      testid: ending,
      "aria-pressed": String(record.ending === ending),
      title: ENDINGS[ending],
    });
  return el("span", { class: "iwf-ending", role: "group", "aria-label": "How you leave it" }, turn("not_sure", "Not sure"), turn("needs_two", "Needs two"));
}

/** What saving the answers now would say of the medium; "" where nothing is amiss. */
function leavingInWords({ desk, record, known, questions }) {
  if (record.ending !== SETTLED) return `${ENDINGS[record.ending]}.`;
  const open = undeterminedOf(desk, known.grades);
  const childless = isChildless(record) ? "There is no row of a child: saved like this none is counted." : "";
  if (isEmpty(record) || !open) return childless;
  const left = questions.filter((one) => one.needed && !one.answer).length;
  const why = left ? `${count(left, "question")} ${left === 1 ? "is" : "are"} open` : "All is answered";
  return `${why}: saved like this it is undetermined under ${open}. ${left ? "" : childless}`.trimEnd();
}

/** What was saved, where somebody may have meant another thing; "" where not. */
function savedInWords(desk, { ending }, grades) {
  const back = desk.keys.undo ? ` (${desk.keys.undo} brings it back)` : "";
  if (ending !== SETTLED) return `Left. ${ENDINGS[ending]}${back}.`;
  const open = undeterminedOf(desk, grades);
  return open && `Saved as undetermined under ${open}${back}.`;
}

/** The schemes that the lab asks for and that an answer is still missing to, in words. */
function undeterminedOf(desk, grades) {
  const asked = (desk.asked ?? []).map((one) => one.name);
  const open = grades.filter((one) => asked.includes(one.scheme) && one.code === "undetermined");
  return open.map((one) => schemeInWords(one.scheme)).join(", ");
}
