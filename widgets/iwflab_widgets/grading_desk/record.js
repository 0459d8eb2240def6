// A record and its questions, as plain values: what is asked next depends on nothing
// but the answers, so a quick finger never meets a question that the network moved.

const TAG_TURNS = ["present", "absent", "not_determined"];

function emptyRecord() {
  return { elements: {}, children: [], tags: {}, note: "", segments: [], ending: SETTLED };
}

const SETTLED = "settled"; // else "not_sure" or "needs_two": it is not signed off then

/** Copy a record and leave out what was not answered. */
function cleanRecord(record) {
  const answered = (from) =>
    Object.fromEntries(
      Object.entries(from ?? {})
        .filter(([name, value]) => name !== "number" && value !== "" && value != null)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  return {
    elements: answered(record?.elements),
    children: (record?.children ?? []).map(answered),
    tags: answered(record?.tags),
    note: record?.note ?? "",
    segments: (record?.segments ?? []).map(({ start_ms, end_ms, elements }) => ({
      start_ms,
      end_ms,
      elements: answered(elements),
    })),
    ending: record?.ending || SETTLED,
  };
}

function sameRecord(one, other) {
  return JSON.stringify(cleanRecord(one)) === JSON.stringify(cleanRecord(other));
}

function isEmpty(record) {
  return sameRecord(record, emptyRecord());
}

/**
 * All questions in their order: gates, then one row per child, then the rest.
 * Each has: id, name, label, values, child (its place or null), needed, answer.
 * Needed is what may still change a class, and what the record wants once asked for.
 */
function questionsOf(desk, record) {
  const matters = leftToAsk(desk.asked, record);
  const needed = (kind) => matters.has(kind.name) || isWanted(kind, record);
  const gates = desk.elements.filter((kind) => kind.gate);
  const rest = desk.elements.filter((kind) => !kind.gate);
  const depicted = record.elements.child_present !== "no";
  const rows = record.children.flatMap((child, place) =>
    desk.child_fields.map((kind) =>
      childQuestion(kind, child, place, depicted && (ALWAYS_OF_A_CHILD.has(kind.name) || matters.has(kind.name))),
    ),
  );
  return [
    ...gates.map((kind) => elementQuestion(kind, record, needed(kind))),
    ...rows,
    ...record.segments.flatMap((segment, place) => segmentQuestions(desk, record, segment, place)),
    ...rest.map((kind) => elementQuestion(kind, record, needed(kind))),
  ];
}

/** What a segment may answer, where it still matters there or was answered. */
function segmentQuestions(desk, record, segment, place) {
  const whole = { ...record, elements: { ...record.elements, ...segment.elements }, segments: [] };
  const matters = leftToAsk(desk.asked, whole);
  const kinds = desk.elements.filter((kind) => (desk.of_segments ?? []).includes(kind.name));
  return kinds
    .filter((kind) => matters.has(kind.name) || segment.elements[kind.name])
    .map((kind) => ({
      ...common(kind),
      ...{ id: `segment-${place + 1}-${kind.name}`, label: `Segment ${place + 1}: ${kind.question}` },
      ...{ child: null, segment: place, needed: true, answer: segment.elements[kind.name] ?? "" },
    }));
}

const ALWAYS_OF_A_CHILD = new Set(["age_band", "sex"]); // every published table counts by them

function isWanted({ wanted }, record) {
  return Boolean(wanted) && wanted[1].includes(record.elements[wanted[0]]);
}

function elementQuestion(kind, record, needed) {
  const answer = record.elements[kind.name] ?? "";
  return { ...common(kind), id: kind.name, child: null, needed, answer, gate: kind.gate };
}

function childQuestion(kind, child, place, needed) {
  const id = `child-${place + 1}-${kind.name}`;
  const label = `Child ${place + 1}: ${kind.question}`;
  return { ...common(kind), id, label, child: place, needed, answer: child[kind.name] ?? "" };
}

function common(kind) {
  return { name: kind.name, label: kind.question, short: kind.question, values: kind.values };
}

/** Give a copy of the record with one answer set, or taken away with "". */
function withAnswer(record, question, value) {
  const next = structuredClone(record);
  const row = question.segment === undefined ? next : next.segments[question.segment];
  const target = question.child === null ? row.elements : next.children[question.child];
  if (value === "") delete target[question.name];
  else target[question.name] = value;
  return next;
}

/** A child is depicted, and nothing is said of any. */
function isChildless(record) {
  return record.elements.child_present === "yes" && !record.children.length;
}

/** The next needed question without an answer: after the given one, else from the top. */
function nextNeeded(questions, afterId) {
  const open = (question) => question.needed && !question.answer;
  const place = questions.findIndex((question) => question.id === afterId);
  return questions.slice(place + 1).find(open) ?? questions.find(open) ?? null;
}

/** Mark how the medium is left; pressed again it is settled. */
function turnEnding(record, ending) {
  return { ...structuredClone(record), ending: record.ending === ending ? SETTLED : ending };
}

/** Turn a tag: blank -> present -> absent -> not determined -> blank. */
function turnTag(record, code) {
  const next = structuredClone(record);
  const place = TAG_TURNS.indexOf(next.tags[code] ?? "") + 1;
  if (place < TAG_TURNS.length) next.tags[code] = TAG_TURNS[place];
  else delete next.tags[code];
  return next;
}
