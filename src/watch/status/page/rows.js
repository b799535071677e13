// An endpoint's row. It is made once and then changed in place, so that scroll
// position, focus and selection stay.

const rows = new Map(); // by name

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

// Marks for a while what changed; the top of the page tells it, too.
function flash(some) {
  for (const row of some)
    row.element.classList.remove("changed");
  void document.body.offsetWidth; // so that it begins anew
  for (const row of some)
    row.element.classList.add("changed");
}

function updateTimes() {
  for (const row of rows.values())
    if (row.element.isConnected)
      updateSince(row);
}
