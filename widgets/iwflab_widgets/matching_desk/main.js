// The door of the matching desk.

function render({ model, el: host }) {
  const root = el("div", {
    class: "iwf iwf-plain-desk iwf-matching",
    tabindex: "0",
    role: "application",
    "aria-label": "Hashing and matching desk",
    "data-lm-suppress-shortcuts": "true",
    "data-testid": "matching-desk",
  });
  host.append(root);
  const desk = new MatchingDesk(root, pageFacts(), model);
  return () => desk.stop();
}

export default { render };
