// The command palette: every act and tag by its name, for whoever forgot its key.

/** Open it; what is chosen is done once it has closed and the desk has the keys again. */
function openPalette(desk) {
  const { root } = desk;
  const all = paletteRows(desk.desk);
  let shown = all;
  let at = 0;
  let chosen = null;
  const list = el("ul", { class: "iwf-palette", role: "listbox", id: `${desk.uid}-palette`, "aria-label": "Acts" });
  const field = el("input", {
    ...{ type: "text", role: "combobox", autofocus: true, autocomplete: "off", "data-testid": "palette-field" },
    ...{ "aria-expanded": "true", "aria-controls": `${desk.uid}-palette`, "aria-label": "Name of an act or a tag" },
    oninput: () => draw(0),
  });
  const dialog = el(
    "dialog",
    { class: "iwf-card", "aria-label": "Find an act", "data-testid": "palette" },
    field,
    el("div", { class: "iwf-row" }, button("Close", { act: () => dialog.close(), testid: "close-palette" }), blankHint(desk.desk.keys)),
    list,
    el("p", { class: "iwf-hint" }, "Arrow keys choose, Enter does it."),
  );
  const choose = (row) => {
    chosen = row;
    dialog.close();
  };
  const draw = (next) => {
    const parts = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = all.filter((row) => parts.every((part) => row.text.toLowerCase().includes(part)));
    at = Math.max(0, Math.min(next, shown.length - 1));
    const one = (row, place) =>
      el(
        "li",
        {
          ...{ role: "option", id: `${desk.uid}-palette-${place}`, "data-testid": `palette-${row.name}` },
          ...{ "aria-selected": String(place === at), onclick: () => choose(row) },
        },
        el("span", {}, row.text),
        kbd(row.key),
      );
    list.replaceChildren(...(shown.length ? shown.map(one) : [el("li", { class: "iwf-quiet" }, "No act has this name.")]));
    if (shown.length) field.setAttribute("aria-activedescendant", `${desk.uid}-palette-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) draw(at + step);
    else if (event.key === "Enter" && shown[at]) choose(shown[at]);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    root.focus({ preventScroll: true });
    if (chosen) desk.perform(chosen.meaning);
  });
  root.append(dialog);
  draw(0);
  dialog.showModal();
}

function paletteRows(desk) {
  const acts = Object.entries(desk.keys)
    .filter(([name]) => name !== "palette")
    .map(([name, key]) => ({ name, key, text: ACTS[name] ?? words(name), meaning: { act: name } }));
  const tags = desk.tags.map((tag) => ({ name: tag.code, key: tag.key, text: `Tag: ${tag.label}`, meaning: { tag: tag.code } }));
  return [...acts, ...tags];
}
