// The list behind the contact sheet: ids, stages and stacks, page by page over one plain
// route.  Only pages that come into view are asked for; the order stays as it was given.

const SHEET_PAGE = 500;

class SheetPages {
  /** `came()` follows every page; `failed(fault)` tells of one that did not come. */
  constructor(server, { came, failed }) {
    Object.assign(this, { server, came, failed });
    this.forget();
  }

  /** The order is asked for anew. */
  forget() {
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

  /** See to it that these places are known; promises that they are. */
  async want(from, to) {
    const coming = [];
    for (let page = Math.floor(from / SHEET_PAGE); page <= Math.floor(to / SHEET_PAGE); page++)
      coming.push(this.page(page));
    await Promise.all(coming);
  }

  page(number) {
    const known = this.pages.get(number);
    if (known) return known;
    const { pages } = this;
    const coming = this.fetch(number).then(
      (items) => {
        if (this.pages !== pages || pages.get(number) !== coming) return;
        pages.set(number, items);
        items.forEach((one, at) => one && this.place.set(one.medium, number * SHEET_PAGE + at));
        this.came();
      },
      (fault) => {
        pages.delete(number);
        if (!(fault instanceof Fault)) throw fault;
        this.failed(fault);
      },
    );
    pages.set(number, coming);
    return coming;
  }

  async fetch(number) {
    const asked = new URLSearchParams({ order: this.order, at: number * SHEET_PAGE, n: SHEET_PAGE });
    const { order, total, items } = await this.server.get(`iwflab/api/sheet?${asked}`);
    this.order = order;
    this.total = total;
    return items;
  }
}
