// The door of the module.

/** The desk as plain values, for tests and for whoever looks into a problem. */
function deskState(desk) {
  const { item, screen, outbox, answers } = desk;
  return {
    ready: Boolean(desk.desk),
    analyst: desk.me,
    position: item ? `${desk.position.at} of ${desk.position.of}` : null,
    medium: item?.medium ?? null,
    end: Boolean(desk.desk) && !item,
    active: answers?.active ?? null,
    record: cleanRecord(answers?.record),
    drafts: [...(answers?.drafts.keys() ?? [])],
    saved: outbox?.saved ?? 0,
    pressed: outbox?.pressed ?? 0,
    waiting: outbox?.waiting ?? 0,
    painted: screen.painted,
    level: screen.look?.level ?? null,
    blanked: screen.blanked,
    selection: desk.views.sheet.inOrder,
    ...desk.views.state,
    asking: desk.asking,
    stopped: desk.stopped,
    message: desk.message,
    filter: desk.filter.words,
    matching: desk.filter.total,
    selected: desk.selecting.media.length,
    start: desk.desk?.start_level ?? null,
    presenting: screen.presenting,
    comparison: desk.looking.comparison.plain,
    lens: screen.lens && { x: screen.lens.x, y: screen.lens.y },
    levels: screen.look?.levelsNow ?? {},
    prefetched: [...desk.pictures.kept].filter(([, one]) => one.canvas).map(([medium]) => medium),
  };
}

/** anywidget: after this nothing passes through the kernel; it may be busy or dead. */
function render({ el: host }) {
  const root = el("div", {
    class: "iwf iwf-grading",
    tabindex: "0",
    role: "application",
    "aria-label": "Grading desk",
    "data-lm-suppress-shortcuts": "true", // JupyterLab: x and d d would delete cells
    "data-testid": "grading-desk",
  });
  host.append(root);
  const desk = new Desk(root, pageFacts());
  desk.start();
  return () => desk.stop();
}

export default { render };
