// The table of checks, a page at a time; a row opens to all that is known.

const PAGE_ROWS = 50;
const PRINTED_ROWS = 2000;
const SHARE_TOLD = 0.03; // of a check's time: less is told in its details

const COLUMNS = [
  { key: "number", kind: "number", sorts: "number" },
  { key: "outcome", kind: "outcome", sorts: "outcome" },
  { key: "name", kind: "name", sorts: "name" },
  { key: "network", kind: "network", sorts: "network" },
  { key: "status", kind: "status", sorts: "status" },
  { key: "total", kind: "total", sorts: "total" },
  { key: "phases", kind: "phases" },
  { key: "message", kind: "message", sorts: "message" },
];

const opened = new Set(); // checks whose row is open
let rowsOnPage = PAGE_ROWS;

// Biggest first where one looks for the biggest.
const DESCENDING_FIRST = new Set(["total", ...PHASES]);

function sortBy(key) {
  const isSame = view.sort === key;
  const descending = isSame ? !view.descending : DESCENDING_FIRST.has(key);

  changeView({ sort: key, descending });
}

function sortButton(key, label, ...children) {
  const element = make("button", {
    type: "button", class: "sort", "data-sort": key,
    title: word("sorted_by", { column: label }),
    onclick: () => sortBy(key),
  }, ...children, make("span", { class: "arrow", "aria-hidden": "true" }));

  onChange(() => {
    element.dataset.direction = view.sort === key
      ? (view.descending ? "down" : "up") : "";
  });
  return element;
}

function headingContent(column) {
  if (column.key !== "phases")
    return sortButton(column.sorts, word(column.key), word(column.key));
  return make("span", { class: "phase-sorts" },
    PHASES.map((phase) => sortButton(phase, phaseWord(phase),
      make("span", { class: "swatch " + phase }), phaseWord(phase))));
}

function heading(column) {
  const cell = make("th", {
    scope: "col", role: "columnheader", class: column.kind,
  }, headingContent(column));
  const keys = column.sorts ? [column.sorts] : PHASES;

  onChange(() => {
    if (!keys.includes(view.sort))
      cell.removeAttribute("aria-sort");
    else
      cell.setAttribute("aria-sort",
        view.descending ? "descending" : "ascending");
  });
  return cell;
}

function phaseBar(check) {
  const parts = phasesOf(check);
  const sum = parts.reduce((total, part) => total + part.ms, 0);

  return stackedBar(parts.map((part) => ({
    share: part.ms / sum,
    kind: part.phase,
    title: `${phaseWord(part.phase)} ${formatMs(part.ms)}`,
  })), { "aria-hidden": "true" });
}

function phaseCell(check) {
  const phases = phasesOf(check);

  if (phases.length === 0)
    return "–";
  const told = phases.filter(
    (part) => part.ms >= SHARE_TOLD * check.timings_ms.total);
  return [
    phaseBar(check),
    make("span", { class: "numbers" }, told.map((part) =>
      make("span", null, `${phaseWord(part.phase)} ${formatMs(part.ms)}`))),
  ];
}

function cell(kind, ...content) {
  return make("td", { role: "cell", class: kind }, ...content);
}

function messageCell(check) {
  return cell("message",
    check.reason && reasonLabel(check.reason),
    check.message && make("span", { class: "text" }, foreign(check.message)));
}

function summaryRow(check) {
  const isOpen = opened.has(check.index);
  const toggle = make("button", {
    type: "button", class: "toggle", "aria-expanded": String(isOpen),
    "aria-label": word("details_of", { name: visible(check.name) }),
  });

  return make("tr", {
    role: "row", class: "check " + check.outcome, id: "check-" + check.index,
    "data-index": check.index,
  },
  cell("number", toggle, formatCount(check.index + 1)),
  cell("outcome", outcomeBadge(check.outcome), check.change &&
    make("span", { class: "change " + check.change },
      changeWord(check.change))),
  cell("name", foreign(check.name, { class: "own" }),
    make("span", { class: "url" }, `${visible(check.method)} `,
      foreign(check.url))),
  cell("network", foreign(check.network), check.worker !== null &&
    make("span", { class: "worker" }, word("worker", { n: check.worker + 1 }))),
  cell("status", check.status ?? "–"),
  cell("total", formatMs(check.timings_ms.total)),
  cell("phases", phaseCell(check)),
  messageCell(check));
}

function certificateText(check) {
  const ends = check.certificate_expires_at;

  if (!ends)
    return null;
  const days = Math.floor((new Date(ends) - new Date(report.started_at)) /
    86400000);

  return [momentElement(ends), word("comma"), days >= 0
    ? word("in_days", { n: days }) : word("days_ago", { n: -days })];
}

function requestFacts(check) {
  const { source } = check;

  return make("section", null, make("h3", null, word("request")), facts([
    [word("method"), `${visible(check.method)}`],
    ["URL", foreign(check.url)],
    [word("source"), source && foreign(`${source.file}:${source.line}`)],
    [word("tags"), check.tags.length > 0
      ? check.tags.map((tag) => foreign(tag, { class: "tag" })) : null],
    [word("network"), foreign(check.network)],
    [word("worker_head"), check.worker === null
      ? null : formatCount(check.worker + 1)],
    [word("started"), check.started_at && momentElement(check.started_at)],
    [word("attempts", { n: check.attempts }), check.attempts > 1 ? " " : null],
  ]));
}

function answerFacts(check) {
  return make("section", null, make("h3", null, word("answer")), facts([
    [word("status"), check.status],
    [word("http"), check.http_version],
    [word("address"), check.remote_ip && foreign(check.remote_ip)],
    [word("connection"), check.attempts > 0
      ? word(check.connection_reused ? "connection_reused" : "connection_new")
      : null],
    [word("bytes"), check.bytes === null ? null : formatCount(check.bytes)],
    [word("certificate"), certificateText(check)],
    [word("ended_in"), check.phase],
    [word("limit"), check.limit],
  ]));
}

function timeRow(name, kind, ms, total) {
  return make("tr", null,
    make("th", { scope: "row" },
      kind && make("span", { class: "swatch " + kind }), name),
    make("td", { class: "number" }, formatMs(ms)),
    make("td", null, kind && total > 0 &&
      stackedBar([{ share: ms / total, kind }], { "aria-hidden": "true" })));
}

function timeFacts(check) {
  const times = check.timings_ms;

  if (times.total === null && times.queued === null)
    return null;
  return make("section", null, make("h3", null, word("where_time_went")),
    make("table", { class: "times" }, make("tbody", null,
      times.queued !== null && timeRow(word("queued"), null, times.queued, 0),
      phasesOf(check).map((part) =>
        timeRow(phaseWord(part.phase), part.phase, part.ms, times.total)),
      timeRow(word("total"), null, times.total, 0))),
    timeline && check.began !== null && make("button", {
      type: "button", class: "link to-timeline",
      onclick: () => timeline.showSpan(check.index),
    }, word("to_timeline")));
}

function smallTable(title, headings, rows) {
  return make("section", { class: "across" }, make("h3", null, title),
    make("div", { class: "wide" }, make("table", null,
      make("thead", null, make("tr", null, headings.map((text) =>
        make("th", { scope: "col" }, text)))),
      make("tbody", null, rows.map((cells) => make("tr", null,
        cells.map((content) => make("td", null, content))))))));
}

function expectationTable(check) {
  if (check.failed.length === 0)
    return null;
  return smallTable(word("failed_expectations"),
    [word("expect"), word("wanted"), word("got")],
    check.failed.map((failed) => [
      make("code", null, visible(failed.expect)),
      make("code", null, visible(failed.wanted)),
      make("code", { class: "bad" }, visible(failed.got)),
    ]));
}

function attemptTable(check) {
  if (check.earlier_attempts.length === 0)
    return null;
  return smallTable(word("earlier_attempts"),
    [word("number"), word("started"), word("outcome"), word("reason"),
      word("ended_in"), word("status"), word("total"), word("message")],
    check.earlier_attempts.map((attempt, at) => [
      formatCount(at + 1),
      attempt.started_at ? momentElement(attempt.started_at) : "–",
      outcomeBadge(attempt.outcome),
      attempt.reason ? reasonLabel(attempt.reason) : "–",
      attempt.phase ?? "–",
      attempt.status ?? "–",
      formatMs(attempt.total_ms),
      attempt.message ? foreign(attempt.message) : "–",
    ]));
}

function meaningOf(check) {
  const meaning = data.reasons[check.reason];

  if (!meaning)
    return null;
  return make("section", { class: "across meaning" },
    make("p", null, reasonLabel(check.reason), " ", meaning.says, " ",
      make("em", null, meaning.advice)),
    check.message && check.failed.length === 0 &&
      make("p", { class: "message" }, foreign(check.message)));
}

function detailRow(check) {
  return make("tr", { role: "row", class: "details" },
    make("td", { role: "cell", colspan: COLUMNS.length },
      make("div", { class: "grid" },
        meaningOf(check), expectationTable(check), requestFacts(check),
        answerFacts(check), timeFacts(check), attemptTable(check))));
}

function toggleRow(row) {
  const check = checks[Number(row.dataset.index)];
  const toggle = row.querySelector(".toggle");
  const isOpen = !opened.has(check.index);

  toggle.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) {
    opened.add(check.index);
    row.after(detailRow(check));
  } else {
    opened.delete(check.index);
    row.nextElementSibling.remove();
  }
}

// A click anywhere on the row, but not one that ends the marking of text.
function clickTable(event) {
  const row = event.target.closest("tr.check");
  const isMarking = String(getSelection()).length > 0;

  if (row && (event.target.closest(".toggle") || !isMarking))
    toggleRow(row);
}

function pageCount() {
  return Math.max(1, Math.ceil(shown.length / rowsOnPage));
}

function pager() {
  const turn = (by) => {
    changeView({ page: view.page + by });
    scrollToTable();
  };
  const previous = make("button", { type: "button",
    onclick: () => turn(-1) }, "‹ " + word("previous"));
  const next = make("button", { type: "button",
    onclick: () => turn(1) }, word("next") + " ›");
  const place = make("span", { "aria-live": "polite" });
  const element = make("nav", { class: "pager",
    "aria-label": word("all_checks") }, previous, place, next);

  onChange(() => {
    element.hidden = pageCount() < 2;
    previous.disabled = view.page === 0;
    next.disabled = view.page >= pageCount() - 1;
    place.textContent = word("page_of",
      { page: view.page + 1, pages: pageCount() });
  });
  return element;
}

function bodyRows() {
  const from = view.page * rowsOnPage;
  const rows = [];

  for (const check of shown.slice(from, from + rowsOnPage)) {
    rows.push(summaryRow(check));
    if (opened.has(check.index))
      rows.push(detailRow(check));
  }
  if (rows.length === 0)
    rows.push(make("tr", { role: "row" }, make("td", {
      role: "cell", class: "nothing", colspan: COLUMNS.length,
    }, word("no_match"))));
  return rows;
}

function tableSection() {
  const body = make("tbody", { role: "rowgroup" });

  onChange(() => body.replaceChildren(...bodyRows()));
  return make("section", { class: "panel checks", id: "checks" },
    make("div", { class: "head" },
      make("h2", null, word("all_checks")),
      sortButton("rank", word("failures_first"), word("failures_first"))),
    make("table", { class: "checks", role: "table", onclick: clickTable },
      make("thead", { role: "rowgroup" },
        make("tr", { role: "row" }, COLUMNS.map(heading))),
      body),
    pager());
}

function scrollToTable() {
  document.getElementById("checks").scrollIntoView({ block: "start" });
}

// Opens a check's row and goes there, whatever is filtered and sorted.
function showCheck(index) {
  opened.add(index);
  if (!matches[index])
    clearFilters();
  const place = shown.findIndex((check) => check.index === index);

  changeView({ page: Math.floor(place / rowsOnPage) });
  const row = document.getElementById("check-" + index);

  row.scrollIntoView({ block: "center" });
  row.querySelector(".toggle").focus({ preventScroll: true });
  row.classList.add("found");
  setTimeout(() => row.classList.remove("found"), 2000);
}

function setRowsOnPage(count) {
  rowsOnPage = count;
  changeView({});
}
