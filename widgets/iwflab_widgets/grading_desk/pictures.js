// Previews, drawn ahead of need.  Each lives in a canvas of its own, so that showing it
// is one change of the page.  No Blob address, no data address: bytes are fetched,
// decoded, drawn and dropped, and nothing of them can reach the disk.

class Pictures {
  /** `variant`: one that needs no reveal; each has a place of its own. */
  constructor(server, variant = "shielded") {
    Object.assign(this, { server, variant });
    this.kept = new Map(); // medium -> { canvas } | { coming } | { fault }
  }

  /** Draw the previews of these items (or only of those `ahead`); let go of all others. */
  keep(items, ahead = items) {
    const wanted = new Set(items.map((item) => item.medium));
    for (const [medium, entry] of this.kept) {
      if (wanted.has(medium)) continue;
      letGo(entry.canvas);
      this.kept.delete(medium);
    }
    for (const item of ahead) this.want(item);
  }

  /** Promise the canvas of an item's preview. */
  async want(item) {
    if (!item.previews.includes(this.variant)) return null;
    const known = this.kept.get(item.medium);
    if (known && !known.fault) return known.canvas ?? known.coming;
    const entry = {};
    this.kept.set(item.medium, entry);
    entry.coming = this.draw(item, this.variant, item.grants?.[this.variant]).then(
      (canvas) => {
        entry.canvas = canvas;
        if (this.kept.get(item.medium) !== entry) letGo(canvas);
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
    return this.kept.get(item.medium)?.fault ?? null;
  }

  /** Fetch and draw; a grant that no longer stands is renewed once. */
  async draw(item, variant, grant) {
    let blob;
    try {
      if (!grant) throw new Fault("refused");
      blob = await this.server.picture(grant);
    } catch (fault) {
      if (fault.reason !== "refused" || fault.kind === "Presenting") throw fault;
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
