// Shielded previews that are compared: beside one another, without an assignment, each
// delivery and each look recorded.  More than the shielded preview is not offered here.

class ComparedPictures extends Pictures {
  /** Fetch and draw; a grant that no longer stands is renewed once. */
  async draw(item, variant, grant) {
    const fresh = async () => {
      const { grants } = await this.server.post("iwflab/api/matching/grants", { media: [item.medium] });
      return this.server.picture(grants[item.medium]);
    };
    if (!grant) return drawn(await fresh(), item);
    const blob = await this.server.picture(grant).catch((fault) => {
      if (!(fault instanceof Fault) || fault.reason !== "refused" || fault.kind === "Presenting") throw fault;
      return fresh();
    });
    return drawn(blob, item);
  }
}

/** A medium as the pictures know it. */
function pictureOf({ medium, name, shielded }, grant) {
  return { medium, name, previews: shielded ? ["shielded"] : [], grants: { shielded: grant } };
}

const VIEWS_MOST = 500; // in one report

class Compared {
  constructor(server, tell) {
    Object.assign(this, { server, tell });
    this.pictures = new ComparedPictures(server);
    this.looks = new Map(); // medium -> its Look, while it is on the screen
    this.unsent = [];
    this.reports = []; // what was sent and not answered: sent again as it is, it counts once
    this.sending = false;
    this.together = new Together();
    this.blanked = "";
  }

  /** Make a frame that shows one medium when it has come. */
  frame(item, { label, testid, small = false } = {}) {
    const place = el("div", {
      class: small ? "iwf-surround iwf-thumb" : "iwf-surround",
      "data-testid": testid,
      "data-medium": item.medium,
    });
    this.show(place, item, label);
    return place;
  }

  async show(place, item, label) {
    const plain = (text) => place.replaceChildren(el("p", { class: "iwf-none" }, text));
    if (this.blanked) return plain("Blank");
    if (!item.previews.length) return plain(label ?? "No preview");
    plain("Being fetched");
    const canvas = await this.pictures.want(item);
    if (this.blanked || !onScreen(place)) return;
    if (!canvas) return plain(this.pictures.faultOf(item)?.inWords ?? "The preview cannot be shown now.");
    // It may be on the page already, in a sample below its stack: there it stays.
    const mine = canvas.isConnected ? copyOf(canvas) : canvas;
    place.replaceChildren(mine);
    whenPainted(() => onScreen(mine) && this.begin(item.medium));
  }

  begin(medium) {
    if (this.blanked || document.hidden) return;
    const look = this.looks.get(medium) ?? new Look(medium, null, this.together);
    if (!look.running) look.begin("shielded");
    this.looks.set(medium, look);
  }

  /** What is on the screen changes: report what was shown until now. */
  leave(options) {
    for (const look of this.looks.values()) {
      look.rest();
      this.unsent.push(...look.take());
    }
    this.looks.clear();
    return this.send(options);
  }

  /** How many views the server may not have. */
  get waiting() {
    return this.unsent.length + this.reports.reduce((sum, { views }) => sum + views.length, 0);
  }

  /** One report after the other; all at once where the page is about to go. */
  async send(options = {}) {
    if (options.keepalive) {
      while (this.unsent.length) this.cut();
      return Promise.all(this.reports.map((report) => this.give(report, options)));
    }
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.waiting && (await this.give(this.reports[0] ?? this.cut(), options)));
    } finally {
      this.sending = false;
    }
  }

  cut() {
    const report = { request: freshId(), views: this.unsent.splice(0, VIEWS_MOST) };
    this.reports.push(report);
    return report;
  }

  /** Send one report; tell whether it was answered, with yes or no. */
  async give(report, options) {
    try {
      const { refused = [] } = await this.server.post("iwflab/api/matching/shown", report, options);
      if (refused.length) this.tell(`Not recorded: views of ${count(refused.length, "medium", "media")} that your roles do not reach.`);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (fault.reason !== "refused") return false;
      this.tell(`A view was not recorded: ${fault.inWords}`);
    }
    this.reports = this.reports.filter((one) => one !== report);
    return true;
  }

  /** Whoever looks away sees nothing: the clocks stop, and go on with what is there. */
  seen(visible, root) {
    if (!visible) return this.leave();
    for (const canvas of root.querySelectorAll("[data-medium] > canvas"))
      this.begin(canvas.parentElement.dataset.medium);
  }

  stop() {
    this.leave({ keepalive: true });
    this.pictures.keep([]);
  }
}

/** While a preview was fetched, the person may have gone to another part. */
function onScreen(place) {
  return place.isConnected && !place.closest("[hidden]");
}

function copyOf(canvas) {
  const copy = canvas.cloneNode();
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}
