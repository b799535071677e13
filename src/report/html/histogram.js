// Latencies in buckets that grow with them, stacked by outcome; and where the
// workers' time went, origin by origin.

const BUCKETS_PER_DECADE = 8;
const HISTOGRAM_HEIGHT = 200;
const ORIGINS_SHOWN = 8;
const STACK_ORDER = ["healthy", "degraded", "unhealthy", "unreachable"];

function bucketOf(ms) {
  return Math.floor(Math.log10(Math.max(ms, 0.01)) * BUCKETS_PER_DECADE + 1e-9);
}

function bucketStart(bucket) {
  return 10 ** (bucket / BUCKETS_PER_DECADE);
}

// {first, counts: [{outcome: number, ..., all, unmatched}]}; null: no latency.
function countLatencies() {
  const timed = checks.filter(hasLatency);
  const counts = [];
  let first = Infinity;
  let last = -Infinity;

  if (timed.length === 0)
    return null;
  for (const check of timed) {
    const bucket = bucketOf(check.timings_ms.total);

    first = Math.min(first, bucket);
    last = Math.max(last, bucket);
  }
  first -= 1;
  last = Math.max(last + 1, first + BUCKETS_PER_DECADE);
  for (let bucket = first; bucket <= last; bucket++)
    counts.push({ all: 0, unmatched: 0 });
  for (const check of timed) {
    const count = counts[bucketOf(check.timings_ms.total) - first];
    const kind = matches[check.index] ? check.outcome : "unmatched";

    count.all++;
    count[kind] = (count[kind] ?? 0) + 1;
  }
  return { first, counts };
}

function histogramScale(histogram, width) {
  const most = Math.max(...histogram.counts.map((count) => count.all));
  const step = Math.max(1, niceStep(most, 4));
  const top = Math.ceil(most / step) * step;
  const left = 40;
  const bottom = 24;
  const head = 22;
  const plotWidth = Math.max(width - left - 8, 50);
  const plotHeight = HISTOGRAM_HEIGHT - bottom - head;
  const decades = histogram.counts.length / BUCKETS_PER_DECADE;
  const start = histogram.first / BUCKETS_PER_DECADE;

  return {
    step, top, left, width, head, plotHeight,
    base: HISTOGRAM_HEIGHT - bottom,
    barWidth: plotWidth / histogram.counts.length,
    x: (ms) => left + (Math.log10(ms) - start) / decades * plotWidth,
    // What is not nothing can be seen.
    height: (count) => count > 0
      ? Math.max(count / top * plotHeight, 2) : 0,
  };
}

function histogramBar(histogram, scale, at) {
  const count = histogram.counts[at];
  const from = bucketStart(histogram.first + at);
  const to = bucketStart(histogram.first + at + 1);
  const group = makeSvg("g", { class: "bar" });
  const lines = [word("from_to", { from: formatMs(from), to: formatMs(to) })];
  let y = scale.base;

  for (const kind of [...STACK_ORDER, "unmatched"]) {
    const height = scale.height(count[kind] ?? 0);

    if (height === 0)
      continue;
    y -= height;
    group.append(makeSvg("rect", {
      class: kind, x: scale.x(from) + 0.5, y, height,
      width: Math.max(scale.barWidth - 1, 1),
    }));
    if (kind !== "unmatched")
      lines.push(`${outcomeWord(kind)}: ${formatCount(count[kind])}`);
  }
  group.prepend(makeSvg("title", null, lines.join("\n")));
  return group;
}

function histogramAxes(histogram, scale) {
  const parts = [];
  const last = bucketStart(histogram.first + histogram.counts.length);

  for (let value = 0; value <= scale.top; value += scale.step) {
    const y = scale.base - value / scale.top * scale.plotHeight;

    parts.push(
      makeSvg("line", { class: "grid", x1: scale.left, x2: scale.width - 8,
        y1: y, y2: y }),
      makeSvg("text", { class: "tick", x: scale.left - 6, y: y + 4,
        "text-anchor": "end" }, formatCount(value)));
  }
  for (let ms = 0.01; ms <= last; ms *= 10) {
    for (const factor of [1, 2, 5]) {
      const x = scale.x(ms * factor);

      if (x < scale.left || x > scale.width - 8)
        continue;
      parts.push(makeSvg("line", { class: "grid", x1: x, x2: x,
        y1: scale.base, y2: scale.base + (factor === 1 ? 6 : 3) }));
      if (factor === 1)
        parts.push(makeSvg("text", { class: "tick", x, y: scale.base + 19,
          "text-anchor": "middle" }, tickText(ms)));
    }
  }
  return parts;
}

// "100 ms" "1 s" for a whole number of them.
function tickText(ms) {
  if (ms >= 999.9)
    return formatCount(Math.round(ms) / 1000) + " s";
  return (ms < 0.99 ? String(Number(ms.toFixed(2))) : Math.round(ms)) + " ms";
}

function percentileMarks(scale) {
  const latency = totals.latency_ms;
  const parts = [];
  let lastLabel = -Infinity;

  for (const name of ["p50", "p90", "p99"]) {
    const x = latency[name] > 0 ? scale.x(latency[name]) : null;

    if (x === null)
      continue;
    parts.push(makeSvg("line", { class: "percentile", x1: x, x2: x,
      y1: scale.head - 4, y2: scale.base },
    makeSvg("title", null, `${name}: ${formatMs(latency[name])}`)));
    if (x - lastLabel < 26)
      continue;
    lastLabel = x;
    parts.push(makeSvg("text", { class: "percentile", x,
      y: scale.head - 8, "text-anchor": "middle" }, name));
  }
  return parts;
}

function histogramTable(histogram) {
  const rows = histogram.counts.map((count, at) => ({
    count,
    from: bucketStart(histogram.first + at),
    to: bucketStart(histogram.first + at + 1),
  })).filter(({ count }) => count.all > 0);

  return make("details", { class: "figures" },
    make("summary", null, word("as_table")),
    make("table", null,
      make("thead", null, make("tr", null,
        make("th", { scope: "col" }, word("latency")),
        make("th", { scope: "col", class: "number" }, word("checks")))),
      make("tbody", null, rows.map(({ count, from, to }) => make("tr", null,
        make("td", null, word("from_to", {
          from: formatMs(from), to: formatMs(to),
        })),
        make("td", { class: "number" }, formatCount(count.all)))))));
}

function histogramSection() {
  const plot = make("div", { class: "plot" });
  const section = make("section", { class: "panel", id: "histogram" },
    make("h2", null, word("histogram")), plot);

  const draw = () => {
    const histogram = countLatencies();
    const width = plot.clientWidth;

    if (!histogram || width === 0)
      return;
    const scale = histogramScale(histogram, width);

    plot.replaceChildren(makeSvg("svg", {
      width, height: HISTOGRAM_HEIGHT, role: "img",
      "aria-label": word("histogram_axis"),
    }, histogramAxes(histogram, scale),
    histogram.counts.map((_, at) => histogramBar(histogram, scale, at)),
    percentileMarks(scale)));
  };
  const histogram = countLatencies();

  if (!histogram)
    return null;
  section.append(histogramTable(histogram));
  onChange(draw);
  onResize(plot, draw);
  return section;
}

// The time a worker spent on a check, all attempts that are known.
function spentOn(check) {
  return (check.timings_ms.total ?? 0) + check.earlier_attempts.reduce(
    (sum, attempt) => sum + (attempt.total_ms ?? 0), 0);
}

function countOrigins() {
  const origins = new Map();

  for (const check of checks) {
    const name = originOf(check);
    const origin = origins.get(name) ??
      { name, checks: 0, failed: 0, spent: 0, totals: [] };

    origins.set(name, origin);
    origin.checks++;
    origin.failed += isFailed(check.outcome);
    origin.spent += spentOn(check);
    if (hasLatency(check))
      origin.totals.push(check.timings_ms.total);
  }
  return [...origins.values()].sort((left, right) => right.spent - left.spent);
}

function percentile(values, percent) {
  const sorted = Float64Array.from(values).sort();

  return sorted.length > 0
    ? sorted[Math.ceil(percent / 100 * sorted.length) - 1] : null;
}

function originRow(origin, spentOnAll) {
  const share = spentOnAll > 0 ? origin.spent / spentOnAll : 0;

  return make("tr", null,
    make("th", { scope: "row" }, make("button", {
      type: "button", class: "link",
      onclick: () => changeView({ text: origin.name }),
    }, foreign(origin.name))),
    make("td", { class: "number" }, formatCount(origin.checks)),
    make("td", { class: "number" + (origin.failed > 0 ? " bad" : "") },
      formatCount(origin.failed)),
    make("td", { class: "number" }, formatMs(percentile(origin.totals, 50))),
    make("td", { class: "number" }, formatMs(percentile(origin.totals, 100))),
    make("td", null, meter(share)));
}

function originSection() {
  const origins = countOrigins();
  const spentOnAll = origins.reduce((sum, origin) => sum + origin.spent, 0);
  const rest = origins.length - ORIGINS_SHOWN;
  const headings = [
    ["origin"], ["checks", "number"], ["failed", "number"],
    ["median", "number"], ["max", "number"], ["share"],
  ];

  if (origins.length === 0)
    return null;
  return make("section", { class: "panel", id: "origins" },
    make("h2", null, word("origins")),
    make("div", { class: "wide" }, make("table", null,
      make("thead", null, make("tr", null, headings.map(([key, kind]) =>
        make("th", { scope: "col", class: kind }, word(key))))),
      make("tbody", null, origins.slice(0, ORIGINS_SHOWN).map(
        (origin) => originRow(origin, spentOnAll))))),
    rest > 0 &&
      make("p", { class: "note" }, word("and_origins", { n: rest })));
}
