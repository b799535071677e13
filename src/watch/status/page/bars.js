// A bar a day: its colour tells how well the day was, and so does its height,
// so that what was not well stands out without colour, too.

const BAR_STEP = 4;
const BAR_WIDTH = 3;
const BARS_HEIGHT = 28;
const BAR_HEIGHTS = { none: 5, full: 20, most: 28, some: 28, less: 28, bad: 28 };
const DAYS_TOLD = 10; // by a label; more are counted

const histories = new WeakMap(); // what an element with bars shows

function barPaths(history) {
  const paths = {};

  for (let index = 0; index < DAYS; index++) {
    const level = levelOf(history.uptime_percent[index]);
    const height = BAR_HEIGHTS[level];

    paths[level] = (paths[level] ?? "") +
      `M${index * BAR_STEP} ${BARS_HEIGHT - height}h${BAR_WIDTH}v${height}` +
      `h-${BAR_WIDTH}z`;
  }
  return paths;
}

// The days that were not well, as a sentence.
function daysLabel(name, history) {
  const told = [];

  history.uptime_percent.forEach((percent, index) => {
    if (percent !== null && levelOf(percent) !== "full")
      told.unshift(dayText(history, index));
  });
  const rest = told.length - DAYS_TOLD;
  const isKnown = history.uptime_percent.some((percent) => percent !== null);
  const what = told.length > 0
    ? told.slice(0, DAYS_TOLD).join(word("semicolon"))
    : word(isKnown ? "days_well" : "days_nothing");

  return word("days_label", { name: visible(name) }) + word("colon") + what +
    (rest > 0 ? word("semicolon") + word("and_more", { n: rest }) : "");
}

function drawBars(element, name, history) {
  if (histories.get(element) === history)
    return;
  histories.set(element, history);
  element.setAttribute("aria-label", daysLabel(name, history));
  element.replaceChildren(makeSvg("svg", {
    viewBox: `0 0 ${DAYS * BAR_STEP - 1} ${BARS_HEIGHT}`,
    preserveAspectRatio: "none", "aria-hidden": "true",
  }, Object.entries(barPaths(history)).map(
    ([level, d]) => makeSvg("path", { class: level, d }))));
}

function dayElement(index, history) {
  const [date, ...rest] = dayText(history, index).split(word("colon"));

  return [date, rest.join(word("colon"))];
}

function showDay(element, index) {
  const history = histories.get(element);
  const box = element.getBoundingClientRect();

  if (!history)
    return;
  showTip(dayElement(index, history),
    box.left + (index + 0.5) / DAYS * box.width, box.top);
  element.dataset.day = index;
  element.setAttribute("aria-valuenow", index + 1);
  element.setAttribute("aria-valuetext", dayText(history, index));
}

// An opened endpoint's bars are gone through by arrow keys.
function makeReadable(element, isReadable) {
  const attributes = {
    "tabindex": 0, "aria-valuemin": 1, "aria-valuemax": DAYS,
    "aria-valuenow": DAYS,
  };

  element.setAttribute("role", isReadable ? "slider" : "img");
  for (const [name, value] of Object.entries(attributes))
    if (isReadable)
      element.setAttribute(name, value);
    else
      element.removeAttribute(name);
  element.removeAttribute("aria-valuetext");
}

const DAY_KEYS = {
  ArrowLeft: (day) => day - 1, ArrowRight: (day) => day + 1,
  ArrowDown: (day) => day - 1, ArrowUp: (day) => day + 1,
  PageDown: (day) => day - 7, PageUp: (day) => day + 7,
  Home: () => 0, End: () => DAYS - 1,
};

function onBarsKey(event) {
  const move = DAY_KEYS[event.key];
  const element = event.currentTarget;

  if (!move || event.ctrlKey || event.altKey || event.metaKey)
    return;
  event.preventDefault();
  const day = Number(element.dataset.day ?? DAYS);

  showDay(element, clamp(move(day), 0, DAYS - 1));
}

function onBarsPointer(event) {
  const element = event.currentTarget;
  const box = element.getBoundingClientRect();
  const index = Math.floor((event.clientX - box.left) / box.width * DAYS);

  showDay(element, clamp(index, 0, DAYS - 1));
}

function makeBars() {
  return make("div", {
    class: "bars", role: "img",
    onpointermove: onBarsPointer, onpointerleave: hideTip,
    onkeydown: onBarsKey, onblur: hideTip,
  });
}

function barsLegend() {
  return make("p", { class: "legend" }, word("legend") + word("colon"),
    ["full", "most", "some", "less", "bad", "none"].map((level) =>
      make("span", null, make("span", { class: "swatch " + level }),
        word("legend_" + level))));
}
