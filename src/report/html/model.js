// The round, and which of its checks the reader wants to see. What shows
// checks registers with onChange() and is told whenever that changes.

function readBlock(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const report = readBlock("report");
const data = readBlock("data");
const checks = report.results;

const OUTCOMES = [
  "healthy", "degraded", "unhealthy", "unreachable", "unknown", "skipped",
];
const RANKS = {
  unreachable: 0, unhealthy: 0, unknown: 1, degraded: 2, healthy: 3, skipped: 4,
};
const PHASES = ["dns", "connect", "tls", "wait", "receive"];

// Which of them a check that got no answer was in when it ended.
const PHASE_OF_END = {
  resolve: "dns", connect: "connect", tls: "tls", send: "wait", wait: "wait",
  receive: "receive",
};

// What a check has become since an earlier round, where one was held against
// this: the report then names those that changed.
const CHANGES = ["new", "still", "recovered", "slower"];
const changeOfName = new Map(CHANGES.flatMap((change) =>
  (report.changes?.[change] ?? []).map((name) => [name, change])));

function changeWord(change) {
  return word("change_" + change);
}

checks.forEach((check, index) => {
  check.index = index;
  check.change = changeOfName.get(check.name) ?? null;
  check.began = data.timeline.began_ms[index];
  check.ended = data.timeline.ended_ms[index];
});

// The report is in English, whatever the language it was asked for in.
data.told.forEach((told) => {
  const check = checks[told.check];

  check.message = told.message;
  told.earlier.forEach((message, at) => {
    check.earlier_attempts[at].message = message;
  });
  told.failed.forEach((failed, at) => Object.assign(check.failed[at], failed));
});

const SHORTEST_PHASE_MS = 0.002; // less is how the others were rounded

function isFailed(outcome) {
  return outcome === "unreachable" || outcome === "unhealthy";
}

function hasLatency(check) {
  return check.timings_ms.total !== null && check.outcome !== "skipped" &&
    check.outcome !== "unknown";
}

// Which phase the rest of the time went to that none accounts for: the one that
// was broken off; of a whole answer "other": redirects before the last hop,
// setting up.
function phaseOfRest(check) {
  if (check.outcome !== "unreachable" || check.reason === "redirect")
    return "other";
  return PHASE_OF_END[check.phase] ?? "other";
}

// [{phase, ms}] in the order they happened.
function phasesOf(check) {
  check.phases ??= findPhases(check);
  return check.phases;
}

function findPhases(check) {
  const times = check.timings_ms;
  const parts = [];
  let known = 0;

  for (const phase of PHASES) {
    if (times[phase] > 0) {
      parts.push({ phase, ms: times[phase] });
      known += times[phase];
    }
  }
  const rest = (times.total ?? 0) - known;
  const broken = phaseOfRest(check);

  if (rest < SHORTEST_PHASE_MS)
    return parts;
  if (broken === "other")
    return [{ phase: "other", ms: rest }, ...parts];
  const last = parts.find((part) => part.phase === broken);
  if (last)
    last.ms += rest;
  else
    parts.push({ phase: broken, ms: rest });
  return parts;
}

function longestPhase(check) {
  check.longest ??= phasesOf(check).reduce(
    (most, part) => part.ms > most.ms ? part : most,
    { phase: "other", ms: 0 }).phase;
  return check.longest;
}

function originOf(check) {
  const match = /^[a-z]+:\/\/[^/?#]*/i.exec(check.url);

  return match ? match[0] : check.url;
}

function haystack(check) {
  check.text ??= [
    check.name, check.url, check.method, check.outcome, check.reason,
    check.message, check.status, check.remote_ip, check.tags.join(" "),
    check.source ? `${check.source.file}:${check.source.line}` : "",
    ...check.failed.map((failed) => `${failed.expect} ${failed.got}`),
  ].join("\n").toLowerCase();
  return check.text;
}

const CHOICES = ["reason", "network", "tag", "change"]; // "": all

const view = {
  outcomes: new Set(), // empty: all
  reason: "",
  network: "",
  tag: "",
  change: "",
  text: "",
  sort: "rank",
  descending: false,
  page: 0,
};

let shown = checks;                            // those that match, sorted
const matches = new Uint8Array(checks.length); // 1: it is among them

const SORT_KEYS = {
  rank: (check) => RANKS[check.outcome],
  number: (check) => check.index,
  outcome: (check) => OUTCOMES.indexOf(check.outcome),
  name: (check) => check.name,
  network: (check) => check.network,
  status: (check) => check.status,
  total: (check) => check.timings_ms.total,
  message: (check) => check.message,
  ...Object.fromEntries(PHASES.map(
    (phase) => [phase, (check) => check.timings_ms[phase]])),
};

function isSearched() {
  return view.outcomes.size > 0 || view.text.trim() !== "" ||
    CHOICES.some((key) => view[key] !== "");
}

function matcher() {
  const needles = view.text.toLowerCase().split(/\s+/).filter(Boolean);

  return (check) =>
    (view.outcomes.size === 0 || view.outcomes.has(check.outcome)) &&
    (view.reason === "" || check.reason === view.reason) &&
    (view.network === "" || check.network === view.network) &&
    (view.tag === "" || check.tags.includes(view.tag)) &&
    (view.change === "" || check.change === view.change) &&
    needles.every((needle) => haystack(check).includes(needle));
}

// What has no value comes last in either direction; equals keep the plan's
// order.
function sortChecks(list) {
  const key = SORT_KEYS[view.sort];
  const keys = new Map(list.map((check) => [check, key(check)]));
  const collator = new Intl.Collator(language, { numeric: true });
  const sign = view.descending ? -1 : 1;

  list.sort((left, right) => {
    const first = keys.get(left);
    const second = keys.get(right);

    if (first === null || second === null)
      return (first === null) - (second === null) || left.index - right.index;
    const order = typeof first === "string"
      ? collator.compare(first, second) : first - second;
    return order * sign || left.index - right.index;
  });
  return list;
}

let listeners = [];

function onChange(listener) {
  listeners.push(listener);
}

function forgetListeners() {
  listeners = [];
}

function changeView(changes) {
  Object.assign(view, { page: 0 }, changes);
  shown = sortChecks(checks.filter(matcher()));
  matches.fill(0);
  for (const check of shown)
    matches[check.index] = 1;
  for (const listener of listeners)
    listener();
}

function clearFilters() {
  changeView({
    outcomes: new Set(), reason: "", network: "", tag: "", change: "", text: "",
  });
}
