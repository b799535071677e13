// What is known of one endpoint, below its row. One is open at a time; the
// address names it, so that it can be handed on.

const RANGES = ["24h", "7d", "90d"];
const TIMING_PHASES = ["dns", "connect", "tls", "wait", "receive"];
const RECENT_HEIGHT = 36;

let openedName = null;
let opened = null;       // {name, chart, parts, told}
let chosenRange = "24h"; // stays from one endpoint to the next

function rangeButton(name) {
  return make("button", {
    type: "button", "data-range": name,
    "aria-pressed": String(name === chosenRange),
    onclick: () => {
      chosenRange = name;
      for (const each of opened.ranges.children)
        setAttribute(each, "aria-pressed", each.dataset.range === name);
      opened.charted = null;
      showChart();
    },
  }, word("range_" + name));
}

function chartLegend() {
  return make("p", { class: "legend" },
    ["p50", "p95", "failed"].map((name) => make("span", null,
      make("span", { class: "swatch of-" + name }), word(name))));
}

function chartFigures() {
  const figures = make("details", { class: "figures", ontoggle: () => {
    fillFigures();
  } }, make("summary", null, word("as_table")), make("div", { class: "wide" }));

  return figures;
}

function fillFigures() {
  const holder = opened?.figures.lastChild;

  if (holder)
    holder.replaceChildren(...opened.figures.open && opened.series
      ? [chartTable(opened.series)] : []);
}

function section(title, ...content) {
  return make("section", null, make("h3", null, title), content);
}

// Everything in its place, still empty; showDetail() fills it.
function makeDetail(name) {
  const detail = {
    name,
    chart: new Chart(),
    ranges: make("div", { class: "ranges", role: "group",
      "aria-label": word("range") }, RANGES.map(rangeButton)),
    figures: chartFigures(),
    facts: make("div"),
    recent: make("div"),
    incidents: make("div"),
    told: {},
  };

  detail.charts = make("section", { class: "of-chart" },
    make("div", { class: "head" },
      make("h3", null, word("latency")), detail.ranges),
    detail.chart.element, chartLegend(), detail.figures);
  detail.parts = [
    detail.charts,
    make("div", { class: "of-facts" },
      detail.facts, detail.recent, badgeSection(name)),
    make("div", { class: "of-incidents" }, detail.incidents),
  ];
  return detail;
}

// A part is made anew only when what it shows is another.
function showPart(name, value, makePart) {
  const told = JSON.stringify(value ?? null);

  if (opened.told[name] === told)
    return;
  opened.told[name] = told;
  opened[name].replaceChildren(...[makePart(value)].flat().filter(Boolean));
}

function showChart() {
  const series = opened.latency?.[chosenRange] ?? null;
  const told = chosenRange + JSON.stringify(series);

  opened.charts.hidden = opened.latency === null;
  if (opened.charted === told || !series)
    return;
  opened.charted = told;
  opened.series = series;
  opened.chart.show(series, chosenRange);
  fillFigures();
}

function certificateText(ends) {
  const left = Math.floor(-(serverNow() - Date.parse(ends)) / 86400000);

  return [clockElement(ends), word("comma"), left >= 0
    ? word("in_days", { n: left }) : word("days_ago", { n: -left })];
}

function periodText(ms) {
  return ms % 1000 === 0 ? formatDuration(ms / 1000) : formatMs(ms);
}

// In words, and as every other report names it.
function reasonParts(endpoint) {
  const code = visible(endpoint.reason);
  const why = whyOf(endpoint);

  return [why !== code && why + " ", make("code", null, code)];
}

function endpointFacts(endpoint) {
  const badge = stateBadge();

  setBadge(badge, endpoint.outcome);
  return facts([
    [word("state"), badge],
    [word("reason_code"), endpoint.reason &&
      reasonParts(endpoint)],
    [word("message"), endpoint.message && foreign(endpoint.message)],
    [word("phase"), endpoint.phase && phaseOfEnd(endpoint.phase)],
    [word("status"), endpoint.status],
    [word("since"), endpoint.since && clockElement(endpoint.since)],
    [word("checks_in_row"), endpoint.checks > 0 &&
      word("n_checks", { n: endpoint.checks })],
    [word("checked"), endpoint.checked_at && clockElement(endpoint.checked_at)],
    [word("interval"), endpoint.every_ms &&
      word("every", { period: periodText(endpoint.every_ms) })],
    [word("certificate"), endpoint.certificate_expires_at &&
      certificateText(endpoint.certificate_expires_at)],
    [word("tags"), endpoint.tags?.length > 0 &&
      endpoint.tags.map((tag) => foreign(tag, { class: "tag" }))],
  ].map(([name, value]) => [name, value || null]));
}

// A check ends in phases of its own, some of which have a word.
function phaseOfEnd(phase) {
  return hasWord("phase_" + phase) ? phaseWord(phase) : visible(phase);
}

// Where the last check's time went.
function timingParts(timings) {
  const parts = TIMING_PHASES.filter((phase) => timings[phase] > 0);
  const sum = parts.reduce((total, phase) => total + timings[phase], 0);

  if (parts.length === 0)
    return null;
  return section(word("last_timings"),
    stackedBar(parts.map((phase) => ({
      share: timings[phase] / sum, kind: phase,
      title: `${phaseWord(phase)} ${formatMs(timings[phase])}`,
    })), { "aria-hidden": "true" }),
    make("p", { class: "legend" }, parts.map((phase) => make("span", null,
      make("span", { class: "swatch " + phase }),
      `${phaseWord(phase)} ${formatMs(timings[phase])}`))));
}

// The last checks as bars, as high as they took long.
function recentParts(checks) {
  const most = Math.max(...checks.map((check) => check.total_ms ?? 0), 0.001);
  const failed = checks.filter(isFailing).length;
  const well = checks.filter((check) => check.outcome === "healthy").length;

  if (checks.length === 0)
    return null;
  const bars = checks.map((check, index) => {
    const height = Math.max(4, (check.total_ms ?? 0) / most * RECENT_HEIGHT);
    const lines = [formatClock(check.at), stateWord(check.outcome),
      check.reason && whyOf(check), isKnown(check.total_ms) &&
        formatMs(check.total_ms)];

    return makeSvg("rect", { class: kindOf(check.outcome), x: index * 6,
      y: RECENT_HEIGHT - height, width: 5, height, rx: 1 },
    makeSvg("title", null, lines.filter(Boolean).join("\n")));
  });

  return section(word("recent", { n: checks.length }),
    make("div", { class: "recent", role: "img",
      "aria-label": word("recent_label", {
        n: checks.length, well, failed, colon: word("colon"),
      }) },
    makeSvg("svg", { viewBox: `0 0 ${60 * 6 - 1} ${RECENT_HEIGHT}`,
      preserveAspectRatio: "none" }, bars)));
}

function badgeSection(name) {
  const path = `badge/${encodeURIComponent(name)}.svg`;
  const address = new URL(path, document.baseURI).href;

  return make("section", { class: "of-badge" },
    make("h3", null, word("badge")),
    make("p", null,
      make("img", { src: path, alt: word("badge"), loading: "lazy" }),
      make("code", { class: "address" }, address)),
    make("p", { class: "note" }, word("badge_help")));
}

// Nothing came; it is asked for again as long as it is open.
function sayItFailed(name) {
  if (opened?.name === name && !opened.isFilled)
    rows.get(name).detail.replaceChildren(
      make("p", { class: "nothing" }, word("detail_failed")));
}

// ANSWER is /api/v1/endpoints/NAME.
function showDetail(name, answer) {
  const row = rows.get(name);

  if (!row || !opened || opened.name !== name)
    return;
  if (!opened.isFilled)
    row.detail.replaceChildren(...opened.parts);
  opened.isFilled = true;
  opened.latency = answer.latency ?? null;
  showChart();
  showPart("facts", answer.endpoint, endpointFacts);
  showPart("recent", [answer.timings_ms, answer.recent],
    ([timings, recent]) =>
      [timings && timingParts(timings), recent && recentParts(recent)]);
  showPart("incidents", answer.incidents, (incidentsOfIt) =>
    incidentsOfIt && section(word("incidents"),
      incidentsOfIt.length === 0
        ? make("p", { class: "note" }, word("incidents_none"))
        : incidentItems(incidentsOfIt, { isOfDay: false })));
}

function writeAddress() {
  const hash = openedName === null
    ? "" : "#" + encodeURIComponent(openedName);

  history.replaceState(null, "", location.pathname + location.search + hash);
}

function closeDetail() {
  const row = rows.get(openedName);

  opened?.chart.release();
  answers.delete(detailPath(openedName ?? ""));
  opened = null;
  openedName = null;
  hideTip();
  if (!row)
    return;
  row.element.classList.remove("open");
  row.detail.hidden = true;
  row.detail.replaceChildren();
  setAttribute(row.button, "aria-expanded", false);
  makeReadable(row.bars, false);
}

function openDetail(name) {
  const row = rows.get(name);

  if (!row)
    return;
  closeDetail();
  openedName = name;
  opened = makeDetail(name);
  row.element.classList.add("open");
  row.detail.hidden = false;
  row.detail.replaceChildren(
    make("p", { class: "nothing" }, word("detail_loading")));
  setAttribute(row.button, "aria-expanded", true);
  makeReadable(row.bars, histories.has(row.bars));
  hasten(detailPath(name), 0);
  askForDetail().catch(() => {}).then(() => sayItFailed(name));
}

function toggleDetail(name) {
  if (openedName === name)
    closeDetail();
  else
    openDetail(name);
  writeAddress();
}

// "#login" leads to that endpoint.
function followAddress() {
  let name = null;

  try {
    name = decodeURIComponent(location.hash.slice(1));
  } catch (error) {
    return; // no address of ours
  }
  if (name === "" || name === openedName || !rows.has(name))
    return;
  openDetail(name);
  showEndpoint(name);
}

function onEscape(event) {
  const row = rows.get(openedName);

  if (event.key !== "Escape" || !row?.element.contains(event.target))
    return;
  row.button.focus();
  closeDetail();
  writeAddress();
}
