// What is left to ask: the reduced decision diagrams of the schemes, walked with the
// answers so far.  A question is asked if two answers to it still lead to two classes.

/** Name the questions that matter to some scheme, and whether a child row does. */
function leftToAsk(diagrams, record) {
  const asked = new Set();
  for (const diagram of diagrams) for (const name of mattering(diagram, record)) asked.add(name);
  return asked;
}

/** The questions that still stand in the diagram once the answers are put in. */
function mattering(diagram, record) {
  const nodes = []; // of the reduced rest: [variable, ...next]
  const unique = new Map();
  const known = new Map();
  const opened = new Map();
  const make = (place, onward) => {
    if (onward.every((next) => next === onward[0])) return onward[0];
    const key = `${place}:${onward}`;
    if (!unique.has(key)) unique.set(key, nodes.push([place, ...onward]) - 1);
    return unique.get(key);
  };
  const rest = (at) => {
    if (at < 0) return at;
    if (known.has(at)) return known.get(at);
    const [place, following] = diagram.nodes[at];
    if (!opened.has(place)) opened.set(place, openAnswers(diagram.variables[place], record));
    const found = make(place, opened.get(place).map((answer) => rest(following[answer])));
    known.set(at, found);
    return found;
  };
  const names = new Set();
  const seen = new Set();
  const ahead = [rest(diagram.top)];
  while (ahead.length) {
    const at = ahead.pop();
    if (at < 0 || seen.has(at)) continue;
    seen.add(at);
    names.add(diagram.variables[nodes[at][0]].asked);
    ahead.push(...nodes[at].slice(1));
  }
  return names;
}

/** The places of the answers that a record leaves possible; one if it is sure. */
function openAnswers(variable, record) {
  const all = variable.answers.map((_, place) => place);
  if (!variable.name.startsWith("child.")) {
    const place = variable.answers.indexOf(record.elements[variable.name] || variable.assumed);
    return place < 0 ? all : [place];
  }
  if (!record.children.length) return all;
  let sets = new Set([""]);
  for (const child of record.children) {
    const cells = cellsOf(variable, child);
    // Equal sets are one: sixty unknown children are no more than a few sets.
    sets = new Set([...sets].flatMap((some) => cells.map((cell) => withCell(some, cell))));
  }
  return all.filter((place) => sets.has([...variable.answers[place]].sort().join()));
}

function withCell(some, cell) {
  return [...new Set([...some.split(",").filter(Boolean), cell])].sort().join();
}

function cellsOf(variable, child) {
  if (!variable.uppers.length) {
    const given = child[variable.asked];
    return variable.cells.includes(given) ? [given] : variable.cells;
  }
  const [least, most] = yearsOf(child);
  return variable.cells.filter((_, place) => {
    const low = place ? variable.uppers[place - 1] + 1 : 0;
    return low <= most && least <= variable.uppers[place];
  });
}

/** Least and greatest age by band and by range; where they clash, neither is believed. */
function yearsOf(child) {
  const oldest = 17;
  const [low, high] = /^\d/.test(child.age_band ?? "") ? child.age_band.split("-").map(Number) : [0, oldest];
  const least = Math.max(low, child.age_min ?? low);
  const most = Math.min(high, child.age_max ?? high);
  return least <= most ? [least, most] : [0, oldest];
}
