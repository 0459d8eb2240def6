// The cells of the contact sheet: rows that are used again, each cell filled for its place.

Object.assign(Sheet.prototype, {
  row(number) {
    const row = this.spare.pop() ?? this.newRow();
    row.dataset.row = "";
    this.rows.set(number, row);
    if (!row.isConnected) this.canvas.append(row);
    return row;
  },

  newRow() {
    return el("div", { class: "iwf-sheet-row", role: "row" }, Array.from({ length: this.columns }, newCell));
  },

  fillRow(row, number) {
    row.dataset.row = number;
    row.style.transform = `translateY(${number * CELL.height}px)`;
    row.setAttribute("aria-rowindex", number + 1);
    Array.from(row.children, (cell, column) => this.fillCell(cell, number * this.columns + column, column));
  },

  fillCell(cell, place, column) {
    const entry = this.pages.at(place);
    cell.hidden = place >= this.pages.total;
    cell.id = `${this.desk.uid}-cell-${place}`;
    cell.dataset.place = place;
    cell.setAttribute("aria-colindex", column + 1);
    cell.setAttribute("aria-selected", String(Boolean(entry && this.selected.has(entry.medium))));
    cell.setAttribute("aria-label", this.cellInWords(place));
    cell.dataset.stage = entry?.stage ?? "";
    cell.dataset.stack = stackEdge(entry, this.pages.at(place - 1), this.pages.at(place + 1));
    cell.lastChild.textContent = captionOf(entry, place);
    this.drawThumb(cell, entry);
  },

  drawThumb(cell, entry) {
    const canvas = cell.firstChild;
    const bitmap = entry && this.thumbs.get(entry.medium);
    cell.dataset.medium = entry?.medium ?? "";
    canvas.hidden = !bitmap;
    const card = canvas.nextSibling;
    card.textContent = entry && !bitmap ? this.cardOf(entry) : "";
    card.hidden = !card.textContent;
    if (!bitmap) return;
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d", { alpha: false }).drawImage(bitmap, 0, 0);
  },

  came(medium) {
    const place = this.pages.place.get(medium);
    const row = this.rows.get(Math.floor(place / this.columns));
    const cell = row?.children[place % this.columns];
    if (cell?.dataset.medium === medium) this.fillCell(cell, place, place % this.columns);
    this.look();
  },
});
