// The top of the page: verdict, warnings, figures, reasons, networks.

const totals = report.summary;
const NAMES_SHOWN = 4;  // checks named below a reason
const ROOMY_REASONS = 3; // so many leave room below them
const TAIL_TOLD = 0.3;  // share of a network's time with an empty queue

function failedCount() {
  return totals.unhealthy + totals.unreachable;
}

function verdict() {
  const values = {
    n: totals.endpoints,
    failed: failedCount(),
    unasked: totals.unknown + totals.skipped,
  };

  if (values.n === 0)
    return { kind: "skipped", text: word("verdict_empty", values) };
  if (values.failed > 0)
    return { kind: "unhealthy", text: word("verdict_failed", values) };
  if (values.unasked > 0)
    return { kind: "unknown", text: word("verdict_unasked", values) };
  return {
    kind: totals.degraded > 0 ? "degraded" : "healthy",
    text: word("verdict_passed", values),
  };
}

function roundFacts() {
  const facts = make("p", { class: "facts" });
  const parts = [
    data.plan && foreign(data.plan),
    momentElement(report.started_at),
    word("engine", { engine: report.engine }),
    report.shard && word("shard", { shard: report.shard }),
  ];

  for (const part of parts)
    if (part)
      facts.append(make("span", null, part));
  return facts;
}

function verdictHeader(settings) {
  const { kind, text } = verdict();

  setIcon(kind);
  return make("header", { class: "top " + kind },
    make("div", { class: "seal", "aria-hidden": "true" }, MARKS[kind]),
    make("div", { class: "verdict" }, make("h1", null, text), roundFacts()),
    settings);
}

function caveatText(caveat) {
  return word("warn_" + caveat.kind, {
    n: caveat.count,
    limit: caveat.limit,
    late: formatMs(caveat.late_ms),
    network: visible(caveat.network),
    why: word("stop_" + (data.stop_cause ?? "none")),
  });
}

function caveatList() {
  if (data.caveats.length === 0)
    return null;
  return make("ul", { class: "warnings" },
    data.caveats.map((caveat) => make("li", null, caveatText(caveat))));
}

// The outcomes as one bar and as switches of the filter.
function outcomeSwitch(outcome, isShort) {
  const name = outcomeWord(outcome);
  const element = make("button", {
    type: "button",
    class: "outcome " + outcome,
    title: isShort && name,
    "aria-label": isShort && `${name}: ${formatCount(totals[outcome])}`,
    "data-outcome": outcome,
    onclick: () => {
      const outcomes = new Set(view.outcomes);

      if (!outcomes.delete(outcome))
        outcomes.add(outcome);
      changeView({ outcomes });
    },
  },
  make("span", { class: "mark", "aria-hidden": "true" }, MARKS[outcome]),
  make("strong", null, formatCount(totals[outcome])),
  !isShort && " " + name);

  onChange(() => element.setAttribute("aria-pressed",
    view.outcomes.has(outcome)));
  return element;
}

function outcomeSwitches(areShort) {
  return make("div", {
    class: "switches", role: "group", "aria-label": word("outcome"),
  }, OUTCOMES.filter((outcome) => totals[outcome] > 0).map(
    (outcome) => outcomeSwitch(outcome, areShort)));
}

function outcomeBar() {
  return stackedBar(OUTCOMES.map((outcome) => ({
    share: totals[outcome] / totals.endpoints,
    kind: outcome,
    title: `${outcomeWord(outcome)}: ${formatCount(totals[outcome])}`,
  })), { "aria-hidden": "true" });
}

// What became of the endpoints since an earlier round, as links to them.
function changeItem(change) {
  const list = checks.filter((check) => check.change === change);

  return make("li", { class: "change " + change },
    make("strong", { class: "count" }, formatCount(list.length)),
    make("div", null, changeWord(change), namesOf(list, { change })));
}

function changeSection() {
  if (!report.changes)
    return null;
  return make("section", { class: "panel reasons", id: "changes" },
    make("h2", null, word("change")),
    make("ul", null, CHANGES.map(changeItem)));
}

function card(title, help, ...content) {
  return make("section", { class: "card" },
    make("h2", { title: help }, title), content);
}

function figure(value, note) {
  return make("p", { class: "figure" }, make("strong", null, value),
    note && make("span", { class: "note" }, " " + note));
}

function elapsedCard() {
  const share = report.elapsed_ms > 0
    ? clamp(totals.lower_bound_ms / report.elapsed_ms, 0, 1) : 0;

  return card(word("elapsed"), word("at_best_help"),
    figure(formatMs(report.elapsed_ms)),
    stackedBar([{ share, kind: "bound" }], { "aria-hidden": "true" }),
    make("p", { class: "note" },
      word("at_best", { best: formatMs(totals.lower_bound_ms) })));
}

function latencyCard() {
  const latency = totals.latency_ms;
  const rows = ["min", "mean", "p50", "p90", "p95", "p99", "max"];

  return card(word("latency"), word("latency_help"),
    make("dl", { class: "percentiles" }, rows.map((name) => make("div", null,
      make("dt", null, hasWord(name) ? word(name) : name),
      make("dd", null, formatMs(latency[name]))))));
}

function throughputCard() {
  const retries = totals.attempts -
    (totals.endpoints - totals.skipped);

  return card(word("throughput"), null,
    figure(formatCount(totals.throughput_per_s,
      totals.throughput_per_s < 100 ? 1 : 0), word("per_second")),
    make("p", { class: "note" }, word("attempts", { n: totals.attempts }),
      word("comma"),
      retries > 0 ? word("retries", { n: retries }) : word("no_retries")));
}

function connectionCard() {
  const opened = totals.connections_opened;
  const reused = totals.connections_reused;
  const all = opened + reused;

  return card(word("connections"), null,
    figure(word("opened", { n: opened })),
    stackedBar([
      { share: opened / all, kind: "opened" },
      { share: reused / all, kind: "reused" },
    ], { "aria-hidden": "true" }),
    make("p", { class: "note" }, word("reused", { n: reused })));
}

// A link to a check's row in the table.
function checkLink(check) {
  return make("a", {
    href: "#check-" + check.index,
    onclick: (event) => {
      event.preventDefault();
      showCheck(check.index);
    },
  }, foreign(check.name));
}

// The first few, and a switch of the filter to all of them.
function namesOf(list, filter) {
  const names = make("p", { class: "names" });

  for (const check of list.slice(0, NAMES_SHOWN))
    names.append(checkLink(check));
  if (list.length > NAMES_SHOWN) {
    const more = word("and_more", { n: list.length - NAMES_SHOWN });

    names.append(make("button", {
      type: "button", class: "link",
      onclick: () => {
        changeView(filter);
        scrollToTable();
      },
    }, more));
  }
  return names;
}

function reasonItem(reason, count, list) {
  const meaning = data.reasons[reason] ?? {};
  const outcome = list.length > 0 ? list[0].outcome : "unknown";

  return make("li", { class: outcome },
    make("strong", { class: "count" }, formatCount(count)),
    make("div", null, reasonLabel(reason),
      make("p", { class: "note" }, meaning.says, " ",
        make("em", null, meaning.advice)),
      namesOf(list, { reason })));
}

// The gravest first, then the most frequent.
function reasonSection() {
  const lists = {};

  for (const check of checks)
    if (check.reason)
      (lists[check.reason] ??= []).push(check);
  const rank = (reason) => RANKS[lists[reason]?.[0].outcome ?? "unknown"];
  const entries = Object.entries(totals.reasons).sort(
    ([first, firstCount], [second, secondCount]) =>
      rank(first) - rank(second) || secondCount - firstCount);

  return make("section", { class: "panel reasons", id: "reasons" },
    make("h2", null, word("reasons")),
    entries.length === 0
      ? make("p", { class: "note" }, word("all_healthy"))
      : make("ul", null, entries.map(([reason, count]) =>
        reasonItem(reason, count, lists[reason] ?? []))));
}

function limitsOf(network) {
  const limits = [];

  if (network.planned_workers !== network.workers)
    limits.push(word("planned", { n: network.planned_workers }));
  if (network.rate > 0)
    limits.push(word("rate_limit", { rate: formatCount(network.rate,
      Number.isInteger(network.rate) ? 0 : 1) }));
  if (network.per_origin > 0)
    limits.push(word("origin_limit", { n: network.per_origin }));
  return limits.length > 0
    ? word("limits", { limits: limits.join(word("comma")) }) : null;
}

function groupOf(network) {
  return laneGroups.find((group) => group.network === network);
}

// What a person would like to be told of a network without looking.
function networkNotes(network) {
  const group = groupOf(network);
  const tail = group ? group.end - group.dry : 0;
  const told = [
    limitsOf(network),
    tail > TAIL_TOLD * (group?.end - group?.begin) &&
      word("tail_note", { tail: formatMs(tail) }),
  ].filter(Boolean);

  return told.length === 0 ? null : make("p", { class: "note" },
    foreign(network.name), word("colon"), told.join(word("semicolon")));
}

function meter(share) {
  return make("span", { class: "meter" },
    stackedBar([{ share, kind: "busy" }], { "aria-hidden": "true" }),
    formatShare(share));
}

function networkRow(network) {
  const group = groupOf(network);
  const last = group?.lastCheck;

  return make("tr", null,
    make("th", { scope: "row" }, foreign(network.name)),
    make("td", { class: "number" }, formatCount(network.workers)),
    make("td", { class: "number" }, formatCount(network.endpoints)),
    make("td", null, meter(network.utilisation)),
    make("td", { class: "number" }, formatMs(network.elapsed_ms)),
    make("td", { class: "number" }, formatMs(network.lower_bound_ms)),
    make("td", { class: "number" }, group ? formatMs(group.dry) : "–"),
    make("td", { class: "last" }, last ? checkLink(last) : "–"));
}

function networkSection() {
  const headings = [
    ["network"], ["workers", "number"], ["checks", "number"], ["busy"],
    ["elapsed", "number"], ["best", "number"], ["queue_empty", "number"],
    ["last_to_end"],
  ];

  return make("section", { class: "panel networks", id: "networks" },
    make("h2", null, word("networks")),
    make("div", { class: "wide" }, make("table", null,
      make("thead", null, make("tr", null, headings.map(([key, kind]) =>
        make("th", {
          scope: "col", class: kind,
          title: hasWord(key + "_help") ? word(key + "_help") : null,
        }, word(key))))),
      make("tbody", null, data.networks.map(networkRow)))),
    data.networks.map(networkNotes));
}

// Origins go where there is room for them.
function twoColumns() {
  const isRoomyLeft = Object.keys(totals.reasons).length <= ROOMY_REASONS;
  const origins = originSection();

  return make("div", { class: "pair" },
    make("div", null, changeSection(), reasonSection(),
      isRoomyLeft && origins),
    make("div", null, networkSection(), histogramSection(),
      !isRoomyLeft && origins));
}

function summaryParts(settings) {
  return [
    verdictHeader(settings),
    caveatList(),
    totals.endpoints > 0 && make("section", { class: "outcomes" },
      outcomeBar(),
      outcomeSwitches(false)),
    make("div", { class: "cards" },
      elapsedCard(), latencyCard(), throughputCard(), connectionCard()),
    twoColumns(),
  ];
}
