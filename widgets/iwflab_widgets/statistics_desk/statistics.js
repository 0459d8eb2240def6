// Statistics: counts that say what they count, and what of them may leave.  No pixels
// anywhere: a chart is SVG text from the lab, put together again by a short list.

const SVG = "http" + "://www.w3.org/2000/svg"; // a name of XML, not an address
const DRAWN = new Set(
  "svg g path rect line circle text tspan title desc defs clippath".split(" "),
);
const PARTS = [
  ["explore", "Explore"],
  ["reports", "Reports"],
  ["ready", "Ready-made tables"],
];

class StatisticsDesk {
  constructor(root, model) {
    this.root = root;
    this.base = pageFacts().base;
    const late = "The kernel has not answered for a while. If this goes on, reload the page.";
    // A report may take its time; only what should be quick is missed.
    this.kernel = new Kernel(model, () => this.parts.reports.busy || this.notice.warn(late));
    this.notice = noticeLine();
    this.live = liveRegion();
    this.bar = el("nav", { class: "iwf-row iwf-parts", "aria-label": "Parts of this desk" });
    this.moment = el("div", { class: "iwf-row" });
    this.parts = { explore: new Explore(this), reports: new Reports(this), ready: new Ready(this) };
    root.append(this.bar, this.notice.place, this.live.region, this.moment);
    for (const part of Object.values(this.parts)) root.append(part.root);
    root.iwflab = { state: () => this.state() }; // for tests: plain values
    this.show("explore");
    this.start();
  }

  state() {
    const { part } = this;
    const { busy, made, requests } = this.parts.reports;
    const reports = { busy, made, requests: requests.map(({ name, state: stands }) => [name, stands]) };
    return { part, ready: Boolean(this.warmed), reports, ...this.parts.explore.state() };
  }

  async start() {
    const choices = await this.ask("choices");
    if (!choices) return;
    for (const part of Object.values(this.parts)) part.start(choices);
    const warmed = await this.ask("warm", { scheme: choices.schemes[0]?.[0] ?? "" });
    if (!warmed) return;
    this.warmed = true;
    this.read(warmed);
  }

  async ask(act, body = {}) {
    try {
      return await this.kernel.ask(act, body);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.notice.warn(fault);
      return null;
    }
  }

  say(text) {
    this.live.say(text);
  }

  /** Say of which moment the numbers are; what was signed off since is not in them. */
  read({ read }) {
    const anew = button("Read anew", { act: () => this.readAnew(), testid: "read-anew" });
    fill(this.moment, el("span", { class: "iwf-quiet", "data-testid": "read" }, `As it stood on ${read}.`), anew);
  }

  async readAnew() {
    const { explore } = this.parts;
    const told = await this.ask("read", { scheme: explore.chosen.scheme.value });
    if (!told) return;
    this.read(told);
    this.notice.tell("Read anew.");
    if (explore.chosen.unit.value) explore.unitChosen();
  }

  show(part) {
    this.part = part;
    const made = PARTS.map(([name, text]) => {
      const current = name === part ? { "aria-current": "true" } : {};
      return button(text, { act: () => this.show(name), testid: `part-${name}`, ...current });
    });
    fill(this.bar, made);
    for (const [name, one] of Object.entries(this.parts)) one.root.hidden = name !== part;
    this.notice.tell("");
    if (part === "reports") this.parts.reports.look();
  }
}

/** The table beside the chart is its text alternative, and the label says so. */
function chartView(title, text) {
  const drawing = text ? safeDrawing(text) : null;
  if (!drawing) return null;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `Chart: ${title}. The numbers are those of the table.`);
  return el("figure", { class: "iwf-chart", "data-testid": "chart" }, drawing);
}

/** Keep shapes and texts of an SVG; scripts, handlers, styles and addresses fall away. */
function safeDrawing(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return parsed.localName === "svg" ? copied(parsed) : null;
}

function copied(node) {
  const made = document.createElementNS(SVG, node.localName);
  for (const { name, value } of node.attributes) {
    const harmless = !/^on|href|^xmlns/i.test(name) && !/url\((?!["']?#)|javascript:/i.test(value);
    if (harmless) made.setAttribute(name, value);
  }
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) made.append(child.data);
    else if (DRAWN.has(child.localName?.toLowerCase())) made.append(copied(child));
  }
  return made;
}

function render({ model, el: host }) {
  const root = plainDesk("statistics", "Statistics desk");
  host.append(root);
  const desk = new StatisticsDesk(root, model);
  return () => desk.kernel.stop();
}

export default { render };
