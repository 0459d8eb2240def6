// What the server makes on demand: a larger preview, a clip.  It may take a while, so it
// is asked for again until it is there; leaving the medium or blanking ends the asking.

const ASK_AGAIN = 700; // milliseconds
const NOTHING_SENT = "Presentation mode: no pictures are shown in this session.";

/**
 * Ask for a rendition of a medium until it is made; give { grant, ... } or null when it
 * is wanted no longer.  `wanted()` says whether it still is.
 */
async function rendition(server, medium, variant, wanted) {
  while (wanted()) {
    const made = await server.post("iwflab/api/rendition", { medium, variant });
    if (made.state === "failed") throw new Fault("refused", made);
    if (made.grant) return wanted() ? made : null;
    await new Promise((go) => setTimeout(go, ASK_AGAIN));
  }
  return null;
}

class Larger {
  constructor(desk) {
    this.desk = desk;
  }

  /** The full preview, made for a large screen: the reveal is on record first. */
  async show() {
    const { screen, server, pictures } = this.desk;
    const { item, look } = screen;
    if (!item || screen.blanked) return;
    if (screen.presenting) return this.desk.tell(NOTHING_SENT);
    if (item.frames > 1) return this.desk.tell("It moves: play it instead of enlarging its contact sheet.");
    if (screen.painted?.variant !== "full") await screen.reveal("full");
    const wanted = () => screen.look === look && screen.wish === "full" && !screen.blanked;
    if (!wanted() || !screen.full || screen.enlarged) return;
    this.desk.tell("The larger preview is being made.");
    try {
      const made = await rendition(server, item.medium, "large", wanted);
      const canvas = made && (await pictures.draw(item, "large", made.grant));
      if (!wanted()) return letGo(canvas);
      letGo(screen.full);
      Object.assign(screen, { full: canvas, enlarged: true });
      screen.paint(canvas, "full");
      this.desk.tell(`Larger preview: ${canvas.width} × ${canvas.height}.`);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (wanted()) this.desk.tell(`Not enlarged: ${fault.inWords}`);
    }
  }
}
