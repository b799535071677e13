// Latency over time: median and 95th percentile, gaps where nothing is known,
// a mark below where checks failed.

const CHART_HEIGHT = 220;
const CHART_LEFT = 52;
const CHART_RIGHT = 8;
const CHART_TOP = 10;
const CHART_BASE = CHART_HEIGHT - 32; // below: failures, then times
const TICK_WIDTH = 68;
const EMPTY_MS = 95;   // what the scale reaches where no latency is known
const HOUR_MS = 3600000;
const DAY_MS = 24 * HOUR_MS;
const TICK_STEPS = [
  HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS,
  2 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 30 * DAY_MS,
];

function isKnown(value) {
  return value !== null && value !== undefined;
}

function chartScale(series, width) {
  const count = series.p50_ms.length;
  const from = Date.parse(series.from);
  const stepMs = series.step_s * 1000;
  const known = [...series.p95_ms, ...series.p50_ms].filter(isKnown);
  const most = known.length > 0 ? Math.max(...known, 0.1) : EMPTY_MS;
  const step = niceStep(most * 1.02, 5);
  const top = Math.ceil(most * 1.02 / step) * step;
  const plotWidth = Math.max(width - CHART_LEFT - CHART_RIGHT, 60);

  return {
    count, from, stepMs, step, top, width, plotWidth,
    slot: plotWidth / count,
    x: (index) => CHART_LEFT + (index + 0.5) * plotWidth / count,
    xOfTime: (ms) => CHART_LEFT + (ms - from) / (count * stepMs) * plotWidth,
    y: (ms) => CHART_BASE - ms / top * (CHART_BASE - CHART_TOP),
  };
}

// [[first, last], ...] of the points that are known in a row.
function runsOf(values) {
  const runs = [];

  values.forEach((value, index) => {
    if (!isKnown(value))
      return;
    if (runs.length > 0 && runs.at(-1)[1] === index - 1)
      runs.at(-1)[1] = index;
    else
      runs.push([index, index]);
  });
  return runs;
}

function pointText(scale, index, value) {
  return `${scale.x(index).toFixed(1)} ${scale.y(value).toFixed(1)}`;
}

// A point alone is a line of no length, which round ends make a dot.
function linePath(scale, values) {
  return runsOf(values).map(([first, last]) => {
    const points = [];

    for (let index = first; index <= last; index++)
      points.push(pointText(scale, index, values[index]));
    return "M" + points.join("L") + (first === last ? "h0" : "");
  }).join("");
}

function bandPath(scale, series) {
  const both = series.p50_ms.map((value, index) =>
    isKnown(value) && isKnown(series.p95_ms[index]) ? value : null);

  return runsOf(both).map(([first, last]) => {
    const points = [];

    for (let index = first; index <= last; index++)
      points.push(pointText(scale, index, series.p95_ms[index]));
    for (let index = last; index >= first; index--)
      points.push(pointText(scale, index, series.p50_ms[index]));
    return "M" + points.join("L") + "z";
  }).join("");
}

// Whole hours and days of the reader's clock; days of points are UTC's.
function tickTimes(scale) {
  const span = scale.count * scale.stepMs;
  const room = Math.max(1, Math.floor(scale.plotWidth / TICK_WIDTH));
  const step = TICK_STEPS.find((each) => span / each <= room) ??
    TICK_STEPS.at(-1);
  const isDaily = scale.stepMs >= DAY_MS;
  const start = new Date(scale.from);
  const times = [];

  if (!isDaily)
    start.setHours(0, 0, 0, 0);
  for (let at = start.getTime(); at <= scale.from + span; at += step)
    if (at >= scale.from)
      times.push(at);
  return { times, step, isDaily };
}

function tickLabel(at, { step, isDaily }) {
  if (step < DAY_MS)
    return cached("tick", () => new Intl.DateTimeFormat(language, {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    })).format(at);
  return cached("day tick" + isDaily, () => new Intl.DateTimeFormat(language, {
    month: "short", day: "numeric", timeZone: isDaily ? "UTC" : undefined,
  })).format(at);
}

function chartAxes(scale) {
  const parts = [];
  const ticks = tickTimes(scale);

  for (let value = 0; value <= scale.top * 1.001; value += scale.step)
    parts.push(
      makeSvg("line", { class: "grid", x1: CHART_LEFT,
        x2: scale.width - CHART_RIGHT, y1: scale.y(value),
        y2: scale.y(value) }),
      makeSvg("text", { class: "tick", x: CHART_LEFT - 8,
        y: scale.y(value) + 4, "text-anchor": "end" }, axisMs(value)));
  for (const at of ticks.times) {
    const x = scale.xOfTime(at);

    parts.push(makeSvg("line", { class: "grid", x1: x, x2: x, y1: CHART_BASE,
      y2: CHART_BASE + 4 }));
    if (x > CHART_LEFT + 8 && x < scale.width - CHART_RIGHT - 18)
      parts.push(makeSvg("text", { class: "tick", x, y: CHART_HEIGHT - 4,
        "text-anchor": "middle" }, tickLabel(at, ticks)));
  }
  return parts;
}

// "250 ms" "1.5 s", as short as it can be.
function axisMs(ms) {
  const short = (value) => cached("axis", () => new Intl.NumberFormat(
    language, { maximumSignificantDigits: 3 })).format(value);

  return ms >= 1000 ? short(ms / 1000) + " s" : short(ms) + " ms";
}

function failureMarks(scale, series) {
  const width = Math.max(scale.slot - 1, 1.5);

  return (series.failed ?? []).map((failed, index) => failed > 0 &&
    makeSvg("rect", { class: "failed", x: scale.x(index) - width / 2,
      y: CHART_BASE + 6, width, height: 6, rx: 1 }));
}

// When a point is: a moment of the reader's, or a day of UTC's.
function pointTime(scale, index) {
  const at = new Date(scale.from + index * scale.stepMs);

  return scale.stepMs >= DAY_MS
    ? `${formatDay(at)} (UTC)` : formatClock(at.toISOString());
}

function pointFigures(series, index) {
  const failed = series.failed?.[index] ?? 0;
  const figures = [];

  if (isKnown(series.p50_ms[index]))
    figures.push(`${word("p50")} ${formatMs(series.p50_ms[index])}`);
  if (isKnown(series.p95_ms[index]))
    figures.push(`${word("p95")} ${formatMs(series.p95_ms[index])}`);
  if (isKnown(series.max_ms?.[index]))
    figures.push(`${word("most")} ${formatMs(series.max_ms[index])}`);
  if (failed > 0)
    figures.push(word("chart_failed", { n: failed }));
  return figures.length > 0 ? figures : [word("chart_no_data")];
}

function cursorParts(scale, series, index) {
  const x = scale.x(index);

  return [
    makeSvg("line", { class: "cursor", x1: x, x2: x, y1: CHART_TOP,
      y2: CHART_BASE }),
    ["p95_ms", "p50_ms"].filter((key) => isKnown(series[key][index])).map(
      (key) => makeSvg("circle", { class: key.slice(0, 3), cx: x,
        cy: scale.y(series[key][index]), r: 3.5 })),
  ].flat();
}

function knownCount(series) {
  return series.p50_ms.filter(isKnown).length;
}

function chartLabel(series, rangeName) {
  const of = (values, pick) => {
    const known = values.filter(isKnown).sort((left, right) => left - right);

    return known.length > 0 ? formatMs(pick(known)) : "–";
  };

  return word("chart_label", {
    range: word("range_" + rangeName),
    p50: of(series.p50_ms, (known) => known[known.length >> 1]),
    p95: of(series.p95_ms, (known) => known.at(-1)),
  });
}

function chartSvg(scale, series) {
  return makeSvg("svg", {
    width: scale.width, height: CHART_HEIGHT, "aria-hidden": "true",
    "data-points": knownCount(series), "data-slots": scale.count,
  },
  chartAxes(scale),
  makeSvg("path", { class: "band", d: bandPath(scale, series) }),
  makeSvg("path", { class: "line p95", d: linePath(scale, series.p95_ms) }),
  makeSvg("path", { class: "line p50", d: linePath(scale, series.p50_ms) }),
  failureMarks(scale, series),
  makeSvg("g", { class: "at" }));
}

// The points as rows, the newest first.
function chartTable(series) {
  const scale = chartScale(series, 0);
  const indices = series.p50_ms.map((_, index) => index).filter((index) =>
    isKnown(series.p50_ms[index]) || series.failed?.[index] > 0).reverse();
  const headings = ["p50", "p95", "most", "failed"];

  return make("table", null,
    make("thead", null, make("tr", null,
      make("th", { scope: "col" }, word("time")),
      headings.map((key) =>
        make("th", { scope: "col", class: "number" }, word(key))))),
    make("tbody", null, indices.map((index) => make("tr", null,
      make("td", null, pointTime(scale, index)),
      ["p50_ms", "p95_ms", "max_ms"].map((key) =>
        make("td", { class: "number" }, formatMs(series[key]?.[index]))),
      make("td", { class: "number" },
        formatCount(series.failed?.[index] ?? 0))))));
}

// A chart that keeps its size, its cursor and the focus while its data change.
class Chart {
  constructor() {
    this.series = null;
    this.index = null;
    this.element = make("div", {
      class: "plot", role: "slider", tabindex: 0,
      onpointermove: (event) => this.point(event),
      onpointerleave: () => this.leave(),
      onkeydown: (event) => this.press(event),
      onblur: () => this.leave(),
    });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  show(series, rangeName) {
    this.series = series;
    this.rangeName = rangeName;
    this.index = null;
    this.draw();
  }

  draw() {
    const width = this.element.clientWidth;

    if (!this.series || width === 0)
      return;
    if (knownCount(this.series) === 0 &&
        !this.series.failed?.some((failed) => failed > 0)) {
      this.element.replaceChildren(
        make("p", { class: "nothing" }, word("chart_none")));
      this.element.setAttribute("aria-label", word("chart_none"));
      return;
    }
    this.scale = chartScale(this.series, width);
    this.element.setAttribute("aria-label",
      chartLabel(this.series, this.rangeName));
    this.element.setAttribute("aria-valuemin", 1);
    this.element.setAttribute("aria-valuemax", this.scale.count);
    this.element.setAttribute("aria-valuenow",
      (this.index ?? this.scale.count - 1) + 1);
    this.element.replaceChildren(chartSvg(this.scale, this.series));
    if (this.index !== null)
      this.mark(this.index);
  }

  mark(index) {
    const group = this.element.querySelector("g.at");
    const box = this.element.getBoundingClientRect();

    if (!group)
      return;
    this.index = clamp(index, 0, this.scale.count - 1);
    const figures = pointFigures(this.series, this.index);
    const time = pointTime(this.scale, this.index);

    group.replaceChildren(...cursorParts(this.scale, this.series, this.index));
    this.element.setAttribute("aria-valuenow", this.index + 1);
    this.element.setAttribute("aria-valuetext", word("point", {
      time, colon: word("colon"), figures: figures.join(word("comma")),
    }));
    showTip([time, ...figures], box.left + this.scale.x(this.index), box.top);
  }

  leave() {
    this.index = null;
    this.element.querySelector("g.at")?.replaceChildren();
    hideTip();
  }

  point(event) {
    if (!this.scale)
      return;
    const { left } = this.element.getBoundingClientRect();
    const x = event.clientX - left - CHART_LEFT;

    this.mark(Math.floor(x / this.scale.slot));
  }

  press(event) {
    const last = this.series ? this.series.p50_ms.length - 1 : 0;
    const at = this.index ?? last + 1;
    const target = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1,
      PageDown: at - 12, PageUp: at + 12, Home: 0, End: last,
    }[event.key];

    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey)
      return;
    event.preventDefault();
    this.mark(target);
  }

  release() {
    this.observer.disconnect();
  }
}
