// The endpoints, a group for each network. A row is made once and then
// changed in place, so that scroll position, focus and selection stay.

const ROWS_AT_ONCE = 60; // made before the page is drawn again
const FILTER_FROM = 13;  // endpoints, from which on there is a filter

const rows = new Map();   // by name
const groups = new Map(); // by network's name
let list = null;          // the element that holds the groups
let unmade = [];          // endpoints that have no row yet

function setText(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined)
    element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value))
    element.setAttribute(name, value);
}

function stateBadge() {
  return make("span", { class: "badge" },
    make("span", { class: "mark", "aria-hidden": "true" }),
    make("span", { class: "word" }));
}

function setBadge(badge, outcome) {
  const kind = kindOf(outcome);

  setAttribute(badge, "class", "badge " + kind);
  setText(badge.firstChild, outcome === null ? "·" : MARKS[kind]);
  setText(badge.lastChild, stateWord(outcome));
}

function uptimeCell(window) {
  return make("span", { class: "uptime", "data-window": window },
    make("span", { class: "label" }, word("uptime_" + window) + " "),
    make("span", { class: "value" }, "–"));
}

let rowsMade = 0;

// What a row has to be changed: its elements, and what it shows.
function makeRow(endpoint) {
  const id = "endpoint-" + rowsMade++;
  const row = {
    name: endpoint.name,
    told: null,
    badge: stateBadge(),
    button: make("button", {
      type: "button", class: "name", "aria-expanded": "false",
      "aria-controls": id + "-detail",
    }, foreign(endpoint.name)),
    since: make("span", { class: "since" }),
    why: make("span", { class: "why" }),
    message: make("bdi", { class: "message" }),
    bars: makeBars(),
    uptimes: WINDOWS.map(uptimeCell),
    latency: make("span", { class: "latency" },
      make("span", { class: "label" }, word("latency") + " "),
      make("span", { class: "value" })),
    detail: make("div", { class: "detail", id: id + "-detail", hidden: true,
      role: "region",
      "aria-label": word("opened_at", { name: visible(endpoint.name) }) }),
  };

  row.element = make("li", { class: "endpoint", id },
    make("div", { class: "row", onclick: (event) => onRowClick(event, row) },
      row.badge,
      make("div", { class: "what" }, row.button,
        make("p", { class: "says" }, row.since, row.why, row.message)),
      row.bars, row.uptimes, row.latency),
    row.detail);
  row.element.endpointName = endpoint.name;
  rows.set(endpoint.name, row);
  return row;
}

function onRowClick(event, row) {
  const isOther = event.target.closest("button, a") !== null &&
    !row.button.contains(event.target);

  if (!isOther && String(getSelection()) === "")
    toggleDetail(row.name);
}

function sinceText(endpoint) {
  if (endpoint.outcome === null)
    return word("not_asked");
  return endpoint.since
    ? word("for_time", { time: formatDuration(secondsSince(endpoint.since)) })
    : "";
}

function updateSince(row) {
  const { endpoint } = row;

  setText(row.since, sinceText(endpoint));
  setAttribute(row.since, "title", endpoint.since &&
    `${formatClock(endpoint.since)} · ${formatUtc(endpoint.since)}`);
}

function updateUptimes(row) {
  WINDOWS.forEach((window, at) => {
    const percent = row.endpoint.uptime_percent?.[window];
    const cell = row.uptimes[at];

    setText(cell.lastChild, formatPercent(percent));
    setAttribute(cell, "data-level", levelOf(percent));
  });
}

// Shows what the server told of it; nothing is touched that stays.
function updateRow(row, endpoint) {
  const told = JSON.stringify(endpoint);
  const isWell = endpoint.outcome === "healthy";

  row.endpoint = endpoint;
  if (row.told === told)
    return;
  row.told = told;
  setAttribute(row.element, "data-outcome", endpoint.outcome ?? "null");
  setBadge(row.badge, endpoint.outcome);
  setText(row.why, isWell ? "" : whyOf(endpoint));
  setText(row.message, isWell ? "" : visible(endpoint.message));
  setText(row.latency.lastChild, formatMs(endpoint.total_ms));
  updateSince(row);
  updateUptimes(row);
}

// Rows draw their bars when they come near the window.
const nearby = new IntersectionObserver((entries) => {
  for (const entry of entries)
    if (entry.isIntersecting)
      drawRowBars(rows.get(entry.target.endpointName));
}, { rootMargin: "600px" });

function drawRowBars(row) {
  const history = row && days.get(row.name);

  if (history)
    drawBars(row.bars, row.name, history);
}

// After new days came, or all of them when the page goes to paper.
function redrawBars(areAll) {
  for (const row of rows.values())
    if (areAll || histories.has(row.bars)) {
      drawRowBars(row);
    } else {
      nearby.unobserve(row.element);
      nearby.observe(row.element);
    }
}

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

let laidOut = null; // plannedNames() as the groups are

// Other endpoints than before: another plan, or the first one.
function layOut() {
  const names = new Set(status.endpoints.map((endpoint) => endpoint.name));

  for (const [name, row] of rows)
    if (!names.has(name)) {
      if (openedName === name)
        toggleDetail(name);
      nearby.unobserve(row.element);
      row.element.remove();
      rows.delete(name);
    }
  groups.clear();
  for (const name of networkNames())
    groups.set(name, makeGroup(name));
  list.replaceChildren(...[...groups.values()].map((group) => group.element));
  unmade = [...status.endpoints];
  laidOut = plannedNames();
  makeSomeRows();
}

function byName() {
  return new Map(status.endpoints.map((endpoint) => [endpoint.name, endpoint]));
}

function makeSomeRows() {
  const matches = matcher();
  const current = byName();
  const some = unmade.splice(0, ROWS_AT_ONCE);

  for (const { name, network } of some) {
    const endpoint = current.get(name);
    const row = rows.get(name) ?? makeRow(endpoint);

    updateRow(row, endpoint);
    row.element.hidden = !matches(endpoint);
    groups.get(network).rows.append(row.element);
    nearby.observe(row.element);
  }
  if (unmade.length > 0)
    setTimeout(makeSomeRows);
  else
    onRowsMade();
}

// Marks for a while what changed; the top of the page tells it, too.
function flash(some) {
  for (const row of some)
    row.element.classList.remove("changed");
  void list.offsetWidth; // so that it begins anew
  for (const row of some)
    row.element.classList.add("changed");
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

function updateTimes() {
  for (const row of rows.values())
    if (!row.element.hidden)
      updateSince(row);
}

// The filter.

let filterBar = null;
let noMatch = null;

function makeFilter() {
  const input = make("input", {
    type: "search", id: "search", placeholder: word("search"),
    "aria-label": word("search_label"), autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      filter.text = input.value;
      applyFilter();
    },
  });
  const only = make("button", {
    type: "button", class: "outcome unhealthy", id: "failing-only",
    "aria-pressed": "false",
    onclick: () => filterFailing(!filter.failingOnly),
  },
  make("span", { class: "mark", "aria-hidden": "true" }, MARKS.unhealthy),
  word("failing_only"));

  filterBar = make("div", {
    class: "filters", role: "search", "aria-label": word("filter"),
    hidden: true,
  }, input, make("div", { class: "switches" }, only),
  make("span", { class: "count" }));
  noMatch = make("p", { class: "nothing", hidden: true }, word("no_match"),
    " ", make("button", {
      type: "button", class: "link",
      onclick: () => {
        input.value = "";
        filter.text = "";
        filterFailing(false);
        input.focus();
      },
    }, word("clear")));
  return filterBar;
}

function filterFailing(isOn) {
  filter.failingOnly = isOn;
  setAttribute(document.getElementById("failing-only"), "aria-pressed", isOn);
  applyFilter();
}

function applyFilter() {
  const matches = matcher();
  const shown = new Map(); // by network: how many
  let count = 0;

  for (const endpoint of status.endpoints) {
    const row = rows.get(endpoint.name);
    const isShown = matches(endpoint) || endpoint.name === openedName;

    if (row)
      row.element.hidden = !isShown;
    if (!isShown)
      continue;
    count++;
    shown.set(endpoint.network, (shown.get(endpoint.network) ?? 0) + 1);
  }
  for (const group of groups.values())
    group.element.hidden = !shown.has(group.name);
  noMatch.hidden = count > 0 || status.endpoints.length === 0;
  filterBar.hidden = status.endpoints.length < FILTER_FROM && !isFiltered();
  setText(filterBar.querySelector(".count"), isFiltered()
    ? word("shown_of", { shown: count, n: status.endpoints.length }) : "");
}

function showEndpoint(name) {
  const row = rows.get(name);

  if (!row)
    return;
  if (row.element.hidden) {
    document.getElementById("search").value = "";
    filter.text = "";
    filterFailing(false);
  }
  row.element.scrollIntoView({ block: "center" });
  row.button.focus({ preventScroll: true });
  flash([row]);
}
