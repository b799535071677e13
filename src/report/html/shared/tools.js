// Elements, texts and numbers. Text from the report reaches the page through
// make() and makeSvg() alone, as text nodes and attributes.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on"))
      element.addEventListener(name.slice(2), value);
    else if (value === true)
      element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false)
      element.append(child);
  return element;
}

// make("td", {class: "name"}, "text", element, ...)
function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function makeSvg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function button(label, attributes, ...children) {
  return make("button", {
    type: "button", title: label, "aria-label": label, ...attributes,
  }, ...children);
}

// What moves no cursor, hides nothing and turns no text around, as in the
// terminal's report: control characters, line separators, direction marks.
const INVISIBLE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]/g;

function escapeCharacter(character) {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
  const code = character.charCodeAt(0).toString(16);

  if (short)
    return short;
  return code.length > 2 ? `\\u{${code}}` : "\\x" + code.padStart(2, "0");
}

function visible(text) {
  return String(text ?? "").replace(INVISIBLE, escapeCharacter);
}

// Text from the plan or a server, which may be of either direction.
function foreign(text, attributes) {
  return make("bdi", attributes, visible(text));
}

const counters = new Map(); // by language: making one is slow

function formatCount(number, digits = 0) {
  const key = language + digits;

  if (!counters.has(key))
    counters.set(key, new Intl.NumberFormat(language, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }));
  return counters.get(key).format(number);
}

// "0.42 ms" "84.2 ms" "912 ms" "2.05 s" "3 min 20 s"
function formatMs(ms) {
  if (ms === null || ms === undefined)
    return "–";
  if (ms < 0.005 && ms > 0)
    return `< ${formatCount(0.01, 2)} ms`;
  if (ms < 1)
    return formatCount(ms, 2) + " ms";
  if (ms < 99.95)
    return formatCount(ms, 1) + " ms";
  if (ms < 999.5)
    return formatCount(ms) + " ms";
  if (ms < 119950)
    return formatCount(ms / 1000, ms < 9995 ? 2 : 1) + " s";
  return `${Math.floor(ms / 60000)} min ${Math.round(ms % 60000 / 1000)} s`;
}

function formatShare(share) {
  return formatCount(share * 100, share > 0 && share < 0.01 ? 1 : 0) + " %";
}

function formatMoment(text) {
  if (!text)
    return "–";
  return new Intl.DateTimeFormat(language, {
    dateStyle: "medium", timeStyle: "medium",
  }).format(new Date(text));
}

// Told by the reader's clock; by UTC when pointed at.
function momentElement(text) {
  return make("time", { datetime: text, title: text }, formatMoment(text));
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

// 1, 2, 5, 10, 20 ... up to a little over MOST.
function niceStep(most, steps) {
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough);

  return factor * power;
}

// What the style sheet calls --name, for what is drawn and not styled.
function styleColor(name) {
  return getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name).trim();
}

// The tab's icon tells the verdict, too.
function setIcon(kind) {
  const color = styleColor(kind);
  const svg = `<svg xmlns="${SVG}" viewBox="0 0 16 16">` +
    `<circle cx="8" cy="8" r="7" fill="${color}"/></svg>`;

  document.querySelector("link[rel=icon]").href =
    "data:image/svg+xml," + encodeURIComponent(svg);
}

// A bar of parts [{share, kind, title}]: widths are shares of the whole.
function stackedBar(parts, attributes) {
  const bar = make("span", { ...attributes, class: "stack" });

  for (const part of parts) {
    if (!(part.share > 0))
      continue;
    const piece = make("span", { class: part.kind, title: part.title });

    piece.style.width = part.share * 100 + "%";
    bar.append(piece);
  }
  return bar;
}

const MARKS = {
  healthy: "✓", degraded: "!", unhealthy: "✗", unreachable: "⊘",
  unknown: "?", skipped: "–",
};

function outcomeBadge(outcome) {
  return make("span", { class: "badge " + outcome },
    make("span", { class: "mark", "aria-hidden": "true" }, MARKS[outcome]),
    outcomeWord(outcome));
}

// The word of every report, and what it is called in the page's language.
function reasonLabel(reason) {
  const label = make("span", { class: "reason" }, make("code", null, reason));

  if (hasWord("reason_" + reason))
    label.prepend(reasonWord(reason) + " ");
  return label;
}

// Term and description; nothing of what is not known.
function facts(entries) {
  return make("dl", { class: "facts" }, entries
    .filter(([, value]) => value !== null && value !== undefined &&
      value !== "")
    .map(([name, value]) => make("div", null,
      make("dt", null, name), make("dd", null, value))));
}
