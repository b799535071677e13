// The timeline of the round, drawn on two canvases: above the whole round in
// small with the axis, below the lanes. Only what is in sight is drawn, so
// that a thousand lanes of ten thousand checks move without a jerk.

const STRIP_HEIGHT = 30;
const AXIS_HEIGHT = 22;
const HEAD_HEIGHT = 50;  // of a network: its name and how busy it was
const HEAD_TEXT = 18;
const IDLE_HEIGHT = 18;
const GROUP_GAP = 10;
const LANES_HEIGHT = 380; // that lanes are made to fit into, if they can
const LANE_LOWEST = 4;
const LANE_HIGHEST = 18;
const SHORTEST_SPAN_MS = 0.05;
const ZOOM_STEP = 1.6;
const HIT_PIXELS = 4;
const DIMMED = 0.16;
const PHASES_FROM = 2.5; // pixels: below, the longest phase stands for all
const FRAME_FROM = 9; // pixels: room enough within a frame
const SEAM_FROM = 5; // pixels: wide enough for a line before the next bar

const DRAWN_COLORS = [
  "ground", "surface", "text", "muted", "line", "idle", "accent", "other",
  ...PHASES, ...OUTCOMES,
];

function readColors() {
  return Object.fromEntries(DRAWN_COLORS.map(
    (name) => [name, styleColor(name)]));
}

// Rows from top to bottom: {kind, y, height, group, lane}.
function layOutRows() {
  const laneCount = laneGroups.reduce(
    (sum, group) => sum + group.lanes.length, 0);
  const laneHeight = clamp(Math.floor(LANES_HEIGHT / Math.max(laneCount, 1)),
    LANE_LOWEST, LANE_HIGHEST);
  const rows = [];
  let y = 0;

  const add = (kind, height, values) => {
    rows.push({ kind, y, height, ...values });
    y += height;
  };
  laneGroups.forEach((group, at) => {
    if (at > 0)
      y += GROUP_GAP;
    add("head", HEAD_HEIGHT, { group });
    for (const lane of group.lanes)
      add("lane", laneHeight, { group, lane });
    if (group.idle > 0)
      add("idle", IDLE_HEIGHT, { group });
  });
  const rowOfSpan = new Map();

  for (const row of rows)
    for (const span of row.lane?.spans ?? [])
      rowOfSpan.set(span, row);
  return { rows, rowOfSpan, height: y + 4, laneCount };
}

// How many of a group's workers were busy, for each of COUNT equal slices of
// the time from FROM to TO, on average.
function busyWorkers(group, from, to, count) {
  const slice = (to - from) / count;
  const changes = new Float64Array(count + 2); // of the level from there on
  const extra = new Float64Array(count + 1);   // of slices filled in part

  for (const lane of group.lanes) {
    for (const span of lane.spans) {
      const begin = (Math.max(span.began, from) - from) / slice;
      const end = (Math.min(span.ended, to) - from) / slice;

      if (end <= begin)
        continue;
      const first = Math.floor(begin);
      const last = Math.min(Math.floor(end), count);

      if (first === last) {
        extra[first] += end - begin;
        continue;
      }
      extra[first] += first + 1 - begin;
      extra[last] += end - last;
      changes[first + 1]++;
      changes[last]--;
    }
  }
  let level = 0;
  return Array.from({ length: count }, (_, at) => {
    level += changes[at];
    return level + extra[at];
  });
}

// Nice places for marks between FROM and TO, about every SPACE pixels.
function ticks(from, to, width, space) {
  const step = niceStep(to - from, Math.max(width / space, 1));
  const places = [];

  for (let n = Math.ceil(from / step - 1e-9); n * step <= to; n++)
    places.push(n * step);
  return { step, places };
}

// A place on the time line, exact enough to tell it from one a STEP away.
function timeText(ms, step) {
  const digits = (unit) =>
    clamp(Math.ceil(-Math.log10(step / unit) - 1e-9), 0, 6);

  if (ms === 0)
    return "0";
  return step >= 10 && roundEnd >= 1000
    ? formatCount(ms / 1000, digits(1000)) + " s"
    : formatCount(ms, digits(1)) + " ms";
}

class Timeline {
  constructor() {
    this.layout = layOutRows();
    this.from = 0;
    this.to = this.end = roundEnd;
    this.hovered = null;  // spans
    this.selected = null;
    this.pointers = new Map();
    this.makeElements();
    this.listen();
    onChange(() => this.redraw());
    onResize(this.scroller, () => this.resize());
    onTheme(() => {
      this.colors = readColors();
      if (this.width)
        this.draw(); // at once: a page that is printed draws no frames
    });
  }

  makeElements() {
    const checkCount = checks.filter((check) => check.began !== null).length;

    this.strip = make("canvas", { class: "strip", "aria-hidden": "true" });
    this.canvas = make("canvas", {
      class: "lanes", tabindex: "0", role: "application",
      "aria-label": word("timeline_label", {
        n: checkCount, lanes: this.layout.laneCount,
      }),
      "data-lanes": this.layout.laneCount,
      "data-bars": checkCount,
    });
    this.ring = make("div", { class: "ring", hidden: true });
    this.ground = make("div", { class: "ground" }, this.canvas, this.ring);
    this.ground.style.height = this.layout.height + "px";
    this.scroller = make("div", { class: "scroller" }, this.ground);
    this.tip = make("div", { class: "tip", role: "status", hidden: true });
    this.range = make("output", { class: "range" });
    this.element = make("section", { class: "panel timeline", id: "timeline" },
      make("div", { class: "head" },
        make("h2", null, word("timeline")), this.tools()),
      make("p", { class: "note" }, word("timeline_intro")),
      legend(),
      make("div", { class: "drawing" }, this.strip, this.scroller, this.tip),
      make("p", { class: "note keys mouse" }, word("timeline_keys")),
      make("p", { class: "note keys touch" }, word("timeline_touch")));
  }

  tools() {
    const middle = () => (this.from + this.to) / 2;

    return make("div", { class: "tools" }, this.range,
      button(word("zoom_out"),
        { onclick: () => this.zoom(middle(), ZOOM_STEP) }, "−"),
      button(word("zoom_in"),
        { onclick: () => this.zoom(middle(), 1 / ZOOM_STEP) }, "+"),
      make("button", { type: "button", class: "whole",
        onclick: () => this.show(0, this.end) }, word("zoom_all")));
  }

  listen() {
    this.scroller.addEventListener("scroll", () => this.redraw());
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.hover(null));
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointerup", (event) => this.release(event));
    this.canvas.addEventListener("pointercancel",
      (event) => this.pointers.delete(event.pointerId));
    this.canvas.addEventListener("wheel", (event) => this.wheel(event),
      { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => this.select(null));
    this.listenToStrip();
  }

  // Dragging over the strip shows that time; a click moves what is shown.
  listenToStrip() {
    let start = null;

    this.strip.addEventListener("pointerdown", (event) => {
      start = event.offsetX;
      this.strip.setPointerCapture(event.pointerId);
    });
    this.strip.addEventListener("pointermove", (event) => {
      if (start === null || Math.abs(event.offsetX - start) < HIT_PIXELS)
        return;
      const times = [start, event.offsetX].map((x) => this.stripTime(x));

      this.show(Math.min(...times), Math.max(...times));
    });
    this.strip.addEventListener("pointerup", (event) => {
      if (start !== null && Math.abs(event.offsetX - start) < HIT_PIXELS)
        this.center(this.stripTime(event.offsetX));
      start = null;
    });
    this.strip.addEventListener("pointercancel", () => {
      start = null;
    });
  }

  // Places and times.

  get plotWidth() {
    return Math.max(this.width - this.gutter - 6, 20);
  }

  x(ms) {
    return this.gutter +
      (ms - this.from) / (this.to - this.from) * this.plotWidth;
  }

  timeAt(x) {
    return this.from +
      (x - this.gutter) / this.plotWidth * (this.to - this.from);
  }

  stripX(ms) {
    return this.gutter + ms / this.end * this.plotWidth;
  }

  stripTime(x) {
    return clamp((x - this.gutter) / this.plotWidth, 0, 1) * this.end;
  }

  // What is shown.

  show(from, to) {
    const span = clamp(to - from, Math.min(SHORTEST_SPAN_MS, this.end),
      this.end);

    this.from = clamp(from, 0, this.end - span);
    this.to = this.from + span;
    this.redraw();
  }

  zoom(around, factor) {
    this.show(around - (around - this.from) * factor,
      around + (this.to - around) * factor);
  }

  center(time) {
    const half = (this.to - this.from) / 2;

    this.show(time - half, time + half);
  }

  resize() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = this.scroller.clientWidth;
    const height = this.scroller.clientHeight;

    if (width === 0)
      return;
    this.width = width;
    this.height = height;
    this.gutter = width < 560 ? 26 : 76;
    for (const [canvas, canvasHeight] of [
      [this.strip, STRIP_HEIGHT + AXIS_HEIGHT], [this.canvas, height],
    ]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(canvasHeight * ratio);
      canvas.style.width = width + "px";
      canvas.style.height = canvasHeight + "px";
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.overview = laneGroups.map((group) =>
      busyWorkers(group, 0, this.end, Math.floor(this.plotWidth)));
    this.font = getComputedStyle(this.element).fontFamily;
    this.colors ??= readColors();
    this.draw();
  }

  redraw() {
    if (!this.width || this.isWaiting)
      return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.draw();
    });
  }

  // Drawing.

  draw() {
    this.range.textContent = word("tip_at", {
      from: timeText(this.from, (this.to - this.from) / 100),
      to: timeText(this.to, (this.to - this.from) / 100),
    });
    this.drawStrip();
    this.drawLanes();
    this.placeRing();
  }

  text(context, text, x, y, { color = "muted", size = 11, bold = false,
    align = "left" } = {}) {
    context.font = `${bold ? "600 " : ""}${size}px ${this.font}`;
    context.textAlign = align;
    context.fillStyle = this.colors[color];
    context.fillText(text, x, y);
  }

  drawStrip() {
    const context = this.strip.getContext("2d");

    context.clearRect(0, 0, this.width, STRIP_HEIGHT + AXIS_HEIGHT);
    context.fillStyle = this.colors.idle;
    context.fillRect(this.gutter, 2, this.plotWidth, STRIP_HEIGHT - 4);
    this.drawOverview(context);
    this.drawWindow(context);
    this.drawAxis(context);
  }

  // How busy all workers together were, and where something failed.
  drawOverview(context) {
    const workers = data.networks.reduce(
      (sum, network) => sum + network.workers, 0);
    const tall = STRIP_HEIGHT - 8;

    context.fillStyle = this.colors.wait;
    for (let x = 0; x < Math.floor(this.plotWidth); x++) {
      const busy = this.overview.reduce((sum, level) => sum + level[x], 0);
      const height = clamp(busy / workers, 0, 1) * tall;

      context.fillRect(this.gutter + x, STRIP_HEIGHT - 2 - height, 1, height);
    }
    context.fillStyle = this.colors.unreachable;
    for (const check of checks)
      if (isFailed(check.outcome) && check.ended !== null)
        context.fillRect(this.stripX(check.ended) - 1, 2, 2, 4);
  }

  drawWindow(context) {
    const left = this.stripX(this.from);
    const right = this.stripX(this.to);

    if (this.to - this.from >= this.end * 0.999)
      return;
    context.globalAlpha = 0.7;
    context.fillStyle = this.colors.surface;
    context.fillRect(this.gutter, 0, left - this.gutter, STRIP_HEIGHT);
    context.fillRect(right, 0, this.gutter + this.plotWidth - right,
      STRIP_HEIGHT);
    context.globalAlpha = 1;
    context.strokeStyle = this.colors.accent;
    context.lineWidth = 1.5;
    context.strokeRect(left, 1, Math.max(right - left, 2), STRIP_HEIGHT - 2);
  }

  drawAxis(context) {
    const { step, places } = ticks(this.from, this.to, this.plotWidth, 90);

    for (const ms of places) {
      const x = this.x(ms);
      const isLast = x > this.width - 30;

      context.fillStyle = this.colors.line;
      context.fillRect(x, STRIP_HEIGHT + 2, 1, AXIS_HEIGHT);
      this.text(context, timeText(ms, step), x + (isLast ? -4 : 4),
        STRIP_HEIGHT + 15, { align: isLast ? "right" : "left" });
    }
  }

  drawLanes() {
    const context = this.canvas.getContext("2d");
    const top = this.scroller.scrollTop;

    context.clearRect(0, 0, this.width, this.height);
    context.save();
    context.translate(0, -top);
    for (const row of this.layout.rows) {
      if (row.y + row.height < top || row.y > top + this.height)
        continue;
      if (row.kind === "lane")
        this.drawLane(context, row);
      else if (row.kind === "head")
        this.drawHead(context, row);
      else
        this.text(context, word("workers_idle", { n: row.group.idle }),
          this.gutter, row.y + 13);
    }
    this.drawGrid(context, top);
    for (const row of this.layout.rows)
      if (row.kind === "head")
        this.drawDry(context, row);
    context.restore();
    context.clearRect(this.gutter + this.plotWidth, 0, 6, this.height);
  }

  drawGrid(context, top) {
    const { places } = ticks(this.from, this.to, this.plotWidth, 90);

    context.globalAlpha = 0.35;
    context.fillStyle = this.colors.muted;
    for (const ms of places)
      context.fillRect(this.x(ms), top, 0.5, this.height);
    context.globalAlpha = 1;
  }

  drawHead(context, row) {
    const { network } = row.group;
    const base = row.y + row.height - 4;
    const tall = row.height - HEAD_TEXT - 6;
    const columns = Math.floor(this.plotWidth);
    const busy = busyWorkers(row.group, this.from, this.to, columns);

    this.text(context, visible(network.name), 2, row.y + 13,
      { color: "text", size: 13, bold: true });
    const nameWidth = context.measureText(visible(network.name)).width;
    this.text(context, word("workers_busy", {
      n: network.workers, busy: formatShare(network.utilisation),
    }), nameWidth + 12, row.y + 13);
    context.fillStyle = this.colors.idle;
    context.fillRect(this.gutter, base - tall, this.plotWidth, tall);
    context.fillStyle = this.colors.wait;
    context.globalAlpha = 0.55;
    for (let x = 0; x < columns; x++) {
      const height = clamp(busy[x] / network.workers, 0, 1) * tall;

      context.fillRect(this.gutter + x, base - height, 1, height);
    }
    context.globalAlpha = 1;
    this.text(context, formatCount(network.workers), this.gutter - 5,
      base - tall + 9, { align: "right", size: 10 });
    this.text(context, "0", this.gutter - 5, base,
      { align: "right", size: 10 });
  }

  // From here on nobody who got free had anything left to do.
  drawDry(context, row) {
    const x = this.x(row.group.dry);
    const y = row.y + HEAD_TEXT + 2;
    const bottom = this.bottomOf(row.group);

    if (x < this.gutter || x > this.gutter + this.plotWidth)
      return;
    context.strokeStyle = this.colors.text;
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, y - 4);
    context.lineTo(Math.round(x) + 0.5, bottom);
    context.stroke();
    context.setLineDash([]);
    const isRight = x > this.width - 110;
    this.text(context, word("queue_ran_dry"), x + (isRight ? -4 : 4), y + 8,
      { color: "text", size: 10, align: isRight ? "right" : "left" });
  }

  bottomOf(group) {
    const last = this.layout.rows.findLast((row) => row.group === group);

    return last.y + last.height;
  }

  // The first span of a lane that ends after TIME.
  firstAfter(lane, time) {
    let low = 0;
    let high = lane.spans.length;

    while (low < high) {
      const middle = (low + high) >> 1;

      if (lane.spans[middle].ended < time)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  drawLane(context, row) {
    const gap = row.height > 8 ? 2 : 1;
    const bar = { y: row.y, height: row.height - gap };
    const { spans } = row.lane;
    let drawnTo = -1;

    context.fillStyle = this.colors.idle;
    context.fillRect(this.gutter, bar.y, this.plotWidth, bar.height);
    for (let at = this.firstAfter(row.lane, this.from);
      at < spans.length && spans[at].began <= this.to; at++) {
      const span = spans[at];
      const left = Math.max(this.x(span.began), this.gutter);
      const right = Math.min(this.x(span.ended),
        this.gutter + this.plotWidth);

      // Of many in one pixel one is enough, unless it failed.
      if (right < drawnTo && !isFailed(span.check.outcome))
        continue;
      bar.left = left;
      bar.width = Math.max(right - left, 1);
      bar.begins = span.began >= this.from;
      bar.ends = span.ended <= this.to;
      drawnTo = Math.ceil(left + 0.5);
      this.drawBar(context, span, bar);
    }
    this.drawLaneLabel(context, row);
  }

  drawLaneLabel(context, row) {
    const number = row.lane.worker + 1;
    const isRoomy = row.height >= 10;

    if (!isRoomy && number % (row.height >= 6 ? 5 : 10) !== 0)
      return;
    this.text(context, String(number), this.gutter - 5,
      row.y + row.height / 2 + 3,
      { align: "right", size: isRoomy ? 10 : 9 });
  }

  drawBar(context, span, bar) {
    const isDimmed = isSearched() && !matches[span.check.index];

    context.globalAlpha = isDimmed ? DIMMED : 1;
    if (span.attempt >= 0)
      this.drawEarlier(context, span, bar);
    else
      this.drawPhases(context, span, bar);
    context.globalAlpha = 1;
  }

  drawEarlier(context, span, bar) {
    const attempt = span.check.earlier_attempts[span.attempt];

    context.globalAlpha *= 0.45;
    context.fillStyle = this.colors[PHASE_OF_END[attempt.phase] ?? "other"];
    context.fillRect(bar.left, bar.y, bar.width, bar.height);
    context.globalAlpha = Math.min(context.globalAlpha * 2, 1);
    this.drawVerdict(context, attempt.outcome, bar);
  }

  drawPhases(context, span, bar) {
    const { check } = span;
    const parts = phasesOf(check);
    const sum = parts.reduce((total, part) => total + part.ms, 0);
    // What came after the last byte, such as verifying, belongs to the end.
    const scale = sum > 0 ? Math.min(1, (span.ended - span.began) / sum) : 0;
    const limit = bar.left + bar.width;
    let begin = span.began;

    context.fillStyle = this.colors.other;
    context.fillRect(bar.left, bar.y, bar.width, bar.height);
    if (bar.width < PHASES_FROM) {
      context.fillStyle = this.colors[longestPhase(check)];
      context.fillRect(bar.left, bar.y, bar.width, bar.height);
    } else {
      for (const part of parts) {
        const left = Math.max(this.x(begin), bar.left);

        begin += part.ms * scale;
        const right = Math.min(this.x(begin), limit);
        context.fillStyle = this.colors[part.phase];
        if (right > left)
          context.fillRect(left, bar.y, right - left, bar.height);
      }
    }
    if (bar.begins && bar.width > SEAM_FROM)
      this.drawSeam(context, bar);
    this.drawVerdict(context, check.outcome, bar);
  }

  // Where one check ends and the next begins without a gap.
  drawSeam(context, bar) {
    context.fillStyle = "rgb(0 0 0 / 35%)";
    context.fillRect(bar.left, bar.y, 1, bar.height);
  }

  // A frame and a thick end around what failed; a line below what was not
  // plain healthy.
  drawVerdict(context, outcome, bar) {
    const end = bar.left + bar.width;

    if (outcome === "healthy")
      return;
    context.fillStyle = context.strokeStyle = this.colors[outcome];
    if (!isFailed(outcome)) {
      context.fillRect(bar.left, bar.y + bar.height - 2, bar.width, 2);
      return;
    }
    const cap = Math.min(Math.max(bar.width, 2), 4);

    if (bar.ends)
      context.fillRect(end - cap, bar.y, cap, bar.height);
    if (bar.width < FRAME_FROM || bar.height < FRAME_FROM)
      return;
    context.lineWidth = 1.5;
    context.strokeRect(bar.left + 0.75, bar.y + 0.75, bar.width - 1.5,
      bar.height - 1.5);
  }

  // Pointing and choosing.

  rowAt(y) {
    const { rows } = this.layout;

    return rows.find((row) => y >= row.y && y < row.y + row.height);
  }

  spanAt(x, y) {
    const row = this.rowAt(y + this.scroller.scrollTop);

    if (row?.kind !== "lane" || x < this.gutter)
      return null;
    const tolerance = HIT_PIXELS / this.plotWidth * (this.to - this.from);
    const time = this.timeAt(x);
    const { spans } = row.lane;
    let nearest = null;
    let least = tolerance;

    for (let at = this.firstAfter(row.lane, time - tolerance);
      at < spans.length && spans[at].began <= time + tolerance; at++) {
      const distance = Math.max(spans[at].began - time,
        time - spans[at].ended, 0);

      if (distance <= least) {
        least = distance;
        nearest = spans[at];
      }
    }
    return nearest;
  }

  hover(span) {
    if (span === this.hovered)
      return;
    this.hovered = span;
    this.canvas.classList.toggle("pointing", span !== null);
    this.placeRing();
  }

  select(span) {
    this.selected = span;
    this.hovered = null;
    this.placeRing();
  }

  // Selects the check's last attempt and brings it into sight.
  showSpan(index) {
    const span = [...this.layout.rowOfSpan.keys()].find((one) =>
      one.attempt < 0 && one.check.index === index);

    this.bringIntoSight(span);
    this.canvas.focus({ preventScroll: true });
    this.select(span);
    this.element.scrollIntoView({ block: "start" });
  }

  bringIntoSight(span) {
    const row = this.rowOf(span);
    const top = this.scroller.scrollTop;

    if (row.y < top || row.y + row.height > top + this.height)
      this.scroller.scrollTop = row.y - this.height / 2;
    if (span.began < this.from || span.ended > this.to) {
      const width = Math.max(this.to - this.from, span.ended - span.began);

      this.show((span.began + span.ended - width) / 2,
        (span.began + span.ended + width) / 2);
    }
  }

  rowOf(span) {
    return this.layout.rowOfSpan.get(span);
  }

  // A frame around the bar that is pointed at or chosen, and its details.
  placeRing() {
    const span = this.hovered ?? this.selected;
    const row = span && this.rowOf(span);
    const left = span && Math.max(this.x(span.began), this.gutter);
    const right = span && Math.min(this.x(span.ended),
      this.gutter + this.plotWidth);

    this.ring.hidden = this.tip.hidden = !span || right < left - 1;
    if (this.ring.hidden) {
      this.tipped = null;
      return;
    }
    this.ring.style.left = left - 2 + "px";
    this.ring.style.top = row.y - 2 + "px";
    this.ring.style.width = Math.max(right - left, 2) + 4 + "px";
    this.ring.style.height = row.height + 2 + "px";
    if (this.tipped !== span) {
      this.tipped = span;
      this.tip.replaceChildren(...spanDetails(span));
    }
    this.placeTip(left, right, row);
  }

  placeTip(left, right, row) {
    const above = row.y - this.scroller.scrollTop + STRIP_HEIGHT + AXIS_HEIGHT;
    const below = above + row.height + 8;
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const middle = (left + right) / 2;
    const room = STRIP_HEIGHT + AXIS_HEIGHT + this.height;
    const isBelow = below + height < room + 120 || above < height + 8;

    this.tip.style.left =
      clamp(middle - width / 2, 4, Math.max(this.width - width - 4, 4)) + "px";
    this.tip.style.top = (isBelow ? below : above - height - 8) + "px";
  }

  point(event) {
    const before = this.pointers.get(event.pointerId);

    if (!before) {
      this.hover(this.spanAt(event.offsetX, event.offsetY));
      return;
    }
    const now = { ...before, x: event.offsetX };

    now.moved = before.moved || Math.abs(now.x - before.start) > HIT_PIXELS;
    this.pointers.set(event.pointerId, now);
    if (this.pointers.size > 1)
      this.pinch(event.pointerId, before.x, now.x);
    else if (now.moved)
      this.pan(before.x - now.x);
  }

  pan(pixels) {
    const shift = pixels / this.plotWidth * (this.to - this.from);

    this.hover(null);
    this.show(this.from + shift, this.to + shift);
  }

  // Two fingers: what is under each stays under it.
  pinch(id, before, now) {
    const other = [...this.pointers].find(([key]) => key !== id)[1];
    const factor = Math.abs(before - other.x) /
      Math.max(Math.abs(now - other.x), 1);

    this.zoom(this.timeAt(other.x), clamp(factor, 0.5, 2));
  }

  press(event) {
    this.pointers.set(event.pointerId,
      { start: event.offsetX, x: event.offsetX, moved: false });
    this.canvas.setPointerCapture(event.pointerId);
  }

  // A click shows the row; the first touch shows the details only.
  release(event) {
    const pointer = this.pointers.get(event.pointerId);

    this.pointers.delete(event.pointerId);
    if (!pointer || pointer.moved)
      return;
    const span = this.spanAt(event.offsetX, event.offsetY);
    const isSecond = span !== null && span === this.selected;

    this.select(span);
    if (span && (event.pointerType !== "touch" || isSecond))
      showCheck(span.check.index);
  }

  wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoom(this.timeAt(event.offsetX), Math.exp(event.deltaY / 300));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.pan(event.shiftKey ? event.deltaY : event.deltaX);
    }
  }

  key(event) {
    const middle = (this.from + this.to) / 2;
    const actions = {
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      ArrowDown: () => this.changeLane(1),
      ArrowUp: () => this.changeLane(-1),
      Enter: () => this.selected && showCheck(this.selected.check.index),
      "+": () => this.zoom(middle, 1 / ZOOM_STEP),
      "=": () => this.zoom(middle, 1 / ZOOM_STEP),
      "-": () => this.zoom(middle, ZOOM_STEP),
      0: () => this.show(0, this.end),
      Escape: () => this.select(null),
    };

    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey)
      return;
    event.preventDefault();
    actions[event.key]();
  }

  choose(span) {
    if (!span)
      return;
    this.bringIntoSight(span);
    this.select(span);
  }

  lanesInUse() {
    return this.layout.rows.filter((row) => row.lane?.spans.length > 0);
  }

  step(direction) {
    if (!this.selected) {
      this.choose(this.lanesInUse()[0]?.lane.spans[0]);
      return;
    }
    const { spans } = this.rowOf(this.selected).lane;

    this.choose(spans[spans.indexOf(this.selected) + direction]);
  }

  // The check next to it in time on the next lane.
  changeLane(direction) {
    const rows = this.lanesInUse();

    if (!this.selected) {
      this.choose(rows[0]?.lane.spans[0]);
      return;
    }
    const lane =
      rows[rows.indexOf(this.rowOf(this.selected)) + direction]?.lane;

    if (lane)
      this.choose(lane.spans[Math.min(
        this.firstAfter(lane, this.selected.began), lane.spans.length - 1)]);
  }
}

function legendItem(kind, text, title) {
  return make("li", { title }, make("span", { class: "swatch " + kind }), text);
}

function legend() {
  return make("ul", { class: "legend" },
    PHASES.map((phase) => legendItem(phase, phaseWord(phase))),
    legendItem("other", phaseWord("other"), word("phase_other_help")),
    legendItem("mark-failed", word("failed_legend")),
    legendItem("mark-degraded", word("degraded_legend")),
    data.timeline.earlier.length > 0 &&
      legendItem("earlier", word("earlier_legend"), word("tip_guess")),
    legendItem("idle", word("idle_legend")));
}

function phaseNumbers(check) {
  return phasesOf(check).map((part) => make("span", { class: "phase" },
    make("span", { class: "swatch " + part.phase }),
    `${phaseWord(part.phase)} ${formatMs(part.ms)}`));
}

// What the pointer tells of a bar.
function spanDetails({ check, attempt, began, ended }) {
  const record = attempt < 0 ? check : check.earlier_attempts[attempt];
  const step = roundEnd / 300;

  return [
    make("p", { class: "title" }, foreign(check.name)),
    make("p", null, outcomeBadge(record.outcome), " ",
      record.reason && reasonLabel(record.reason)),
    attempt >= 0 && make("p", { class: "note" }, word("tip_earlier", {
      number: attempt + 1, n: check.attempts,
    }), word("colon"), word("tip_guess")),
    record.message && make("p", { class: "message" }, foreign(record.message)),
    make("p", null, make("strong", null, formatMs(ended - began)), " ",
      word("tip_at", {
        from: timeText(began, step), to: timeText(ended, step),
      })),
    attempt < 0 && make("p", { class: "phases" }, phaseNumbers(check)),
    make("p", { class: "note" }, foreign(check.network), " · ",
      word("worker", { n: (check.worker ?? 0) + 1 })),
  ].filter(Boolean);
}

let timeline = null;

function timelineSection() {
  if (laneGroups.length === 0) {
    timeline = null;
    return make("section", { class: "panel timeline", id: "timeline" },
      make("h2", null, word("timeline")),
      make("p", { class: "note" }, word("timeline_none")));
  }
  timeline = new Timeline();
  return timeline.element;
}
