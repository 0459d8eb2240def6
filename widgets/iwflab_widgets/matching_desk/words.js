// What a hit says, in words: who knows the medium, by which entry, how surely.

const TIERS = {
  exact: "Exact: the same bytes",
  match: "Match: near enough to settle it",
  candidate: "Candidate: a person decides",
};
const SAID = { same: "Confirmed", not_same: "Not the same", open: "", "": "" };
const KINDS = { known: "known, to be blocked", benign: "known to be harmless" };
const ALGORITHMS = { md5: "MD5", sha1: "SHA-1", sha256: "SHA-256", pdq: "PDQ", photodna: "PhotoDNA" };
const MEASURED = /hash$|^pdq$/; // distances of these count bits

const UNGRADED = ["waiting", "known"]; // stages of what no person graded

function isOpenHit(hit) {
  return hit.tier === "candidate" && !SAID[hit.answer] && UNGRADED.includes(hit.stage);
}

function knower(hit) {
  return hit.list || "this lab: signed off here";
}

/** One hit of an entry: "PDQ full, 12 of 256 bits, turned 90". */
function howInWords(hit) {
  const name = ALGORITHMS[hit.algorithm] ?? hit.algorithm;
  const variant = hit.variant ? ` ${words(hit.variant)}` : "";
  if (hit.tier === "exact") return `${name}: equal`;
  return `${name}${variant}: ${distanceInWords(hit)}, ${hit.orientation}`;
}

function distanceInWords({ algorithm, distance, value }) {
  if (MEASURED.test(algorithm)) return `${distance} of ${4 * value.length} bits differ`;
  return distance ? `distance ${distance.toLocaleString("en-GB")}` : "equal";
}

/** What follows from the answers so far. */
function effectInWords(group) {
  const { lead } = group;
  if (!UNGRADED.includes(lead.stage)) return `A person looked at it: it is ${words(lead.stage)}.`;
  if (group.settles) return "Nobody needs to look at it: it stays out of the grading queue.";
  if (lead.kind === "benign" && (lead.answer === "same" || lead.tier !== "candidate") && lead.answer !== "not_same")
    return "It settles nothing yet: another list or an own grade may know the medium, and it is in the grading queue until that is answered.";
  if (lead.answer === "not_same") return "It settles nothing: the medium is graded like any other.";
  return "It waits for your answer; until then the medium is in the grading queue.";
}

/** Hits of one medium against one entry are one question; the surest leads. */
function groupsOf(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = [row.medium, row.hash_list ?? row.sign_off, row.line].join(" ");
    if (!groups.has(key)) groups.set(key, { key, hits: [] });
    groups.get(key).hits.push(row);
  }
  const rank = { exact: 0, match: 1, candidate: 2 };
  for (const group of groups.values())
    group.hits.sort((one, other) => rank[one.tier] - rank[other.tier] || near(one) - near(other) || one.distance - other.distance);
  return [...groups.values()].map(withState);
}

function near(hit) {
  return hit.algorithm === "pdq" ? 0 : 1;
}

function withState(group) {
  const { hits } = group;
  const settles = hits.some((hit) => hit.settles);
  return { ...group, lead: hits[0], settles, open: !settles && hits.some(isOpenHit) };
}

/** What an answer changed: hits of the same medium may be worth more or less now. */
function answered(rows, fresh) {
  const now = new Map(fresh.map((row) => [row.hit, row]));
  return rows.map((row) => now.get(row.hit) ?? row);
}

/** How many media of these rows nobody needs to look at. */
function settledIn(rows) {
  return new Set(rows.filter((row) => row.settles && UNGRADED.includes(row.stage)).map((row) => row.medium)).size;
}

/** The bits of two values as a map: dark where they differ.  No picture is needed for it. */
function bitMap(hex) {
  const bits = [...hex].flatMap((digit) => [8, 4, 2, 1].map((bit) => Number(Boolean(parseInt(digit, 16) & bit))));
  const side = Math.sqrt(bits.length);
  if (!Number.isInteger(side) || !side) return null;
  const cell = Math.floor(192 / side);
  const differ = bits.filter(Boolean).length;
  const label = `${differ} of ${bits.length} bits differ`;
  const canvas = el("canvas", { role: "img", "aria-label": label, class: "iwf-bits", "data-testid": "bits" });
  canvas.width = canvas.height = side * cell;
  const pen = canvas.getContext("2d");
  for (const [place, bit] of bits.entries()) {
    pen.fillStyle = bit ? "#0b57a4" : "#dfe3e8";
    pen.fillRect((place % side) * cell, Math.floor(place / side) * cell, cell - 1, cell - 1);
  }
  return canvas;
}

function shortName(name, most = 34) {
  const text = String(name ?? "");
  return text.length > most ? `${text.slice(0, most - 13)}…${text.slice(-12)}` : text;
}

/** The hashes of one medium, and where they come from. */
function hashesView({ hashes, frames }) {
  const line = (one) => [
    ALGORITHMS[one.algorithm] ?? one.algorithm,
    one.variant,
    el("code", { class: "iwf-hash" }, one.value),
    one.quality ?? "",
    `${one.library} ${one.version}`,
  ];
  return [
    tableOf("Hashes", ["Algorithm", "Variant", "Value", "Quality", "Library"], hashes.map(line), { "data-testid": "hashes" }),
    frames > 0 && el("p", { "data-testid": "frames" }, `${count(frames, "frame")} of this video hashed, one a second.`),
  ];
}
