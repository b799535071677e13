// The groups of rows, one for each network, and which of their rows are there.
// A row that is filtered away is not in the page at all: to hide hundreds of
// rows that are drawn only once they are near costs a browser far more.

const ROWS_AT_ONCE = 60; // made before the page is drawn again

const groups = new Map(); // by network's name
let list = null;          // the element that holds the groups
let unmade = [];          // names of endpoints that have no row yet

function columnHeads() {
  return make("div", { class: "heads", "aria-hidden": "true" },
    make("span"), make("span", null, word("endpoint")),
    make("span", { class: "of-bars" }, word("days_90")),
    WINDOWS.map((window) =>
      make("span", { class: "number of-uptime" }, word("uptime_" + window))),
    make("span", { class: "number of-latency" }, word("latency")));
}

function makeGroup(name) {
  const group = {
    name,
    facts: make("p", { class: "facts" }),
    rows: make("ul"),
  };

  group.element = make("section", { class: "panel group" },
    make("div", { class: "head" },
      make("h2", null, foreign(name)), group.facts),
    columnHeads(), group.rows);
  return group;
}

function groupFacts(name) {
  const endpoints = status.endpoints.filter((each) => each.network === name);
  const failing = endpoints.filter(isFailing).length;
  const network = status.networks.find((each) => each.name === name);
  const parts = [
    word("group_count", { n: endpoints.length }),
    failing > 0 && make("strong", { class: "bad" },
      word("group_failing", { n: failing })),
    network && word("group_workers",
      { n: network.workers, busy: network.busy }),
    network?.queued > 0 && word("group_queued", { n: network.queued }),
  ];

  return parts.filter(Boolean).map((part) => make("span", null, part));
}

// Networks in the order in which the plan's endpoints name them first.
function networkNames() {
  return [...new Set(status.endpoints.map((endpoint) => endpoint.network))];
}

function plannedNames() {
  return JSON.stringify(
    status.endpoints.map(({ name, network }) => [network, name]));
}

let laidOut = null; // plannedNames() as the rows are

// What PARENT holds becomes WANTED, in that order. What stays is not moved:
// whoever has the focus keeps it.
function arrange(parent, wanted) {
  const kept = new Set(wanted);
  let at = null;

  for (const child of [...parent.children])
    if (!kept.has(child))
      child.remove();
  at = parent.firstElementChild;
  for (const element of wanted)
    if (element === at)
      at = at.nextElementSibling;
    else
      parent.insertBefore(element, at);
}

function forgetRows(names) {
  for (const [name, row] of rows)
    if (!names.has(name)) {
      if (openedName === name)
        toggleDetail(name);
      nearby.unobserve(row.element);
      row.element.remove();
      rows.delete(name);
    }
}

// Other endpoints than before: another plan, or the first one.
function layOut() {
  const names = networkNames();

  forgetRows(new Set(status.endpoints.map((endpoint) => endpoint.name)));
  for (const name of groups.keys())
    if (!names.includes(name))
      groups.delete(name);
  for (const name of names)
    if (!groups.has(name))
      groups.set(name, makeGroup(name));
  unmade = status.endpoints.map((endpoint) => endpoint.name)
    .filter((name) => !rows.has(name));
  laidOut = plannedNames();
  makeSomeRows();
}

function byName() {
  return new Map(status.endpoints.map((endpoint) => [endpoint.name, endpoint]));
}

function makeSomeRows() {
  const current = byName();

  for (const name of unmade.splice(0, ROWS_AT_ONCE)) {
    const row = makeRow(current.get(name));

    updateRow(row, current.get(name));
    nearby.observe(row.element);
  }
  applyFilter();
  if (unmade.length > 0)
    setTimeout(makeSomeRows);
  else
    onRowsMade();
}

function showRows(changes) {
  if (laidOut !== plannedNames())
    layOut();
  for (const endpoint of status.endpoints) {
    const row = rows.get(endpoint.name);

    if (row)
      updateRow(row, endpoint);
  }
  if (changes.length > 0)
    flash(changes.map(({ name }) => rows.get(name)).filter(Boolean));
  for (const group of groups.values())
    updateGroup(group);
  applyFilter();
}

function updateGroup(group) {
  const facts = groupFacts(group.name);
  const told = facts.map((fact) => fact.textContent).join("\n");

  if (group.told !== told)
    group.facts.replaceChildren(...facts);
  group.told = told;
}

// Whose rows are there: those that match, and the one that is open.
function shownEndpoints() {
  const matches = matcher();

  return status.endpoints.filter((endpoint) =>
    matches(endpoint) || endpoint.name === openedName);
}

function showMatching() {
  const shown = shownEndpoints();
  const elements = new Map(networkNames().map((name) => [name, []]));

  for (const { name, network } of shown)
    if (rows.has(name))
      elements.get(network).push(rows.get(name).element);
  for (const [name, wanted] of elements)
    arrange(groups.get(name).rows, wanted);
  arrange(list, [...elements].filter(([, wanted]) => wanted.length > 0)
    .map(([name]) => groups.get(name).element));
  return shown.length;
}
