"""The status page's API, badges, metrics and whom they are shown, from outside."""

# ctest: first
# ctest: timeout 400

import json
import re
import shutil
import signal
import socket
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import (
    text_string_to_metric_families as read_text_metrics,
)

from support.counting import Answer, CountingServer
from support.patrol import PATIENCE, Patrol
from support.plans import plan_of, quoted
from support.processes import wait_until
from support.program import PROJECT, Rounds
from support.status_page import StatusPage

Write = Callable[..., Path]
Make = Callable[..., CountingServer]
Start = Callable[..., tuple[Patrol, StatusPage]]

EVERY_SECOND = 'schedule = { every = "1s"; };\n'
SELDOM = 'schedule = { every = "1h"; };\n'
TOKEN = "page-t0ken-of-the-tests"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
NOBODY = "http://127.0.0.1:1/"  # a port that nothing listens on
STATUS_MANUAL = PROJECT / "docs" / "status.md"
API = ("/api/v1/status", "/api/v1/days", "/api/v1/incidents",
       "/api/v1/endpoints/e0")
ALL = (*API, "/", "/page.css", "/page.js", "/metrics", "/badge/e0.svg")


@pytest.fixture
def engine() -> None:
    """Where the engine matters, the test says so itself."""


@pytest.fixture
def start(rounds: Rounds, plan: Write) -> Start:
    """Starts a patrol with a page: start(URLs or plan, settings, keys)."""

    def begin(
        urls: list[str] | str, settings: str = EVERY_SECOND, keys: str = "",
        *arguments: str, **options: Any,
    ) -> tuple[Patrol, StatusPage]:
        patrol = Patrol(
            rounds, plan(text_of(urls, settings, keys)), *arguments, **options
        )
        return patrol, StatusPage(patrol)

    return begin


def text_of(
    urls: list[str] | str, settings: str = EVERY_SECOND, keys: str = "",
    listen: str = "127.0.0.1:0",
) -> str:
    """A plan with a status page; `urls` may also be its endpoints."""
    page = f'{settings}status_page = {{ listen = "{listen}"; {keys} }};\n'
    if isinstance(urls, str):
        return page + urls
    return plan_of(urls, page)


def by_name(status: Any) -> dict[str, Any]:
    """The endpoints of a status."""
    return {each["name"]: each for each in status["endpoints"]}


def metrics(
    page: StatusPage, accept: str = OPENMETRICS, **headers: str
) -> dict[tuple[str, ...], float]:
    """Each sample, by its name and its labels' values without the network."""
    text = page.get("/metrics", Accept=accept, **headers).text
    read = read_openmetrics if accept == OPENMETRICS else read_text_metrics
    return {
        (sample.name, *(value for name, value in sample.labels.items()
                        if name != "network")): sample.value
        for family in read(text) for sample in family.samples
    }


# --- what is told ---


@pytest.mark.parametrize("engine_name", ("async", "threads"))
def test_the_api_tells_how_each_endpoint_is(
    start: Start, counting: CountingServer, engine_name: str
) -> None:
    counting.script("/bad", [Answer(503)])
    patrol, page = start(
        [counting.url("/"), counting.url("/bad"), NOBODY], EVERY_SECOND,
        'title = "Our services";', "--engine", engine_name,
    )

    status = page.wait_until_known()
    one = page.endpoint("e2")
    page.get("/api/v1/days")
    incidents = page.get("/api/v1/incidents").json["incidents"]
    assert patrol.end() == 0

    e0, e1, e2 = status["endpoints"]
    assert status["title"] == "Our services"
    assert status["every_ms"] == 1000
    assert not status["has_history"]
    assert status["summary"] == {
        "endpoints": 3, "healthy": 1, "degraded": 0, "unhealthy": 1,
        "unreachable": 1, "not_known": 0,
    }
    assert status["networks"][0]["name"] == "intranet"
    assert status["networks"][0]["workers"] == 16
    assert (e0["outcome"], e0["reason"], e0["status"]) == ("healthy", None, 200)
    assert (e1["outcome"], e1["reason"], e1["status"]) == (
        "unhealthy", "status", 503)
    assert (e2["outcome"], e2["reason"], e2["phase"], e2["status"]) == (
        "unreachable", "connect_refused", "connect", None)
    assert "503" in e1["message"] and e0["message"] is None
    assert e0["uptime_percent"]["24h"] == 100
    assert e2["uptime_percent"]["90d"] == 0
    assert one["recent"][0]["reason"] == "connect_refused"
    assert one["uptime_percent"][89] == 0
    assert one["latency"]["24h"]["failed"][95] >= 1
    assert {each["name"] for each in incidents} == {"e1", "e2"}
    assert all(each["ended_at"] is None for each in incidents)


def test_a_change_is_told_and_ends_the_incident(
    start: Start, counting: CountingServer
) -> None:
    counting.script("/", [Answer(500), Answer(200)])
    patrol, page = start([counting.url("/")])

    page.wait_for(lambda status: status["summary"]["healthy"] == 1, "healthy")
    one = page.endpoint("e0")
    assert patrol.end() == 0

    incident, = one["incidents"]
    assert incident["reason"] == "status" and incident["status"] == 500
    assert incident["ended_at"] == one["endpoint"]["since"]
    assert one["endpoint"]["checks"] >= 1
    assert 0 < one["uptime_percent"][89] < 100
    assert [each["outcome"] for each in one["recent"][:2]] == [
        "unhealthy", "healthy"]


def test_what_has_not_changed_is_not_sent_again(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM)
    page.wait_until_known()

    for path in ALL:
        if path == "/metrics":
            continue  # tells of the process, which does not stand still
        first = page.get(path)
        tag = first.headers["ETag"]
        again = page.ask(path, If_None_Match=f'"other", {tag}')
        assert (again.status, again.body) == (304, b""), path
        assert again.headers["ETag"] == tag
        assert page.ask(path, If_None_Match='"other"').body == first.body or (
            path == "/api/v1/status")

    assert patrol.end() == 0


def test_an_endpoint_is_found_by_its_name_whatever_that_is(
    start: Start, counting: CountingServer
) -> None:
    names = ["用户/登录", 'a "quoted" & <b>%41</b>', "dots/../..", "plus+?#"]
    endpoints = ", ".join(
        f"{{ name = {quoted(name)}; url = {quoted(counting.url('/'))}; }}"
        for name in names
    )
    patrol, page = start(f"endpoints = ( {endpoints} );\n")

    assert list(by_name(page.status())) == names
    for name in names:
        assert page.endpoint(name)["endpoint"]["name"] == name
        badge = page.get(f"/badge/{quote(name, safe='')}.svg")
        title = ElementTree.fromstring(badge.body).find(
            "{http://www.w3.org/2000/svg}title")
        assert title is not None and title.text
        assert title.text.startswith(f"{name}: ")
    missing = page.ask("/api/v1/endpoints/" + quote("不存在"))
    assert patrol.end() == 0

    assert missing.status == 404
    assert "expected" in missing.json["error"]


def test_a_badge_says_state_or_uptime_under_any_label(
    start: Start
) -> None:
    patrol, page = start([NOBODY])
    page.wait_until_known()

    state = page.get("/badge/e0.svg")
    uptime = page.get("/badge/e0.svg?show=uptime")
    labelled = page.get("/badge/e0.svg?label=" + quote("<商店> & co"))
    unknown = page.ask("/badge/nobody.svg")
    other = page.ask("/badge/e0.png")
    assert patrol.end() == 0

    assert state.headers["Content-Type"].startswith("image/svg+xml")
    for badge, text in ((state, "e0: unreachable"), (uptime, "e0: 0%"),
                        (labelled, "<商店> & co: unreachable")):
        root = ElementTree.fromstring(badge.body)
        assert root.attrib["aria-label"] == text
        assert "script" not in badge.text and "style" not in badge.text
    assert unknown.status == other.status == 404


def test_messages_are_in_the_language_asked_for(start: Start) -> None:
    patrol, page = start([NOBODY], EVERY_SECOND, "", "--lang", "zh_CN")
    page.wait_until_known()

    def message(path: str, **headers: str) -> str:
        return page.get(path, **headers).json["endpoints"][0]["message"]

    english = message("/api/v1/status")
    chinese = message("/api/v1/status", Accept_Language="zh-CN,zh;q=0.9")
    assert message("/api/v1/status?lang=zh") == chinese
    assert message("/api/v1/status?lang=en", Accept_Language="zh") == english
    german = page.get("/", Accept_Language="de").text
    page_of_chinese = page.get("/", Accept_Language="zh-CN").text
    assert patrol.end() == 0

    assert english.startswith("nobody listens on")
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert '<html lang="en">' in german
    assert '<html lang="zh-CN">' in page_of_chinese


def test_a_title_is_text_and_nothing_else(
    start: Start, counting: CountingServer
) -> None:
    title = '<script>alert(1)</script>{{language}}"'
    patrol, page = start([counting.url("/")], SELDOM,
                         f"title = {quoted(title)};")

    text = page.get("/").text
    told = page.wait_until_known()["title"]
    assert patrol.end() == 0

    assert told == title
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{language}}&quot;" in text


def test_what_a_server_says_cannot_break_an_answer(
    start: Start, counting: CountingServer
) -> None:
    evil = "</script><svg onload=alert(1)>\u202e\x1b[31m\x00\r\n\"'&"
    header = "\u202e<b>\"&".encode().decode("latin-1")
    counting.script("/", [Answer(
        200, evil.encode() + b"\xff\xfe", (("X-Evil", header),)
    )])
    patrol, page = start(
        [counting.url("/")], EVERY_SECOND
        + 'defaults = { expect = { headers = { X-Evil = "^good$"; };'
        ' body_matches = "^good$"; }; };\n',
    )
    page.wait_until_known()

    answers = [page.get(path) for path in ALL]
    samples = metrics(page)
    assert patrol.end() == 0

    for answer in answers:
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", answer.text)
    assert samples["rounds_endpoint_state", "e0", "unhealthy"] == 1


def test_no_secret_of_the_plan_is_in_any_answer(
    start: Start, counting: CountingServer
) -> None:
    canary = "canary-5ecret-value"
    counting.script("/", [Answer(200, canary.encode())])
    endpoints = (
        'defaults = { headers = { Authorization = "Bearer ${API_TOKEN}"; };'
        ' expect = { body_contains = "of ${API_TOKEN}"; }; };\n'
        'endpoints = ( { name = "name of ${API_TOKEN}"; '
        f'url = {quoted(counting.url("/?token=" + canary))}; '
        'tags = ["tag of ${API_TOKEN}"]; } );\n'
    )
    patrol, page = start(
        endpoints, EVERY_SECOND,
        f'title = "title of ${{API_TOKEN}}"; token = "{TOKEN}";',
        env={"API_TOKEN": canary},
    )
    login = {"Authorization": f"Bearer {TOKEN}"}

    def ask(path: str) -> str:
        return page.get(path, **login).text

    wait_until(
        lambda: json.loads(ask("/api/v1/status"))["summary"]["unhealthy"] == 1,
        "it failed", PATIENCE,
    )
    name = by_name(json.loads(ask("/api/v1/status")))
    texts = [ask(path) for path in ALL if "e0" not in path]
    shown = "name of ***"
    texts.append(ask("/api/v1/endpoints/" + quote(shown)))
    texts.append(ask(f"/badge/{quote(shown)}.svg"))
    assert patrol.end() == 0

    assert list(name) == [shown]
    assert name[shown]["tags"] == ["tag of ***"]
    log = json.dumps(patrol.events)
    for text in [*texts, log]:
        assert canary not in text
        assert TOKEN not in text
        assert counting.origin not in text or text is log


# --- metrics ---


def test_prometheus_reads_the_metrics_without_a_complaint(
    start: Start, counting: CountingServer
) -> None:
    assert shutil.which("promtool"), "Debian's prometheus is missing"
    patrol, page = start(
        f'endpoints = ( {{ name = "百度 \\"q\\" \\\\"; '
        f'url = {quoted(counting.url("/"))}; }},\n'
        f'{{ name = "down"; url = "{NOBODY}"; }} );\n'
    )
    page.wait_until_known()

    reply = page.get("/metrics")
    read = subprocess.run(
        ["promtool", "check", "metrics"], input=reply.body,
        capture_output=True, check=False, timeout=PATIENCE,
    )
    plain = metrics(page, "text/plain")
    opened = page.get("/metrics", Accept=OPENMETRICS)
    samples = metrics(page)
    assert patrol.end() == 0

    assert (read.returncode, read.stdout, read.stderr) == (0, b"", b"")
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert opened.headers["Content-Type"].startswith(OPENMETRICS)
    assert opened.text.endswith("\n# EOF\n")
    assert set(plain) == set(samples)
    name = '百度 "q" \\'
    assert samples["rounds_endpoint_up", name] == 1
    assert samples["rounds_endpoint_up", "down"] == 0
    assert samples["rounds_endpoint_state", "down", "unreachable"] == 1
    assert samples["rounds_endpoint_reason", "down", "connect_refused"] == 1
    assert samples["rounds_endpoint_reason", name, "connect_refused"] == 0
    assert samples["rounds_endpoint_checks_total", name, "healthy"] >= 1
    assert samples["rounds_check_duration_seconds_count",] >= 2
    assert samples["rounds_beat_lag_seconds_bucket", "+Inf"] >= 2
    assert samples["process_resident_memory_bytes",] > 1 << 20
    assert samples["process_open_fds",] > 3
    assert abs(samples["process_start_time_seconds",] - time.time()) < 600


def test_every_metric_is_in_the_manual_and_the_other_way_round(
    start: Start
) -> None:
    patrol, page = start(
        [NOBODY], EVERY_SECOND + 'history = { file = "rounds.db"; };\n'
    )
    told: set[str] = set()

    def is_whole() -> bool:
        told.update(re.findall(r"^# TYPE (\S+) ", page.get("/metrics").text,
                               re.MULTILINE))
        return "rounds_round_worst_lag_seconds" in told

    wait_until(is_whole, "a round has ended", PATIENCE)
    assert patrol.end() == 0

    rows = re.findall(r"^\| (`(?:rounds|process)_.*?) \|",
                      STATUS_MANUAL.read_text(), re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert told == named


@pytest.mark.parametrize("engine_name", ("async", "threads"))
def test_metrics_tell_how_busy_the_workers_are(
    start: Start, counting: CountingServer, engine_name: str
) -> None:
    counting.close_gate(1000)
    patrol, page = start(
        [counting.url(f"/gate?{i}") for i in range(5)],
        EVERY_SECOND + "networks = { intranet = { workers = 2; }; };\n"
        'defaults = { timeout = "5m"; };\n',
        "", "--engine", engine_name,
    )

    def is_stuck() -> bool:
        samples = metrics(page)
        busy = samples["rounds_network_workers_busy",]
        return (1 <= busy <= 2  # who never answered gets not all of them
                and samples["rounds_network_queue_depth",] == 5 - busy
                and samples["rounds_beats_skipped_total",] >= 5)

    wait_until(is_stuck, "some at work, the others waiting", PATIENCE)
    network, = page.status()["networks"]
    most = counting.max_in_flight
    counting.open_gate()
    page.wait_until_known()
    assert patrol.end() == 0

    assert (network["name"], network["workers"]) == ("intranet", 2)
    assert network["busy"] == most
    assert network["busy"] + network["queued"] == 5


def test_metrics_tell_of_alerts_that_wait_and_a_history_that_fails(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "folder.db").mkdir()
    patrol, page = start(
        [NOBODY], EVERY_SECOND
        + 'history = { file = "folder.db"; };\n'
        f'alerts = ( {{ type = "webhook"; webhook = "{NOBODY}"; '
        'failures = 1; } );\n',
    )

    wait_until(
        lambda: metrics(page)["rounds_alerts_waiting",] == 1
        and metrics(page)["rounds_alert_failures_total",] >= 1,
        "an alert waits", PATIENCE,
    )
    samples = metrics(page)
    assert patrol.end() == 3

    assert samples["rounds_history_failing",] == 1
    assert samples["rounds_alerts_delivered_total",] == 0
    # That the page has nothing of the past is told, too.
    assert any("folder.db" in each.get("message", "")
               for each in patrol.of("status_page"))


# --- the history behind it ---


def test_a_patrol_knows_what_an_earlier_one_found(
    start: Start, rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", [Answer(200), Answer(500)])
    settings = EVERY_SECOND + 'history = { file = "rounds.db"; };\n'
    first, page = start([counting.url("/")], settings)
    page.wait_for(lambda status: status["summary"]["unhealthy"] == 1, "it fails")
    before = page.endpoint("e0")
    assert first.end() == 0
    stored = json.loads(rounds.run(
        "history", "--report", "json", rounds.directory / "plan.cfg"
    ).stdout)["endpoints"][0]

    second, page = start([counting.url("/")], settings)
    page.wait_for(
        lambda status: status["endpoints"][0]["uptime_percent"]["90d"]
        and status["summary"]["unhealthy"] == 1, "the past is there",
    )
    after = page.endpoint("e0")
    samples = metrics(page)
    assert second.end() == 0

    incident, = after["incidents"]
    assert incident["started_at"] == before["incidents"][0]["started_at"]
    assert incident["started_at"] == stored["incidents"][0]["started_at"]
    assert incident["ended_at"] is None
    assert after["endpoint"]["since"] == stored["state_since"]
    checks = stored["checks"]["30d"]
    found = sum(value for name, value in samples.items()
                if name[0] == "rounds_endpoint_checks_total")
    # It may have been asked once more between the two answers.
    most = checks["healthy"] / (checks["healthy"] + checks["unhealthy"] + 1)
    least = checks["healthy"] / (
        checks["healthy"] + checks["unhealthy"] + found)
    assert (least * 100 - 0.001 <= after["endpoint"]["uptime_percent"]["30d"]
            <= most * 100)


# --- who may look ---


def test_with_a_token_nothing_but_health_is_shown_without(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM, f'token = "{TOKEN}";')

    for path in ALL:
        for headers in (
            {}, {"Authorization": "Bearer wrong"},
            {"Authorization": f"Bearer {TOKEN}x"},
            {"Authorization": f"Basic {TOKEN}"},
            {"Cookie": f"rounds_token={TOKEN}"},
        ):
            refused = page.ask(path, **headers)
            assert refused.status == 401, (path, headers)
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")
            assert TOKEN not in refused.text
        assert page.ask(path, Authorization=f"Bearer {TOKEN}").status == 200
    assert page.ask("/healthz").text == "ok\n"
    assert page.ask("/api/v1/status?token=" + TOKEN).status == 401
    told = page.ask("/", Accept="text/html,*/*")
    assert told.status == 401 and "?token=" in told.text
    assert told.headers["Content-Type"].startswith("text/html")
    assert patrol.end() == 0

    assert page.host == "127.0.0.1"
    assert patrol.of("status_page")[0]["token"] == "wanted"


def test_a_browser_swaps_the_token_for_a_cookie(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM, f'token = "{TOKEN}";')

    login = page.ask(f"/?token={TOKEN}")
    secure = page.ask(f"/?token={TOKEN}", X_Forwarded_Proto="https")
    wrong = page.ask("/?token=wrong-token")
    cookie, *rest = login.headers["Set-Cookie"].split("; ")
    opened = page.ask("/", Cookie=f"theme=dark; {cookie}")
    forged = page.ask("/", Cookie=cookie[:-1] + ("0" if cookie[-1] != "0" else "1"))
    assert patrol.end() == 0

    assert login.status == 303 and login.headers["Location"] == "./"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(rest)
    assert "Secure" not in rest
    assert secure.headers["Set-Cookie"].endswith("; Secure")
    assert TOKEN not in cookie
    assert wrong.status == 401 and "Set-Cookie" not in wrong.headers
    assert opened.status == 200
    assert forged.status == 401


def test_only_names_of_this_machine_lead_to_a_loopback_page(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM)

    for host in ("evil.example", f"evil.example:{page.port}", "10.0.0.1",
                 "localhost.evil.example"):
        for path in (*ALL, "/healthz"):
            assert page.ask(path, Host=host).status == 403, (path, host)
    for host in ("localhost", f"localhost:{page.port}", "127.0.0.1", "[::1]"):
        assert page.ask("/", Host=host).status == 200, host
    assert patrol.end() == 0


def test_nothing_but_reading_is_allowed(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM)

    for path in (*ALL, "/healthz", "/nothing"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"):
            refused = page.ask(path, method)
            assert refused.status == 405, (path, method)
            assert refused.headers["Allow"] == "GET, HEAD"
    for path in ALL:
        head = page.ask(path, "HEAD")
        assert (head.status, head.body) == (200, b""), path
        assert int(head.headers["Content-Length"]) > 0
    assert page.ask("/", Content_Length="5").status == 400
    assert page.ask("/nothing").status == 404
    assert page.ask("/api/v2/status").status == 404
    assert page.ask("/%2e%2e/%2e%2e/etc/passwd").status == 404
    assert page.status()["summary"]["endpoints"] == 1
    assert patrol.end() == 0


# --- who asks too much ---


class Raw:
    """A connection on which anything may be sent."""

    def __init__(self, page: StatusPage, source: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection(
            (page.host, page.port), PATIENCE, (source, 0)
        )

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> bytes:
        """What comes next; b"": it was closed."""
        try:
            return self._socket.recv(65536)
        except ConnectionError:
            return b""

    def is_closed_within(self, seconds: float) -> bool:
        """Whether the other side closes it while we wait."""
        self._socket.settimeout(seconds)
        try:
            return not self.receive()
        except TimeoutError:
            return False

    def close(self) -> None:
        self._socket.close()


def test_a_request_larger_than_the_limit_is_refused(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM)

    for request in (
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20_000,
    ):
        raw = Raw(page)
        try:
            raw.send(request)
        except ConnectionError:
            pass  # it did not wait for the rest
        answer = raw.receive()
        assert not answer or re.match(rb"HTTP/1\.1 4\d\d ", answer), answer
        raw.close()
    assert page.get("/healthz").text == "ok\n"
    assert patrol.end() == 0


def test_who_dawdles_over_a_request_is_cut_off(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], EVERY_SECOND)
    slow, idle = Raw(page), Raw(page)
    slow.send(b"GET / HTTP/1.1\r\nX: ")

    ends = time.monotonic() + PATIENCE
    while not slow.is_closed_within(0.5):  # and a byte now and then
        assert time.monotonic() < ends
        try:
            slow.send(b"a")
        except ConnectionError:
            break
        assert page.get("/healthz").text == "ok\n"
    assert idle.is_closed_within(PATIENCE)
    slow.close()
    idle.close()
    assert patrol.end() == 0


def test_one_address_cannot_take_all_connections(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")], SELDOM)
    others = [Raw(page, "127.0.0.3") for _ in range(40)]

    # The first ones may ask, those beyond the limit were closed.
    others[0].send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert others[0].receive().startswith(b"HTTP/1.1 200")
    assert others[-1].is_closed_within(PATIENCE)
    assert page.get("/healthz").text == "ok\n"

    for other in others:
        other.close()
    assert patrol.end() == 0


def test_it_ends_though_others_are_still_connected(
    start: Start, counting: CountingServer
) -> None:
    patrol, page = start([counting.url("/")])
    half, idle = Raw(page), Raw(page)
    half.send(b"GET / HTTP/1.1\r\n")
    idle.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert idle.receive().startswith(b"HTTP/1.1 200")

    assert patrol.end() == 0

    assert half.receive() == idle.receive() == b""
    half.close()
    idle.close()


# --- a plan read anew ---


def test_a_new_plan_changes_title_and_token_and_keeps_what_is_known(
    start: Start, plan: Write
) -> None:
    patrol, page = start([NOBODY], EVERY_SECOND, 'title = "old";')
    before = page.wait_until_known()

    plan(text_of([NOBODY, NOBODY], EVERY_SECOND,
                 f'title = "new"; token = "{TOKEN}";'))
    patrol.signal(signal.SIGHUP)
    patrol.wait_for("reload")
    wait_until(lambda: page.ask("/").status == 401, "a token", PATIENCE)
    after = page.status(Authorization=f"Bearer {TOKEN}")
    assert patrol.end() == 0

    assert (before["title"], after["title"]) == ("old", "new")
    assert after["summary"]["endpoints"] == 2
    assert by_name(after)["e0"]["since"] == by_name(before)["e0"]["since"]
    assert len(patrol.of("status_page")) == 1  # it never left its address


def test_a_new_plan_moves_the_page(start: Start, plan: Write) -> None:
    patrol, page = start([NOBODY])
    page.wait_until_known()

    # Another address with the same port, then none, then another again.
    plan(text_of([NOBODY], listen=f"127.0.0.2:{page.port}"))
    patrol.signal(signal.SIGHUP)
    moved = StatusPage(patrol, number=2)
    assert moved.url == f"http://127.0.0.2:{page.port}/"
    assert moved.status()["summary"]["unreachable"] == 1
    with pytest.raises(ConnectionError):
        page.ask("/")
    plan(plan_of([NOBODY], EVERY_SECOND))
    patrol.signal(signal.SIGHUP)
    patrol.wait_for("reload", count=2)

    def is_gone() -> bool:
        try:
            moved.ask("/")
        except ConnectionError:
            return True
        return False

    wait_until(is_gone, "no page", PATIENCE)
    plan(text_of([NOBODY]))
    patrol.signal(signal.SIGHUP)
    StatusPage(patrol, number=3).wait_until_known()
    assert patrol.end() == 0


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else has on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


def test_an_address_that_cannot_be_had_is_told_and_the_old_one_goes_on(
    start: Start, plan: Write, taken: int
) -> None:
    patrol, page = start([NOBODY], EVERY_SECOND, f'token = "{TOKEN}";')
    login = {"Authorization": f"Bearer {TOKEN}"}

    plan(text_of([NOBODY], EVERY_SECOND, 'title = "new";',
                 listen=f"127.0.0.1:{taken}"))
    patrol.signal(signal.SIGHUP)
    told = patrol.wait_for("status_page", level="error")
    status = page.status(**login)
    assert page.ask("/").status == 401  # it is not left open
    assert patrol.end() == 0

    assert f"127.0.0.1:{taken}: Address already in use" in told["message"]
    assert status["title"] == "new"


def test_where_even_the_old_address_s_port_moves_it_comes_back(
    start: Start, plan: Write
) -> None:
    patrol, page = start([NOBODY])

    # Nobody can have that address here, whoever has the port.
    plan(text_of([NOBODY], listen=f"192.0.2.1:{page.port}"))
    patrol.signal(signal.SIGHUP)
    patrol.wait_for("status_page", level="error")
    again = StatusPage(patrol, number=3)  # an error among them
    assert again.url == page.url
    page.wait_until_known()
    assert patrol.end() == 0


def test_a_taken_port_ends_the_patrol_before_it_begins(
    rounds: Rounds, plan: Write, counting: CountingServer, taken: int
) -> None:
    patrol = Patrol(rounds, plan(text_of(
        [counting.url("/")], listen=f"127.0.0.1:{taken}")))

    assert patrol.end(None) == 3

    failed, = patrol.of("failed")
    assert f"status_page: 127.0.0.1:{taken}: Address already in use" in (
        failed["message"])
    assert counting.request_count == 0


def test_a_page_listens_on_ipv6(rounds: Rounds, plan: Write) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    patrol = Patrol(rounds, plan(text_of([NOBODY], listen="[::1]:0")))
    page = StatusPage(patrol)

    assert re.fullmatch(r"http://\[::1\]:\d+/", page.url)
    page.wait_until_known()
    assert page.ask("/", Host="[::1]:80").status == 200
    assert page.ask("/", Host="[2001:db8::1]").status == 403
    assert patrol.end() == 0
