// The filter, for whom has many endpoints.

const FILTER_FROM = 13; // endpoints, from which on there is one

let filterBar = null;
let noMatch = null;

function makeFilter() {
  const input = make("input", {
    type: "search", id: "search", placeholder: word("search"),
    "aria-label": word("search_label"), autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      filter.text = input.value;
      applyFilter();
    },
  });
  const only = make("button", {
    type: "button", class: "outcome unhealthy", id: "failing-only",
    "aria-pressed": "false",
    onclick: () => filterFailing(!filter.failingOnly),
  },
  make("span", { class: "mark", "aria-hidden": "true" }, MARKS.unhealthy),
  word("failing_only"));

  filterBar = make("div", {
    class: "filters", role: "search", "aria-label": word("filter"),
    hidden: true,
  }, input, make("div", { class: "switches" }, only),
  make("span", { class: "count" }));
  noMatch = make("p", { class: "nothing", hidden: true }, word("no_match"),
    " ", make("button", {
      type: "button", class: "link",
      onclick: () => {
        clearFilter();
        input.focus();
      },
    }, word("clear")));
  return filterBar;
}

function filterFailing(isOn) {
  filter.failingOnly = isOn;
  setAttribute(document.getElementById("failing-only"), "aria-pressed", isOn);
  applyFilter();
}

function applyFilter() {
  const shown = showMatching();
  const n = status.endpoints.length;

  noMatch.hidden = shown > 0 || n === 0;
  filterBar.hidden = n < FILTER_FROM && !isFiltered();
  setText(filterBar.querySelector(".count"),
    isFiltered() ? word("shown_of", { shown, n }) : "");
}

function clearFilter() {
  document.getElementById("search").value = "";
  filter.text = "";
  filterFailing(false);
}

function showEndpoint(name) {
  const row = rows.get(name);

  if (!row)
    return;
  if (!row.element.isConnected)
    clearFilter();
  row.element.scrollIntoView({ block: "center" });
  row.button.focus({ preventScroll: true });
  flash([row]);
}
