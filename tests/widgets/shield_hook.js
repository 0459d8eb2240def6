// What a page paints, seen from below the desk: every bitmap carries the grant that its
// bytes came by, every canvas what was transferred to it or drawn on it.  Nothing of the
// desk is asked but which medium is open; what a person wanted is told by their keys.
(() => {
  const UNSHIELDED = new Set(["full"]);
  const LESS = new Set(["s", "a", "b"]);
  const MORE = { l: "lens", g: "greyscale", " ": "full" };
  const STEP = { lens: 1, greyscale: 2, full: 3 };
  const LENS_SIDE = 220;
  const blobs = new WeakMap();
  const held = new WeakMap(); // canvas or bitmap -> { variant, medium }
  const hook = { broken: [], transfers: 0, checks: 0, levels: {}, wish: 0, medium: null, blank: false, granted: new Set() };
  window.shieldHook = hook;

  const ask = window.fetch;
  window.fetch = async (address, options) => {
    const reply = await ask(address, options);
    const grant = String(address).match(/media\/[^-]+-(\w+)-(\d+)/);
    if (grant) {
      const blob = reply.blob.bind(reply);
      reply.blob = async () => {
        const found = await blob();
        blobs.set(found, { variant: grant[1], medium: `m${grant[2]}` });
        return found;
      };
    }
    if (String(address).endsWith("api/reveal") && reply.ok) hook.granted.add(JSON.parse(options.body).medium);
    return reply;
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(address) {
      super(address);
      this.reveals = new Map();
      this.addEventListener("message", ({ data }) => { // before the desk hears it
        const { n, status } = JSON.parse(data);
        if (status === 200 && this.reveals.has(n)) hook.granted.add(this.reveals.get(n));
      });
    }

    send(text) {
      const { n, act, body } = JSON.parse(text);
      if (act === "reveal") this.reveals.set(n, body.medium);
      super.send(text);
    }
  };
  const decode = window.createImageBitmap;
  window.createImageBitmap = async (source, ...more) => {
    const bitmap = await decode(source, ...more);
    const tag = blobs.get(source) ?? held.get(source);
    held.set(bitmap, tag ?? { variant: "unknown" });
    return bitmap;
  };
  const transfer = ImageBitmapRenderingContext.prototype.transferFromImageBitmap;
  ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
    hook.transfers += 1;
    if (bitmap) held.set(this.canvas, held.get(bitmap) ?? { variant: "unknown" });
    else held.delete(this.canvas);
    transfer.call(this, bitmap);
    queueMicrotask(check); // not in the middle of a step: no frame comes there
  };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (source, ...place) {
    hook.transfers += 1;
    held.set(this.canvas, held.get(source) ?? { variant: "unknown" });
    draw.call(this, source, ...place);
    queueMicrotask(check);
  };

  function open() {
    return document.querySelector(".iwf")?.iwflab?.state().medium ?? null;
  }

  /** Another medium, and what was wanted of the last one counts no more. */
  function follow() {
    const medium = open();
    if (medium !== hook.medium) Object.assign(hook, { medium, wish: 0 });
  }

  addEventListener("keydown", ({ key, shiftKey, ctrlKey, altKey, metaKey }) => {
    if (ctrlKey || altKey || metaKey || (shiftKey && key.startsWith("Arrow"))) return;
    follow();
    if (hook.blank) hook.blank = false; // this key only wakes
    else if (key === "Escape") Object.assign(hook, { blank: true, wish: 0 });
    else if (LESS.has(key) || key === "h") hook.wish = 0;
    else if (MORE[key]) hook.wish = Math.max(key === "l" || key === "g" ? STEP[MORE[key]] : 0, STEP[MORE[key]]);
  }, true);

  /** What a canvas on the page shows, as a step above the shield; 0: shielded or less. */
  function shownBy(one) {
    const { variant } = held.get(one) ?? { variant: "" };
    if (!variant || !UNSHIELDED.has(variant)) return variant === "unknown" ? 9 : 0;
    if (one.width <= LENS_SIDE && one.getBoundingClientRect().width <= LENS_SIDE) return STEP.lens;
    return getComputedStyle(one).filter.includes("grayscale(1)") ? STEP.greyscale : STEP.full;
  }

  function check() {
    hook.checks += 1;
    follow();
    for (const one of document.querySelectorAll("canvas, img, video")) {
      if (!one.matches("canvas")) {
        hook.broken.push(`a ${one.localName} is on the page`);
        continue;
      }
      const step = shownBy(one);
      hook.levels[step] = (hook.levels[step] ?? 0) + 1;
      const { medium } = held.get(one) ?? {};
      if (step === 0 && !hook.blank) continue;
      if (hook.blank || step > hook.wish || medium !== hook.medium || !hook.granted.has(medium))
        hook.broken.push(`${medium} at ${step}, wanted ${hook.wish} of ${hook.medium}, blank ${hook.blank}`);
    }
  }

  const heed = { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "style", "hidden"] };
  document.addEventListener("DOMContentLoaded", () => new MutationObserver(check).observe(document.documentElement, heed));
  (function frame() {
    requestAnimationFrame(frame);
    check();
  })();
})();
