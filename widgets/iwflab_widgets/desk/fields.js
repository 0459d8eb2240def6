// Rows of a form, and the place where a desk says what happened.

/** A labelled control; `control` is the name of its element. */
function field(label, name, given = {}, control = "input", ...inside) {
  const id = `iwf-${name}-${freshId().slice(0, 8)}`;
  const input = el(control, { id, name, "data-testid": name, autocomplete: "off", ...given }, inside);
  return [el("label", { for: id }, label), input];
}

function choice(label, name, options, given = {}) {
  const made = options.map(([value, text]) => el("option", { value }, text));
  return field(label, name, given, "select", made);
}

/** A line that shows what happened and lets a screen reader say it. */
function noticeLine() {
  const place = el("div", { role: "status", "aria-live": "polite", "data-testid": "notice" });
  const tell = (text) => fill(place, text && el("p", { class: "iwf-message" }, text));
  const warn = (fault, before) =>
    fill(place, el("p", { class: "iwf-warning" }, [before, fault.inWords ?? fault].filter(Boolean).join(": ")));
  return { place, tell, warn };
}

function plainDesk(name, label) {
  return el("section", {
    class: "iwf iwf-plain-desk",
    "aria-label": label,
    "data-lm-suppress-shortcuts": "true",
    "data-testid": `${name}-desk`,
  });
}

/** A table with a caption; cells are texts or elements, numbers are set right. */
function tableOf(caption, heads, rows, given = {}) {
  const cell = (part) =>
    typeof part === "number"
      ? el("td", { class: "iwf-number" }, part.toLocaleString("en-GB"))
      : el("td", {}, part ?? "");
  const line = (row) => el("tr", {}, row.map(cell));
  return el(
    "div",
    { class: "iwf-table", tabindex: "0", role: "group", "aria-label": caption, ...given },
    el(
      "table",
      {},
      el("caption", { class: "iwf-unseen" }, caption),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map(line)),
    ),
  );
}
