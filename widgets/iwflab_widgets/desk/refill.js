// Draw a place anew without taking away what is in use.  A button that is replaced between
// press and release is never clicked, and a field that is replaced loses what is written.

/** As fill, but what is there already stays the same element, with what is new about it. */
function refill(place, ...inside) {
  keepFocus(place, () => reconcile(place, present(inside)));
}

/** Children by their names (data-testid); those without one by their order. */
function reconcile(place, wanted) {
  const names = new Set(wanted.map(nameOf).filter(Boolean));
  for (const child of [...place.children]) if (nameOf(child) && !names.has(nameOf(child))) child.remove();
  const known = new Map([...place.children].filter(nameOf).map((child) => [nameOf(child), child]));
  let at = place.firstChild;
  for (const one of wanted) {
    const node = one instanceof Node ? one : document.createTextNode(one);
    const found = nameOf(node) ? known.get(nameOf(node)) : at;
    if (!found || !isAlike(found, node)) place.insertBefore(node, at);
    else {
      if (found === at) at = at.nextSibling;
      else place.insertBefore(found, at);
      known.delete(nameOf(node)); // should a name come twice
      become(found, node);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function nameOf(node) {
  return node instanceof Element ? (node.dataset.testid ?? "") : "";
}

function isAlike(one, other) {
  return one.nodeName === other.nodeName && nameOf(one) === nameOf(other) && one.type === other.type;
}

/** Make an element what another one is: attributes, what it does, what is in it. */
function become(element, other) {
  if (element === other) return;
  if (!(element instanceof Element)) {
    if (element.data !== other.data) element.data = other.data;
    return;
  }
  for (const { name } of [...element.attributes]) if (!other.hasAttribute(name)) element.removeAttribute(name);
  for (const { name, value } of other.attributes) {
    if (element.getAttribute(name) === value) continue;
    element.setAttribute(name, value);
    if (name === "value" && "value" in element) element.value = value; // else what was written stays
  }
  for (const kind of Object.keys(element.heard ?? {})) element.heard[kind] = null;
  for (const [kind, act] of Object.entries(other.heard ?? {})) listen(element, kind, act);
  reconcile(element, [...other.childNodes]);
}
