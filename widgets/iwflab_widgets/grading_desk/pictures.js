// Previews, drawn ahead of need.  Each lives in a canvas of its own, so that showing it
// is one change of the page.  No Blob address, no data address: bytes are fetched,
// decoded, drawn and dropped, and nothing of them can reach the disk.

class Pictures {
  constructor(server) {
    this.server = server;
    this.shielded = new Map(); // medium -> { canvas } | { coming } | { fault }
  }

  /** Draw the shielded previews of these items; let go of all others. */
  keep(items) {
    const wanted = new Set(items.map((item) => item.medium));
    for (const [medium, entry] of this.shielded) {
      if (wanted.has(medium)) continue;
      letGo(entry.canvas);
      this.shielded.delete(medium);
    }
    for (const item of items) this.want(item);
  }

  /** Promise the canvas of an item's shielded preview. */
  async want(item) {
    if (!item.previews.includes("shielded")) return null;
    const known = this.shielded.get(item.medium);
    if (known && !known.fault) return known.canvas ?? known.coming;
    const entry = {};
    this.shielded.set(item.medium, entry);
    entry.coming = this.draw(item, "shielded", item.grants?.shielded).then(
      (canvas) => {
        entry.canvas = canvas;
        if (this.shielded.get(item.medium) !== entry) letGo(canvas);
        return canvas;
      },
      (fault) => {
        entry.fault = fault;
        return null;
      },
    );
    return entry.coming;
  }

  faultOf(item) {
    return this.shielded.get(item.medium)?.fault ?? null;
  }

  /** Fetch and draw; a grant that no longer stands is renewed once. */
  async draw(item, variant, grant) {
    let blob;
    try {
      if (!grant) throw new Fault("refused");
      blob = await this.server.picture(grant);
    } catch (fault) {
      if (fault.reason !== "refused") throw fault;
      const renewal = { medium: item.medium, variant };
      const renewed = await this.server.post("iwflab/api/grant", renewal);
      blob = await this.server.picture(renewed.grant);
    }
    return drawn(blob, item);
  }
}

async function drawn(blob, item) {
  const bitmap = await createImageBitmap(blob).catch(() => {
    throw new Fault("refused", { error: "The preview could not be drawn." });
  });
  const label = `Preview of ${item.name}`;
  const canvas = el("canvas", { role: "img", "aria-label": label, class: "iwf-picture" });
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
  return canvas;
}

/** Give the memory of a canvas back now, not when the collector comes round. */
function letGo(canvas) {
  if (!canvas) return;
  canvas.remove();
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(null);
}
