// The top of the page: one sentence, how fresh it is, what fails now.

const NAMED_FAILING = 6; // endpoints named at the top

let topParts = null;
let shownIcon = null;

function makeTop() {
  const parts = {
    title: make("p", { class: "title" }),
    seal: make("div", { class: "seal", "aria-hidden": "true" }),
    verdict: make("h1"),
    facts: make("p", { class: "facts" }),
    pulse: make("p", { class: "pulse" },
      make("span", { class: "dot", "aria-hidden": "true" }),
      make("span", { class: "word" })),
    stack: make("div", { class: "shares" }),
    notes: make("ul", { class: "warnings", role: "status", hidden: true }),
    failing: make("div", { class: "failing", hidden: true }),
  };

  parts.element = make("header", { class: "top" }, parts.seal,
    make("div", { class: "verdict" }, parts.title, parts.verdict, parts.facts),
    make("div", { class: "beside" }, parts.pulse, parts.stack));
  topParts = parts;
  return [parts.element, parts.notes, parts.failing];
}

// A word for each outcome that there is, and its share of a bar.
function sharesParts() {
  const { summary } = status;
  const counts = [...OUTCOMES.slice(0, 4).map((each) => [each, summary[each]]),
    ["skipped", summary.not_known]].filter(([, count]) => count > 0);

  return [
    stackedBar(counts.map(([kind, count]) =>
      ({ kind, share: count / summary.endpoints })), { "aria-hidden": "true" }),
    make("p", { class: "counts" }, counts.map(([kind, count]) =>
      make("span", { class: "outcome " + kind },
        make("strong", null, formatCount(count)), " ",
        kind === "skipped" ? word("outcome_null") : outcomeWord(kind)))),
  ];
}

function lastChange() {
  const endpoint = latest("since");

  if (!endpoint || endpoint.outcome === null)
    return null;
  return word("last_change", {
    ago: formatAgo(secondsSince(endpoint.since)),
    change: word("is_now", {
      name: visible(endpoint.name), outcome: stateWord(endpoint.outcome),
    }),
  });
}

function topFacts() {
  const checked = latest("checked_at")?.checked_at;

  return [
    checked && word("last_check", { ago: formatAgo(secondsSince(checked)) }),
    word("every", { period: periodText(status.every_ms) }),
    lastChange(),
  ].filter(Boolean);
}

// Pieces of text that stay where they are and change by themselves.
function setSpans(element, texts) {
  while (element.childElementCount > texts.length)
    element.lastChild.remove();
  while (element.childElementCount < texts.length)
    element.append(make("span"));
  texts.forEach((text, at) => setText(element.children[at], text));
}

function updateTopFacts() {
  const checked = latest("checked_at")?.checked_at;

  setSpans(topParts.facts, topFacts());
  if (checked)
    topParts.facts.firstChild.title = `${formatClock(checked)} · ` +
      formatUtc(checked);
}

function failingChip(endpoint) {
  const kind = kindOf(endpoint.outcome);

  return make("a", {
    class: "chip outcome " + kind, href: "#" + encodeURIComponent(endpoint.name),
    title: [stateWord(endpoint.outcome), whyOf(endpoint)].filter(Boolean)
      .join(word("colon")),
  },
  make("span", { class: "mark", "aria-hidden": "true" }, MARKS[kind]),
  foreign(endpoint.name));
}

function showFailing() {
  const failing = status.endpoints.filter(isFailing);
  const told = JSON.stringify(
    failing.map(({ name, outcome, reason }) => [name, outcome, reason]));
  const rest = failing.length - NAMED_FAILING;

  if (topParts.toldFailing === told)
    return;
  topParts.toldFailing = told;
  topParts.failing.hidden = failing.length === 0;
  topParts.failing.replaceChildren(
    make("h2", { class: "unseen" }, word("failing_now")),
    ...failing.slice(0, NAMED_FAILING).map(failingChip),
    ...rest > 0 ? [make("button", { type: "button", class: "link",
      onclick: () => {
        filterFailing(true);
        list.scrollIntoView();
      } }, word("and_more", { n: rest }))] : []);
}

function showShares() {
  const told = JSON.stringify(status.summary);

  if (topParts.toldShares === told)
    return;
  topParts.toldShares = told;
  topParts.stack.replaceChildren(...sharesParts());
}

function isStale() {
  return connection.failures > 0 || (status !== null && isLate());
}

function lostNote() {
  if (connection.isRefused)
    return word("lost_token");
  return status
    ? word("lost", { time: formatClock(
      new Date(connection.lostAt).toISOString()) })
    : word("lost_first");
}

function tryNote() {
  const left = Math.max(0, Math.ceil((connection.nextAt - Date.now()) / 1000));

  return connection.isAsking ? word("trying")
    : word("next_try", { time: formatDuration(left) });
}

// [[key, text, part], ...] of what a reader has to know before all else.
function notes() {
  const told = [];

  if (connection.failures > 0)
    told.push(["lost", lostNote(), [
      make("span", { class: "next", "aria-live": "off" }), " ",
      make("button", { type: "button", class: "link", onclick: poll },
        word("try_now"))]]);
  else if (status && isLate())
    told.push(["late", word("late", {
      ago: formatAgo(secondsSince(
        latest("checked_at")?.checked_at ?? status.started_at)),
      period: periodText(shortestPeriod()),
    })]);
  if (status?.network_in_doubt)
    told.push(["doubt", word("doubt_help")]);
  if (status && status.rounds !== firstVersion)
    told.push(["newer", word("newer", { version: visible(status.rounds) }),
      make("button", { type: "button", class: "link",
        onclick: () => location.reload() }, word("reload"))]);
  return told;
}

let firstVersion = null; // of rounds, when the page was loaded

function showNotes() {
  const told = notes();
  const key = JSON.stringify(told.map(([name, text]) => [name, text]));

  if (topParts.toldNotes !== key) {
    topParts.toldNotes = key;
    topParts.notes.hidden = told.length === 0;
    topParts.notes.replaceChildren(...told.map(([name, text, part]) =>
      make("li", { "data-note": name }, text, " ", part)));
  }
  const next = topParts.notes.querySelector(".next");

  if (next)
    setText(next, tryNote());
}

// How fresh it all is, whatever it is.
function showConnection() {
  const stale = isStale();
  const { kind, text } = verdict();
  const shown = stale ? "skipped" : kind;

  document.documentElement.classList.toggle("stale", stale);
  setAttribute(topParts.pulse, "class", "pulse" + (stale ? " bad" : ""));
  setText(topParts.pulse.lastChild, status || stale
    ? word(stale ? "stale" : "live") : "");
  setAttribute(topParts.element, "class", "top " + shown);
  setText(topParts.seal, stale ? "?" : MARKS[kind]);
  setText(topParts.verdict, text);
  document.title = [stale ? word("stale") : null, status ? text : null,
    pageTitle].filter(Boolean).join(" – ");
  if (shownIcon !== shown)
    setIcon(shown);
  shownIcon = shown;
  showNotes();
}

let pageTitle = document.title;

function showTop() {
  pageTitle = visible(status.title);
  setText(topParts.title, pageTitle);
  updateTopFacts();
  showFailing();
  showShares();
}

function sayChanges(changes) {
  if (changes.length === 1)
    say(word("changed_one", {
      name: visible(changes[0].name), outcome: stateWord(changes[0].outcome),
    }));
  else if (changes.length > 1)
    say(word("changed_many", {
      n: changes.length, failing: changes.filter(isFailing).length,
    }));
}
