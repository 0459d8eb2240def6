// What was before one's own eyes: gentle signs in the last line, and a private ledger.

const SIGNS_EVERY = 15_000; // milliseconds
const SOON = 1_000;

class Exposure {
  constructor(desk) {
    this.desk = desk;
    this.signs = [];
    this.asked = -Infinity;
  }

  /** Ask now and then; between two answers the page counts on by itself, as far as it knows. */
  async beat() {
    if (performance.now() - this.asked >= SIGNS_EVERY) await this.ask();
  }

  /** Ask when nothing was saved for a moment: the page knows only what it did itself. */
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), SOON);
  }

  /** The signs, and the counts of the last line: others grade, too. */
  async ask() {
    const { outbox, work } = this.desk;
    if (work.signal.aborted) return;
    this.asked = performance.now();
    const { saved, undone } = outbox ?? {};
    const found = await this.get("iwflab/api/signs");
    if (!found || work.signal.aborted) return;
    this.signs = found.signs ?? [];
    // Counted before something else was saved or undone, it would take that back.
    if (outbox?.waiting || outbox?.saved !== saved || outbox?.undone !== undone) this.soon();
    else this.desk.counted(found);
    this.desk.render();
  }

  /**
   * Seconds add up; how many different media they were the server knows alone, which has
   * seen the windows and days before.
   */
  add(seconds) {
    const { desk } = this;
    const { exposure } = desk.progress ?? {};
    desk.progress = { ...desk.progress, exposure: { ...exposure, seconds: (exposure?.seconds ?? 0) + seconds } };
    this.soon();
    desk.render();
  }

  async get(path) {
    try {
      return await this.desk.server.get(path);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return null;
    }
  }

  async open() {
    const found = await this.get("iwflab/api/exposure?days=7");
    if (!found) return this.desk.tell("Your exposure cannot be shown now.");
    this.signs = found.signs;
    // Nobody reads this beside a picture, nor is one painted behind it.
    this.desk.views.shield();
    this.desk.render();
    openDialog(this.desk.root, { label: "Your exposure", testid: "exposure-card", keys: this.desk.desk.keys, act: "exposure" }, exposureView(found));
  }
}

function signsView(signs) {
  return el("span", { "data-testid": "signs", class: "iwf-sign" }, signs.join("; "));
}

function exposureView({ minutes, today, break_after: due, cap, days, lines }) {
  const day = days.at(-1)?.day;
  const now = lines.filter((line) => line.day === day);
  return [
    el("p", {}, "Only you are shown this. It is not ranked or compared, and nothing is enforced."),
    el("p", { "data-testid": "standing" }, `${minuteWords(minutes)} of viewing since your last break (one is due every ${minuteWords(due)}); ${minuteWords(today)} today, of at most ${(cap / 60).toLocaleString("en-GB")} hours.`),
    days.length === 0 && el("p", {}, "No medium was shown to you in the last seven days."),
    day && exposureTable(`By category and level, ${day}`, byCode(now)),
    day && exposureTable(`By hour, ${day}`, byHour(now)),
    days.length > 0 && exposureTable("By day", { heads: ["day", "media", "shown", "viewing"], rows: days.map((one) => [one.day, one.media, timeInWords(one.seconds), minuteWords(one.minutes)]) }),
    el("p", { class: "iwf-hint" }, "Shown: a picture was on the screen. Viewing: the time at media, pauses under five minutes and all. A medium at two levels, or in two hours, counts in both."),
  ];
}

function minuteWords(minutes) {
  return count(Math.round(minutes), "minute");
}

/** Category by level; the category is what is known of the media by now. */
function byCode(lines) {
  const codes = [...new Set(lines.map((line) => line.code))].sort();
  const levels = LEVELS.filter((level) => lines.some((line) => line.level === level));
  const cell = (code, level) => {
    const found = lines.filter((line) => line.code === code && line.level === level);
    const seconds = found.reduce((sum, line) => sum + line.seconds, 0);
    return found.length ? timeInWords(seconds) : "";
  };
  const rows = codes.map((code) => [words(code), ...levels.map((level) => cell(code, level))]);
  return { heads: ["UK 2014", ...levels.map(levelInWords)], rows };
}

function byHour(lines) {
  const hours = [...new Set(lines.map((line) => line.hour))].sort((a, b) => a - b);
  const rows = hours.map((hour) => {
    const found = lines.filter((line) => line.hour === hour);
    const seconds = found.reduce((sum, line) => sum + line.seconds, 0);
    return [`${String(hour).padStart(2, "0")}:00`, timeInWords(seconds), [...new Set(found.map((line) => levelInWords(line.level)))].join(", ")];
  });
  return { heads: ["hour", "shown", "levels"], rows };
}

function exposureTable(title, { heads, rows }) {
  const row = ([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first), rest.map((one) => el("td", {}, String(one))));
  return el(
    "table",
    {},
    el("caption", {}, title),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows.map(row)),
  );
}
