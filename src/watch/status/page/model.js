// What the server told last, and what follows from it. Nothing here touches
// the page.

const OUTCOMES = [
  "healthy", "degraded", "unhealthy", "unreachable", "unknown", "skipped",
];
const WINDOWS = ["24h", "7d", "30d", "90d"];
const DAYS = 90;
const LATE_PERIODS = 3;  // so many without a check are too many,
const LATE_GRACE = 30;   // and so many seconds more

let status = null;         // /api/v1/status
let incidents = null;      // /api/v1/incidents, its list
let firstDay = null;       // of the bars
let days = new Map();      // by name: {uptime_percent, down_s}

// What is not of the closed list is shown, and means nothing.
function kindOf(outcome) {
  return OUTCOMES.includes(outcome) ? outcome : "skipped";
}

function isFailing(endpoint) {
  return endpoint.outcome === "unhealthy" || endpoint.outcome === "unreachable";
}

function stateWord(outcome) {
  return outcomeWord(OUTCOMES.includes(outcome) ? outcome : "null");
}

function failingVerdict(failing, n) {
  if (n === 1)
    return word("verdict_only_fails");
  return word(failing === 1 ? "verdict_one_fails" : "verdict_failing",
    { failing, n });
}

function verdict() {
  if (!status)
    return { kind: "skipped", text: word("verdict_loading") };
  const { summary } = status;
  const n = summary.endpoints;
  const failing = summary.unhealthy + summary.unreachable;
  const { degraded, healthy } = summary;

  if (n === 0)
    return { kind: "skipped", text: word("verdict_empty") };
  if (status.network_in_doubt)
    return { kind: "unknown", text: word("verdict_doubt") };
  if (failing > 0)
    return { kind: "unhealthy", text: failingVerdict(failing, n) };
  if (healthy + degraded === 0)
    return { kind: "skipped", text: word("verdict_nothing") };
  if (healthy + degraded < n)
    return { kind: "skipped",
      text: word("verdict_some", { well: healthy + degraded, n }) };
  if (degraded > 0)
    return { kind: "degraded", text: word("verdict_degraded", { degraded, n }) };
  return { kind: "healthy", text: word("verdict_well", { n }) };
}

// The latest of what FIELD tells; null: nowhere known.
function latest(field) {
  let found = null;

  for (const endpoint of status.endpoints)
    if (endpoint[field] && (!found || endpoint[field] > found[field]))
      found = endpoint;
  return found;
}

function shortestPeriod() {
  return status.endpoints.reduce(
    (shortest, endpoint) => Math.min(shortest, endpoint.every_ms || Infinity),
    status.every_ms);
}

// The server answers, but nobody makes rounds.
function isLate() {
  const last = latest("checked_at")?.checked_at ?? status.started_at;
  const limit = LATE_PERIODS * shortestPeriod() / 1000 + LATE_GRACE;

  return Boolean(last) && secondsSince(last) > limit;
}

// The endpoints whose outcome is another than BEFORE had; what is known for
// the first time has not changed.
function changesSince(before) {
  const outcomes = new Map(
    before.endpoints.map((endpoint) => [endpoint.name, endpoint.outcome]));

  return status.endpoints.filter(({ name, outcome }) => outcome !== null &&
    (outcomes.get(name) ?? null) !== null && outcomes.get(name) !== outcome);
}

function outcomesOf(some) {
  return some?.endpoints.map(({ name, outcome }) => name + outcome).join("\n");
}

// The reason in words, the message beside it.
function whyOf(record) {
  return record.reason ? reasonWord(record.reason) : "";
}

function haystack(endpoint) {
  return [
    endpoint.name, endpoint.network, ...endpoint.tags ?? [], endpoint.reason,
    whyOf(endpoint), endpoint.message, stateWord(endpoint.outcome),
  ].join("\n").toLowerCase();
}

const filter = { text: "", failingOnly: false };

function isFiltered() {
  return filter.failingOnly || filter.text.trim() !== "";
}

function matcher() {
  const needles = filter.text.toLowerCase().split(/\s+/).filter(Boolean);

  return (endpoint) => (!filter.failingOnly || isFailing(endpoint)) &&
    (needles.length === 0 || needles.every(
      (needle) => haystack(endpoint).includes(needle)));
}

function dayAt(index) {
  return new Date(Date.parse(firstDay + "T00:00:00Z") + index * 86400000);
}

// How well a day was; the style sheet knows each.
function levelOf(percent) {
  if (percent === null || percent === undefined)
    return "none";
  if (percent >= 100)
    return "full";
  if (percent >= 99.9)
    return "most";
  if (percent >= 99)
    return "some";
  return percent >= 95 ? "less" : "bad";
}

function dayText(history, index) {
  const uptime = history.uptime_percent[index];
  const down = history.down_s?.[index] ?? 0;
  const values = {
    date: formatDay(dayAt(index)), colon: word("colon"),
    uptime: formatPercent(uptime), time: formatDuration(down),
  };

  if (levelOf(uptime) === "none")
    return word("day_nothing", values);
  return word(down > 0 ? "day_down" : "day_text", values);
}
