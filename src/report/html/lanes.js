// Which lane of the timeline each attempt goes on. No drawing here.
//
// A span is an attempt that was made: {check, attempt, began, ended, lane};
// attempt is its place among the earlier ones, -1 for the one that decided.

const IDLE_LANES_SHOWN = 24; // beyond, workers without a check share a line
const CLOCK_GRAIN_MS = 1.5;  // wall clocks are told by the millisecond

function isFree(lane, began, ended) {
  let low = 0;
  let high = lane.spans.length;

  while (low < high) {
    const middle = (low + high) >> 1;

    if (lane.spans[middle].ended <= began + CLOCK_GRAIN_MS)
      low = middle + 1;
    else
      high = middle;
  }
  return low === lane.spans.length ||
    lane.spans[low].began >= ended - CLOCK_GRAIN_MS;
}

function makeLane(worker) {
  return { worker, spans: [] };
}

// One lane for each worker; a second one for a worker that was at two checks
// at once: in a report merged of several machines' each has a worker 0.
function placeDeciding(spans) {
  const lanes = new Map();

  for (const span of spans) {
    const worker = span.check.worker ?? 0;
    const own = lanes.get(worker) ?? [];
    let lane = own.find((one) => one.spans.length === 0 ||
      one.spans[one.spans.length - 1].ended <= span.began + CLOCK_GRAIN_MS);

    if (!lane) {
      lane = makeLane(worker);
      own.push(lane);
      lanes.set(worker, own);
    }
    lane.spans.push(span);
  }
  return lanes;
}

function insertSpan(lane, span) {
  let at = lane.spans.length;

  while (at > 0 && lane.spans[at - 1].began > span.began)
    at--;
  lane.spans.splice(at, 0, span);
}

// Which worker made an attempt before the last is not recorded: it goes where
// nobody else was at work, on the lane of the last attempt if it can.
function placeEarlier(lanes, workers, spans) {
  for (let worker = 0; worker < workers; worker++)
    if (!lanes.has(worker))
      lanes.set(worker, [makeLane(worker)]);
  const all = [...lanes.values()].flat();

  for (const span of spans) {
    const own = lanes.get(span.check.worker ?? 0)[0];
    const fits = (lane) => isFree(lane, span.began, span.ended);
    const lane = fits(own) ? own : all.find(fits) ?? own;

    insertSpan(lane, span);
  }
}

// What a person asks of a network: from when on was nothing left to start, and
// who kept the round waiting.
function judgeGroup(group, spans) {
  let last = spans[0];

  group.begin = spans[0].began;
  group.dry = spans[spans.length - 1].began;
  for (const span of spans)
    if (span.ended > last.ended)
      last = span;
  group.end = last.ended;
  group.lastCheck = last.check;
}

function makeGroup(network, spans) {
  const lanes = placeDeciding(spans.filter((span) => span.attempt < 0));
  const group = { network, lanes: [], idle: 0 };

  placeEarlier(lanes, network.workers,
    spans.filter((span) => span.attempt >= 0));
  judgeGroup(group, spans);
  group.lanes = [...lanes.keys()].sort((left, right) => left - right)
    .flatMap((worker) => lanes.get(worker));
  const used = group.lanes.filter((lane) => lane.spans.length > 0);
  if (group.lanes.length - used.length > IDLE_LANES_SHOWN) {
    group.idle = group.lanes.length - used.length;
    group.lanes = used;
  }
  return group;
}

function makeSpans() {
  const spans = [];

  for (const check of checks)
    if (check.began !== null)
      spans.push({
        check, attempt: -1, began: check.began, ended: check.ended,
      });
  for (const [index, attempt, began, ended] of data.timeline.earlier)
    spans.push({ check: checks[index], attempt, began, ended });
  return spans.sort((left, right) => left.began - right.began);
}

// One group for each network in which anything ran.
function makeLaneGroups() {
  const byNetwork = new Map(data.networks.map(
    (network) => [network.name, { network, spans: [] }]));

  for (const span of makeSpans())
    byNetwork.get(span.check.network)?.spans.push(span);
  return [...byNetwork.values()].filter(({ spans }) => spans.length > 0)
    .map(({ network, spans }) => makeGroup(network, spans));
}

const laneGroups = makeLaneGroups();
const roundEnd = Math.max(1e-3, ...laneGroups.map((group) => group.end));
