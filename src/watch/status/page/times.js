// Moments and durations as people say them. The server's clock counts: what
// is told as "ago" does not depend on the reader's being right.

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

let clockLead = 0; // by which the server's clock is ahead of ours

function setClock(text) {
  clockLead = Date.parse(text) - Date.now();
}

function serverNow() {
  return Date.now() + clockLead;
}

function secondsSince(text) {
  return Math.max(0, (serverNow() - Date.parse(text)) / 1000);
}

const formats = new Map(); // by language and what they are for

function cached(key, create) {
  const name = language + " " + key;

  if (!formats.has(name))
    formats.set(name, create());
  return formats.get(name);
}

function formatUnit(count, unit) {
  return cached("unit " + unit, () => new Intl.NumberFormat(language, {
    style: "unit", unit, unitDisplay: "narrow",
  })).format(count);
}

// "12d 4h" "3m 20s" "0s": two units at most.
function formatDuration(seconds) {
  const whole = Math.floor(seconds);
  const at = UNITS.findIndex(([, size]) => whole >= size);

  if (at < 0)
    return formatUnit(0, "second");
  const [unit, size] = UNITS[at];
  const first = formatUnit(Math.floor(whole / size), unit);
  const next = UNITS[at + 1];
  const rest = next ? Math.floor(whole % size / next[1]) : 0;

  return rest > 0 ? `${first} ${formatUnit(rest, next[0])}` : first;
}

// "20 seconds ago": one unit.
function formatAgo(seconds) {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[3];

  return cached("ago", () => new Intl.RelativeTimeFormat(language, {
    numeric: "auto",
  })).format(-Math.floor(seconds / size), unit);
}

function isSameDay(left, right) {
  return left.toDateString() === right.toDateString();
}

// The time of day, with the date unless it is today.
function formatClock(text) {
  const moment = new Date(text);
  const isToday = isSameDay(moment, new Date(serverNow()));

  return cached(isToday ? "clock" : "date and clock", () =>
    new Intl.DateTimeFormat(language, isToday
      ? { timeStyle: "medium" }
      : { dateStyle: "medium", timeStyle: "short" })).format(moment);
}

// "4:08 – 6:38 AM", with the dates unless they are told elsewhere. TO may be
// null: it has not ended.
function formatSpan(from, to, areDatesHidden) {
  const start = new Date(from);
  const end = to ? new Date(to) : start;
  const isShort = areDatesHidden && isSameDay(start, end);
  const format = cached(isShort ? "short" : "long", () =>
    new Intl.DateTimeFormat(language, isShort
      ? { timeStyle: "short" }
      : { dateStyle: "medium", timeStyle: "short" }));

  return to ? format.formatRange(start, end)
    : word("since_time", { time: format.format(start) });
}

function formatUtc(text) {
  return String(text).replace(/^(\S+)T([\d:]+)(\.\d+)?Z$/, "$1 $2 UTC");
}

// By the reader's clock; by UTC when pointed at.
function clockElement(text) {
  return text
    ? make("time", { datetime: text, title: formatUtc(text) }, formatClock(text))
    : "–";
}

// A day of the server's, which are those of UTC.
function formatDay(date) {
  return cached("day", () => new Intl.DateTimeFormat(language, {
    dateStyle: "medium", timeZone: "UTC",
  })).format(date);
}

// The heading of what began on the reader's day.
function formatOwnDay(text) {
  const moment = new Date(text);
  const today = new Date(serverNow());
  const yesterday = new Date(today);

  yesterday.setDate(today.getDate() - 1);
  if (isSameDay(moment, today))
    return word("today");
  if (isSameDay(moment, yesterday))
    return word("yesterday");
  return cached("own day", () => new Intl.DateTimeFormat(language, {
    dateStyle: "full",
  })).format(moment);
}

// "99.98 %": never rounded up to a whole.
function formatPercent(percent) {
  if (percent === null || percent === undefined)
    return "–";
  const told = Math.floor(percent * 100 + 1e-6) / 100;

  return formatCount(told, Number.isInteger(told) ? 0 : 2) + "\u00a0%";
}
