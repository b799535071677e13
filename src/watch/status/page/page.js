// Puts the page together; from then on it is changed in place.

const TICK_MS = 1000;
const ROW_TICKS = 10; // rows' times are told anew so often

function otherLanguage() {
  const other = language === "zh" ? "en" : "zh-CN";

  return make("a", { href: "?lang=" + other, hreflang: other, lang: other },
    word("other_language"));
}

function footer() {
  return make("footer", null,
    make("p", null, word("times_note")),
    make("p", { class: "links" },
      make("span", { id: "version" }),
      make("a", { href: "api/v1/status" }, word("json")),
      make("a", { href: "metrics" }, word("metrics")),
      otherLanguage()));
}

// True: some outcome is another, or known for the first time.
function takeStatus(value) {
  const before = status;

  status = value;
  firstVersion ??= value.rounds;
  setClock(value.now);
  const changes = before ? changesSince(before) : [];

  showTop();
  showConnection();
  showRows(changes);
  sayChanges(changes);
  setText(unstored, status.has_history ? "" : word("unstored",
    { time: formatClock(status.started_at) }));
  setText(document.getElementById("version"),
    word("made_by", { version: visible(status.rounds) }));
  return outcomesOf(before) !== outcomesOf(status);
}

function takeIncidents(value) {
  ({ incidents } = value);
  showIncidents();
}

function takeDays(value) {
  firstDay = value.first_day;
  days = new Map(value.endpoints.map((each) => [each.name, each]));
  legend.hidden = false;
  redrawBars(false);
  const row = rows.get(openedName);

  if (row)
    makeReadable(row.bars, histories.has(row.bars));
}

// Only once all rows are there can an address lead to each of them.
function onRowsMade() {
  followAddress();
  if (incidents)
    showIncidents(); // names of rows became links
}

let ticks = 0;

function tick() {
  if (document.hidden || !status)
    return;
  ticks++;
  showConnection();
  updateTopFacts();
  if (ticks % ROW_TICKS === 0 && connection.failures === 0)
    updateTimes();
}

let legend = null;
let unstored = null; // says that there is no history

function build() {
  const app = document.getElementById("app");

  chooseLanguage(document.documentElement.lang);
  list = make("div", { class: "groups" });
  legend = barsLegend();
  legend.hidden = true;
  unstored = make("p", { class: "note", id: "unstored" });
  fill(app, null, [
    makeTop(), makeFilter(), list, noMatch, legend, unstored,
    makeIncidents(), footer(), makeTip(),
  ]);
}

build();
addEventListener("hashchange", followAddress);
addEventListener("scroll", hideTip, { passive: true });
addEventListener("keydown", onEscape);
addEventListener("beforeprint", () => redrawBars(true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change",
  () => setIcon(shownIcon));
setInterval(tick, TICK_MS);
pollWhileSeen();
