// What went wrong, the newest first, by the reader's days.

const INCIDENTS_SHOWN = 12;

let incidentPanel = null;
let areAllShown = false;

function incidentDuration(incident) {
  const seconds = incident.ended_at
    ? incident.duration_s : secondsSince(incident.started_at);

  return formatDuration(seconds ?? 0);
}

// From when to when; the date only where no heading tells it.
function incidentTimes(incident, isOfDay) {
  const from = incident.started_at;
  const to = incident.ended_at;

  return make("time", {
    class: "times", datetime: from,
    title: [from, to].filter(Boolean).map(formatUtc).join(" – "),
  }, formatSpan(from, to, isOfDay));
}

function incidentName(incident) {
  if (!rows.has(incident.name))
    return foreign(incident.name, { class: "name" });
  return make("a", {
    class: "name", href: "#" + encodeURIComponent(incident.name),
  }, foreign(incident.name));
}

function incidentItem(incident, isOfDay) {
  const kind = kindOf(incident.outcome);

  return make("li", { class: "incident " + kind +
    (incident.ended_at ? "" : " ongoing") },
  make("span", { class: "mark", title: stateWord(incident.outcome) },
    make("span", { "aria-hidden": "true" }, MARKS[kind]),
    make("span", { class: "unseen" }, stateWord(incident.outcome))),
  make("div", { class: "what" },
    isOfDay && incidentName(incident),
    make("p", { class: "says" },
      make("span", { class: "why" }, whyOf(incident)),
      incident.message && foreign(incident.message, { class: "message" }))),
  make("p", { class: "when" },
    make("strong", null, incidentDuration(incident)),
    !incident.ended_at && make("span", { class: "tag" }, word("ongoing")),
    incidentTimes(incident, isOfDay)));
}

// isOfDay: under a day's heading, of any endpoint.
function incidentItems(some, { isOfDay }) {
  return make("ul", { class: "incidents" },
    some.map((incident) => incidentItem(incident, isOfDay)));
}

// [[day, incidents], ...]
function byOwnDay(some) {
  const byDay = new Map();

  for (const incident of some) {
    const day = formatOwnDay(incident.started_at);

    byDay.set(day, [...byDay.get(day) ?? [], incident]);
  }
  return [...byDay];
}

function showIncidents() {
  const some = areAllShown ? incidents : incidents.slice(0, INCIDENTS_SHOWN);
  const rest = incidents.length - some.length;

  incidentPanel.hidden = false;
  incidentPanel.replaceChildren(
    make("div", { class: "head" },
      make("h2", null, word("recent_incidents"))),
    ...incidents.length === 0
      ? [make("p", { class: "note" }, word("incidents_none"))]
      : byOwnDay(some).map(([day, ofDay]) => make("section", null,
        make("h3", null, day), incidentItems(ofDay, { isOfDay: true }))),
    ...rest > 0 ? [make("button", {
      type: "button", class: "link more",
      onclick: () => {
        areAllShown = true;
        showIncidents();
        incidentPanel.querySelectorAll("a.name")[INCIDENTS_SHOWN]?.focus();
      },
    }, word("show_all", { n: incidents.length }))] : []);
}

function makeIncidents() {
  incidentPanel = make("section", { class: "panel of-incidents",
    id: "incidents", hidden: true });
  return incidentPanel;
}
