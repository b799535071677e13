// Asks the server again and again while the page is seen. What has not changed
// is not sent again; who does not answer is asked less and less often.

const PAUSE_LEAST_MS = 1000;
const PAUSE_MOST_MS = 5000;
const PAUSE_SHARE = 10;       // as many times as long as it took to ask,
const PAUSE_SLOW_MS = 30000;  // but no longer than that
const BACKOFF_MOST_MS = 60000;
const ANSWER_MS = 10000;      // so long an answer may take
const INCIDENTS_MS = 60000;   // each is asked for so often,
const DAYS_MS = 120000;
const DAYS_LEAST_MS = 10000;  // and after a change sooner
const DETAIL_MS = 5000;

const STATUS = "api/v1/status";
const INCIDENTS = "api/v1/incidents";
const BARS = "api/v1/days";

const answers = new Map();    // by path: {etag, value}

const connection = {
  lostAt: null,     // serverNow() of the first request without an answer
  isRefused: false, // it answered that it wants a token
  isAsking: false,
  failures: 0,      // in a row
  nextAt: 0,        // Date.now() of the next request
  tookMs: 0,        // all that was asked the last time
};

class RefusedError extends Error {
  constructor(code) {
    super(`answered ${code}`);
    this.code = code;
  }
}

// {value, isNew}: what PATH tells, and whether it is another than before.
async function ask(path) {
  const known = answers.get(path);
  const headers = {
    "Accept": "application/json",
    "Accept-Language": document.documentElement.lang,
  };

  if (known?.etag)
    headers["If-None-Match"] = known.etag;
  const answer = await fetch(path, {
    headers, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS),
  });

  if (answer.status === 304 && known)
    return { value: known.value, isNew: false };
  if (!answer.ok)
    throw new RefusedError(answer.status);
  const value = await answer.json();

  answers.set(path, { etag: answer.headers.get("ETag"), value });
  return { value, isNew: true };
}

const askedAt = new Map(); // by path: Date.now() when it was asked for
const due = new Map();     // and from which it is asked for again

// What changed is told sooner, though not within LEAST_MS of the last time.
function hasten(path, leastMs) {
  due.set(path, Math.min(due.get(path) ?? 0,
    (askedAt.get(path) ?? 0) + leastMs));
}

// As ask(), but not before its time; null: not asked, or refused.
async function askWhenDue(path, periodMs) {
  const now = Date.now();

  if (now < (due.get(path) ?? 0))
    return null;
  askedAt.set(path, now);
  due.set(path, now + periodMs);
  try {
    return await ask(path);
  } catch (error) {
    if (!(error instanceof RefusedError))
      throw error;
    return null;
  }
}

function detailPath(name) {
  return "api/v1/endpoints/" + encodeURIComponent(name);
}

async function askForDetail() {
  const name = openedName;

  if (name === null)
    return;
  const answer = await askWhenDue(detailPath(name), DETAIL_MS);

  if (name === openedName && answer)
    showDetail(name, answer.value);
}

async function askForPast() {
  const list = await askWhenDue(INCIDENTS, INCIDENTS_MS);

  if (list?.isNew)
    takeIncidents(list.value);
  const bars = await askWhenDue(BARS, DAYS_MS);
  if (bars?.isNew)
    takeDays(bars.value);
}

// All that is shown, as far as it is due.
async function askForAll() {
  const { value, isNew } = await ask(STATUS);

  if (isNew && takeStatus(value)) {
    hasten(INCIDENTS, 0);
    hasten(BARS, DAYS_LEAST_MS);
    if (openedName !== null)
      hasten(detailPath(openedName), 0);
  }
  await askForPast();
  await askForDetail();
}

function pauseMs() {
  if (connection.failures > 0)
    return Math.min(PAUSE_LEAST_MS * 2 ** (connection.failures - 1),
      BACKOFF_MOST_MS);
  return Math.max(clamp(shortestPeriod(), PAUSE_LEAST_MS, PAUSE_MOST_MS),
    Math.min(PAUSE_SHARE * connection.tookMs, PAUSE_SLOW_MS));
}

let timer = null;

async function poll() {
  clearTimeout(timer);
  if (document.hidden || connection.isAsking)
    return;
  const began = performance.now();

  connection.isAsking = true;
  showConnection();
  try {
    await askForAll();
    connection.tookMs = performance.now() - began;
    connection.failures = 0;
    connection.lostAt = null;
    connection.isRefused = false;
  } catch (error) {
    connection.failures++;
    connection.lostAt ??= serverNow();
    connection.isRefused = error.code === 401 || error.code === 403;
  }
  connection.isAsking = false;
  connection.nextAt = Date.now() + pauseMs();
  timer = setTimeout(poll, pauseMs());
  showConnection();
}

// Nobody looks: nothing is asked. Somebody looks again: it is asked at once.
function pollWhileSeen() {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    poll();
  });
  addEventListener("online", poll);
  addEventListener("pageshow", (event) => {
    if (event.persisted)
      poll();
  });
  poll();
}
