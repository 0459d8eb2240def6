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

/** How the medium is left: two buttons that are pressed, or not. */
function endingView(desk, state, act) {
  const turn = (ending, text) =>
    button(text, {
      key: desk.keys[ending],
      act: () => act.end(ending),
      testid: ending,
      "aria-pressed": String(state.record.ending === ending),
      title: ENDINGS[ending],
    });
  return el(
    "section",
    { class: "iwf-group iwf-ending", role: "group", "aria-label": "How you leave it" },
    turn("not_sure", "Not sure"),
    turn("needs_two", "Needs two"),
    el("span", { class: "iwf-quiet", "data-testid": "ending" }, state.record.ending === SETTLED ? "" : ENDINGS[state.record.ending]),
  );
}
