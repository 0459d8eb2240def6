// The ladder of reveal levels, the least first, and the controls that climb it.

const LADDER = [
  { level: "none", act: "no_picture", text: "Metadata", variant: "" },
  { level: "outlines", act: "outlines", text: "Outlines", variant: "outlines" },
  { level: "shielded", act: "shield", text: "Shielded", variant: "shielded" },
  { level: "lens", act: "lens", text: "Lens", variant: "full" },
  { level: "greyscale", act: "greyscale", text: "Greyscale", variant: "full" },
  { level: "full", act: "reveal", text: "Full", variant: "full" },
];
const LEVELS = LADDER.map((one) => one.level);

function stepOf(level) {
  return LEVELS.indexOf(level);
}

function levelInWords(level) {
  return LADDER[stepOf(level)]?.text ?? words(level);
}

/** What a level takes of the previews is there; the lens takes two. */
function isThere(item, level) {
  const { variant } = LADDER[stepOf(level)];
  const needed = level === "lens" ? ["shielded", variant] : [variant];
  return needed.every((one) => !one || item.previews.includes(one));
}

/** Where a medium starts: as chosen, or lower where that preview was not made. */
function startOf(item, level) {
  const lower = LEVELS.slice(0, stepOf(level) + 1);
  return lower.findLast((one) => isThere(item, one)) ?? "none";
}

/** One button a level, and one that makes the shown level the person's start. */
function levelControls(desk) {
  const { keys, start_level: start } = desk.desk;
  const { item, screen } = desk;
  const shown = screen.painted?.variant;
  const one = ({ level, act, text }) => {
    const there = isThere(item, level);
    return button(text, {
      key: keys[act],
      act: () => screen.show(level),
      testid: act,
      "aria-pressed": String(shown === level),
      disabled: !there || screen.presenting,
      "aria-description": !there && `not available: ${missing(level)}`,
    });
  };
  const starts = start === shown;
  const choose = button(starts ? "My start" : "Make it my start", {
    key: keys.start_here,
    act: () => desk.looking.startHere(),
    testid: "start_here",
    class: "iwf-button iwf-start",
    "aria-pressed": String(starts),
    "aria-description": `You start with: ${levelInWords(start)}`,
    disabled: !shown || screen.presenting,
  });
  return [el("div", { class: "iwf-ladder", role: "group", "aria-label": "How much is shown" }, LADDER.map(one)), choose];
}

function missing(level) {
  return level === "outlines" ? "outlines were not made yet; examining the medium again makes them" : "there is no such preview";
}
