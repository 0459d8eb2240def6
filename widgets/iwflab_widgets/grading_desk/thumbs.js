// Small shielded pictures for the contact sheet.  Only what rests in view is fetched: a
// sheet that flies by costs nothing.  As everywhere: no Blob address, nothing kept but
// small bitmaps, a few hundred of them, and none at all once the desk is blank.

const THUMB_SIDE = 168; // pixels; the shielded preview has 480
const THUMBS_KEPT = 500;
const THUMBS_AT_ONCE = 6;
const THUMB_GRANTS = 100;
const THUMB_TRIES = 3; // then there is none: outlines of older media were never made

class Thumbs {
  /** `came(medium)` follows every picture, or that there is none; `inView()` names what is wanted now, at `level()`. */
  constructor(server, { came, inView, level }) {
    Object.assign(this, { server, came, inView, level });
    this.kept = new Map(); // medium -> bitmap, the longest unused first
    this.failed = new Set();
    this.tries = new Map(); // medium -> how often it was refused since the sheet was opened
    this.grants = new Map();
    this.busy = new Set();
    this.run = 0;
    this.asking = null; // the run that asks for grants: what an earlier one asked holds up nobody
  }

  get(medium) {
    const bitmap = this.kept.get(medium);
    if (!bitmap) return null;
    this.kept.delete(medium); // used last, forgotten last
    this.kept.set(medium, bitmap);
    return bitmap;
  }

  clear() {
    this.flying = false;
    this.run += 1; // what is on its way is dropped when it comes
    for (const bitmap of this.kept.values()) bitmap.close();
    this.kept.clear();
    this.grants.clear();
    this.failed.clear();
    this.tries.clear();
    this.busy.clear();
  }

  /** Of this one nothing is wanted any more. */
  forget(medium) {
    this.kept.get(medium)?.close();
    this.kept.delete(medium);
    this.grants.delete(medium);
  }

  /** Fetch what is in view and not here yet; what left the view is passed over. */
  async fetch() {
    const { run } = this;
    if (this.asking === run || this.flying) return; // it is asked for where the sheet comes to rest
    const missing = this.missing();
    const ungranted = missing.filter((medium) => !this.grants.has(medium)).slice(0, THUMB_GRANTS);
    if (ungranted.length) {
      this.asking = run;
      try {
        const { grants } = await this.server.post("iwflab/api/sheet/grants", { media: ungranted, variant: this.level() });
        if (run === this.run)
          for (const medium of ungranted) {
            if (grants[medium]) this.grants.set(medium, grants[medium]);
            else this.refused(medium);
          }
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        return; // the desk says so; the next movement or beat tries again
      } finally {
        if (this.asking === run) this.asking = null;
      }
    }
    if (run === this.run) this.go();
  }

  missing() {
    return this.inView().filter((one) => !this.kept.has(one) && !this.failed.has(one) && !this.busy.has(one) && !this.lacks(one));
  }

  /** It was refused so often that it is not asked for any more. */
  lacks(medium) {
    return (this.tries.get(medium) ?? 0) >= THUMB_TRIES;
  }

  refused(medium) {
    this.failed.add(medium);
    this.tries.set(medium, (this.tries.get(medium) ?? 0) + 1);
    if (this.lacks(medium)) this.came(medium);
  }

  go() {
    for (const medium of this.missing()) {
      if (this.busy.size >= THUMBS_AT_ONCE) return;
      if (this.grants.has(medium)) this.one(medium, this.run);
    }
  }

  async one(medium, run) {
    this.busy.add(medium);
    let bitmap = null;
    try {
      const blob = await this.server.picture(this.grants.get(medium));
      bitmap = await smallBitmap(blob);
    } catch (fault) {
      if (run === this.run) this.stumbled(medium, fault);
    }
    if (run !== this.run) return bitmap?.close();
    this.busy.delete(medium);
    if (this.grants.has(medium) && bitmap) this.keep(medium, bitmap);
    else bitmap?.close(); // it was forgotten meanwhile
    this.go();
    if (!this.busy.size && this.missing().length) this.fetch();
  }

  keep(medium, bitmap) {
    this.kept.set(medium, bitmap);
    for (const [oldest, old] of this.kept) {
      if (this.kept.size <= THUMBS_KEPT) break;
      old.close();
      this.kept.delete(oldest);
    }
    this.came(medium);
  }

  /** A grant that lapsed is asked for again once; what cannot be shown is said. */
  stumbled(medium, fault) {
    const lapsed = fault instanceof Fault && this.grants.get(medium) && !this.renewed?.has(medium);
    this.grants.delete(medium);
    (this.renewed ??= new Set()).add(medium);
    // A server that is away, or another person's login, says nothing of the medium.
    const passing = fault instanceof Fault && (fault.reason !== "refused" || fault.kind === "Presenting");
    if (passing && !lapsed) this.failed.add(medium);
    else if (!lapsed) this.refused(medium);
  }

  /** After trouble: what failed is tried again, a few times. */
  again() {
    this.failed.clear();
    this.renewed?.clear();
    this.fetch();
  }
}

async function smallBitmap(blob) {
  const whole = await createImageBitmap(blob);
  const part = Math.min(1, THUMB_SIDE / Math.max(whole.width, whole.height));
  const size = { resizeWidth: Math.max(1, Math.round(whole.width * part)), resizeHeight: Math.max(1, Math.round(whole.height * part)) };
  try {
    return await createImageBitmap(whole, { ...size, resizeQuality: "low" });
  } finally {
    whole.close();
  }
}
