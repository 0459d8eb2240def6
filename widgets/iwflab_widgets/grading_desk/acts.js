// What each act of the desk does, by the name that its key has in the settings.

/** The contact sheet leaves these as they are; it covers the medium of all others. */
const ON_SHEET = ["help", "blank", "sheet", "present", "exposure", "comparison", "self_report"];

/** Give the acts: those that always may be, and those that need an open medium. */
function actsOf(desk) {
  const always = {
    save: () => desk.save(),
    next: () => desk.move(1),
    previous: () => desk.move(-1),
    undo: () => desk.saving.undo(),
    help: () => new OwnKeys(desk).open(),
    blank: () => desk.blank(),
    sheet: () => desk.views.toggleSheet(),
    present: () => desk.looking.turnPresentation(),
    exposure: () => desk.exposure.open(),
    comparison: () => desk.looking.comparison.turn(),
    self_report: () => desk.looking.comparison.ask(),
    palette: () => openPalette(desk),
    filter: () => desk.filter.focus(),
    selection: () => desk.selecting.act(),
  };
  const onMedium = {
    question_up: () => desk.answers.step(-1),
    question_down: () => desk.answers.step(1),
    ...Object.fromEntries(LADDER.map(({ act, level }) => [act, () => desk.screen.show(level)])),
    start_here: () => desk.looking.startHere(),
    add_child: () => desk.answers.addChild(),
    remove_child: () => desk.answers.removeChild(),
    clear: () => desk.answers.clear(),
    more: () => desk.answers.unfold(),
    note: () => desk.layout.note.focus(),
    why: () => desk.toggleWhy(),
    ...desk.views.acts,
    not_sure: () => desk.answers.end("not_sure"),
    needs_two: () => desk.answers.end("needs_two"),
  };
  return { always, onMedium };
}
