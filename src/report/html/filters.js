// The bar of filters above timeline and table, and the view in the address:
// "#outcome=unreachable&sort=total" can be sent to somebody.

const TYPING_PAUSE_MS = checks.length > 2000 ? 120 : 0;

function selectFor(key, all, values, label = visible) {
  const element = make("select", {
    "aria-label": word(key), "data-filter": key,
    onchange: () => changeView({ [key]: element.value }),
  }, make("option", { value: "" }, all),
  values.map((value) => make("option", { value }, label(value))));

  onChange(() => {
    element.value = view[key];
    element.classList.toggle("set", view[key] !== "");
  });
  return element;
}

function valuesOf(pick) {
  const values = new Set();

  for (const check of checks)
    for (const value of pick(check))
      values.add(value);
  return [...values].sort();
}

function searchBox() {
  let timer = 0;
  const element = make("input", {
    type: "search", id: "search", placeholder: word("search"),
    "aria-label": word("search_label"), spellcheck: "false",
    autocomplete: "off",
    oninput: () => {
      view.text = element.value;
      clearTimeout(timer);
      timer = setTimeout(() => changeView({}), TYPING_PAUSE_MS);
    },
  });

  onChange(() => {
    if (element.value !== view.text)
      element.value = view.text;
  });
  return element;
}

function filterBar() {
  const networks = data.networks.map((network) => network.name);
  const tags = valuesOf((check) => check.tags);
  const reasons = valuesOf((check) => check.reason ? [check.reason] : []);
  const count = make("output", { class: "count", "aria-live": "polite" });
  const clear = make("button", { type: "button", onclick: clearFilters },
    word("clear"));

  onChange(() => {
    const values = { shown: shown.length, n: checks.length };

    count.textContent = word(isSearched() ? "shown_of" : "shown_all", values);
    clear.disabled = !isSearched();
  });
  return make("div", { class: "filters", role: "search",
    "aria-label": word("filter") },
  outcomeSwitches(true),
  searchBox(),
  reasons.length > 0 && selectFor("reason", word("every_reason"), reasons),
  networks.length > 1 && selectFor("network", word("every_network"), networks),
  tags.length > 0 && selectFor("tag", word("every_tag"), tags),
  report.changes && selectFor("change", word("every_change"), CHANGES,
    changeWord),
  clear, count);
}

function readAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  const outcomes = (values.get("outcome") ?? "").split(",")
    .filter((outcome) => OUTCOMES.includes(outcome));
  const sort = values.get("sort") ?? "rank";

  return {
    outcomes: new Set(outcomes),
    ...Object.fromEntries(CHOICES.map((key) => [key, values.get(key) ?? ""])),
    text: values.get("text") ?? "",
    sort: Object.hasOwn(SORT_KEYS, sort) ? sort : "rank",
    descending: values.has("descending"),
  };
}

function addressOfView() {
  const values = new URLSearchParams();

  if (view.outcomes.size > 0)
    values.set("outcome", [...view.outcomes].join(","));
  for (const key of [...CHOICES, "text"])
    if (view[key] !== "")
      values.set(key, view[key]);
  if (view.sort !== "rank")
    values.set("sort", view.sort);
  if (view.descending)
    values.set("descending", "");
  return "#" + values;
}

// Where the page stands in a frame that forbids it, it does without.
function writeAddress() {
  try {
    if (location.hash.slice(1) !== addressOfView().slice(1))
      history.replaceState(null, "", addressOfView());
  } catch (error) {
    // Nothing is lost but the link.
  }
}
