// The list behind the contact sheet: ids, stages and stacks, page by page over one plain
// route.  Only pages that come into view are asked for; the order stays as it was given,
// until the server does not know it any more: then all is asked for anew.

const SHEET_PAGE = 500;
const SHEET_PATIENCE = 120_000; // milliseconds: a server that was just started compiles first what finds stacks
const ORDER_TRIES = 3; // a server that forgets its order again and again is not waited for

class SheetPages {
  /** `came()` follows every page, `anew()` another order; `failed(fault)` tells of one that did not come. */
  constructor(server, { came, anew, failed }) {
    Object.assign(this, { server, came, anew, failed });
    this.forget();
  }

  /** The order is asked for anew, with the place of one medium, wherever it lies. */
  forget(marked = "") {
    this.marked = marked;
    this.markedAt = null;
    this.order = "";
    this.total = null; // unknown until the first page came
    this.pages = new Map(); // number of the page -> its entries, or the promise of them
    this.place = new Map(); // medium -> its place
  }

  /** It is no longer theirs: its place stays empty.  Say whether it was here. */
  drop(medium) {
    const place = this.place.get(medium);
    if (place === undefined) return false;
    this.pages.get(Math.floor(place / SHEET_PAGE))[place % SHEET_PAGE] = null;
    return this.place.delete(medium);
  }

  at(place) {
    return this.knows(place) ? (this.pages.get(Math.floor(place / SHEET_PAGE))[place % SHEET_PAGE] ?? null) : null;
  }

  knows(place) {
    return Array.isArray(this.pages.get(Math.floor(place / SHEET_PAGE)));
  }

  /** See to it that these places are known; promises that they are.  `to`: or Infinity. */
  async want(from, to) {
    for (let tries = 0; tries < ORDER_TRIES; tries++) {
      const { pages, total } = this;
      const last = Math.max(from, Math.min(to, (total ?? 1) - 1));
      const coming = [];
      for (let page = Math.floor(from / SHEET_PAGE); page <= Math.floor(last / SHEET_PAGE); page++)
        coming.push(this.page(page));
      await Promise.all(coming);
      if (this.pages === pages) return; // else the order changed on the way
    }
  }

  page(number) {
    const known = this.pages.get(number);
    if (known) return known;
    const { pages } = this;
    const coming = this.fetch(number).then(
      (reply) => {
        if (this.pages === pages && pages.get(number) === coming) this.take(number, reply);
      },
      (fault) => {
        pages.delete(number);
        if (!(fault instanceof Fault)) throw fault;
        if (this.pages === pages) this.failed(fault); // else nobody waits for it any more
      },
    );
    pages.set(number, coming);
    return coming;
  }

  fetch(number) {
    const asked = new URLSearchParams({ order: this.order, at: number * SHEET_PAGE, n: SHEET_PAGE, mark: this.order ? "" : this.marked });
    return this.server.get(`iwflab/api/sheet?${asked}`, SHEET_PATIENCE);
  }

  /** A page of another order than the pages before: these say nothing any more. */
  take(number, { order, total, items, marked = null }) {
    const other = this.order !== "" && this.order !== order;
    if (other) this.forget();
    this.markedAt ??= marked;
    this.order = order;
    this.total = total;
    this.pages.set(number, items);
    items.forEach((one, at) => one && this.place.set(one.medium, number * SHEET_PAGE + at));
    if (other) this.anew();
    else this.came();
  }
}
