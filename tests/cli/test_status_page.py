"""The status page of a patrol, in a real browser."""

# ctest: first
# ctest: timeout 900
# ctest: release only

import json
import re
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import pytest

from support.black_hole import BlackHole
from support.browser import Browser
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.nginx import Nginx
from support.pages import contrast, places_in, words_of
from support.patrol import PATIENCE, Patrol
from support.plan_values import make_plan
from support.plans import write_plan
from support.processes import wait_until
from support.program import PROJECT, Rounds

PAGE = PROJECT / "src" / "watch" / "status" / "page"
TERMS = PROJECT / "src" / "report" / "html" / "shared" / "terms.js"
SCHEMA = PROJECT / "docs" / "report.schema.json"

TOKEN = "open-sesame-1234"
MANY = 1000
DAYS = 90
SEVERAL_ROUNDS = 5
HOSTILE = "<script>document.title = 'owned'</script><img src=x>"
HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)

ROW = ("all('.endpoint').find((row) =>"
       " row.querySelector('.name').textContent === args[0])")


@pytest.fixture
def engine() -> None:
    """A page knows results, whatever engine made them."""


class Served:
    """A patrol with a page, and the page's address."""

    def __init__(self, rounds: Rounds, plan: Path, token: str | None) -> None:
        self.plan = plan
        self.token = token
        self.patrol = Patrol(rounds, plan)
        self.url = self.patrol.wait_for("status_page")["url"]
        wait_until(self._has_a_plan, "a plan to tell of", PATIENCE)

    def _has_a_plan(self) -> bool:
        """For an instant after its start it knows none and says so."""
        request = Request(self.url + "api/v1/status", headers={
            "Authorization": f"Bearer {self.token}"})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return answer.status == 200
        except HTTPError as error:
            assert error.code == 503, error
            return False

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rsplit(":", 1)[1])


Serve = Callable[..., Served]


@pytest.fixture
def serve(rounds: Rounds) -> Serve:
    """Starts a patrol with a page; `rounds` ends what still runs."""

    def start(
        endpoints: list[dict[str, Any]], *, every: str = "1s",
        history: bool = True, token: str | None = None, port: int = 0,
        title: str = "Our services", **settings: Any,
    ) -> Served:
        path = write_plan(rounds.directory, plan_text(
            endpoints, every=every, history=history, token=token, port=port,
            title=title, **settings))
        return Served(rounds, path, token)

    return start


def plan_text(
    endpoints: list[dict[str, Any]], *, every: str = "1s",
    history: bool = True, token: str | None = None, port: int = 0,
    title: str = "Our services", **settings: Any,
) -> str:
    page = {"listen": f"127.0.0.1:{port}", "title": title}
    if token:
        page["token"] = token
    # Whoever is well stays so on a machine that is busy with other things.
    settings["defaults"] = {"timeout": "60s", "connect_timeout": "60s"}
    if history:
        settings["history"] = {"file": "rounds.db"}
    return make_plan(endpoints, schedule={"every": every},
                     status_page=page, **settings)


@pytest.fixture
def mixed(counting: CountingServer, faults: Faults) -> list[dict[str, Any]]:
    """An endpoint for each outcome, in two networks."""
    return [
        {"name": "well", "url": counting.url(), "tags": ["smoke"]},
        {"name": "百度首页", "url": counting.url("/delay/30"), "network": "far",
         "warn": {"max_time": "1ms"}},
        {"name": "missing", "url": counting.url("/status/404"),
         "network": "far", "tags": ["prod"]},
        {"name": "refused", "url": faults.url("refused")},
    ]


FAR = {"far": {"workers": 3}}


def open_page(browser: Browser, served: Served, fragment: str = "") -> None:
    """Open it and wait until every endpoint has been checked."""
    query = f"?token={served.token}" if served.token else ""
    browser.open(served.url + query, fragment)
    browser.wait_for("find('.endpoint') &&"
                     " !find('.endpoint[data-outcome=null]')")


def wait_for_outcome(browser: Browser, name: str, outcome: str) -> None:
    browser.wait_for(f"{ROW}?.dataset.outcome === args[1]", name, outcome)


def text_of(browser: Browser, selector: str) -> str:
    return browser.run("return find(args[0]).textContent;", selector)


def row_of(browser: Browser, name: str) -> dict[str, Any]:
    """What an endpoint's row says."""
    return browser.run(f"""
        const row = {ROW};
        const text = (selector) => row.querySelector(selector).textContent;
        return {{
          id: row.id,
          outcome: row.dataset.outcome, state: text(".badge .word"),
          mark: text(".badge .mark"), why: text(".why"),
          message: text(".message"), since: text(".since"),
          latency: text(".latency .value"),
          uptimes: [...row.querySelectorAll(".uptime .value")].map(
            (each) => each.textContent),
        }};
    """, name)


def names(browser: Browser) -> list[str]:
    """Of the endpoints that are shown."""
    return browser.run(
        "return all('.endpoint:not([hidden]) .name').map("
        "(each) => each.textContent);")


def open_detail(browser: Browser, name: str) -> None:
    browser.run(f"{ROW}.querySelector('button.name').click();", name)
    browser.wait_for(f"{ROW}.querySelector('.detail .plot')", name)


def told_by_api(browser: Browser, path: str) -> Any:
    """What the server says to this very page."""
    return browser.run(
        "return await (await fetch(args[0])).json();", path)


# What is seen.


def test_the_page_comes_up_and_asks_nobody_else(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    served = serve(mixed, networks=FAR)
    open_page(browser, served)
    open_detail(browser, "well")

    asked = [url for url in browser.requests() if url != "about:blank"]
    paths = {url.removeprefix(served.url) for url in asked}

    assert browser.complaints() == []
    assert all(url.startswith(served.url) for url in asked)
    assert paths == {
        "", "page.css", "page.js", "api/v1/status", "api/v1/days",
        "api/v1/incidents", "api/v1/endpoints/well", "badge/well.svg",
    }


def test_the_page_tells_how_each_endpoint_is(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    open_page(browser, serve(mixed, networks=FAR))

    assert text_of(browser, "h1") == "2 of 4 endpoints fail"
    assert text_of(browser, ".title") == "Our services"
    assert browser.run("return document.title;") == (
        "2 of 4 endpoints fail – Our services")
    assert browser.run(
        "return all('.group h2').map((each) => each.textContent);"
    ) == ["intranet", "far"]
    assert names(browser) == ["well", "refused", "百度首页", "missing"]
    assert browser.run(
        "return all('.chip bdi').map((each) => each.textContent);"
    ) == ["missing", "refused"]

    rows = {name: row_of(browser, name) for name in names(browser)}
    assert [(rows[name]["state"], rows[name]["mark"], rows[name]["why"])
            for name in rows] == [
        ("healthy", "✓", ""),
        ("unreachable", "⊘", "connection refused"),
        ("degraded", "!", "slow"),
        ("unhealthy", "✗", "unexpected status"),
    ]
    assert "nobody listens" in rows["refused"]["message"]
    assert "404" in rows["missing"]["message"]
    assert rows["well"]["message"] == ""
    assert all(row["since"].startswith("for ") for row in rows.values())
    assert rows["well"]["latency"].endswith((" ms", " s"))
    assert rows["well"]["uptimes"] == ["100\u00a0%"] * 4
    assert rows["missing"]["uptimes"] == ["0\u00a0%"] * 4


def test_an_endpoint_alone_that_is_well_is_told_so(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}]))

    assert text_of(browser, "h1") == "The endpoint is well"
    assert browser.run("return find('.failing').hidden;")
    assert browser.run("return find('.filters').hidden;")


def test_before_the_first_answer_nothing_is_known(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    counting.close_gate(100)
    served = serve([{"name": "one", "url": counting.url("/gate")}])
    browser.open(served.url)
    browser.wait_for("find('.endpoint')")

    assert text_of(browser, "h1") == "Nothing is known yet"
    assert row_of(browser, "one")["state"] == "not known"
    assert row_of(browser, "one")["latency"] == "–"

    counting.open_gate()
    wait_for_outcome(browser, "one", "healthy")
    browser.wait_for("find('h1').textContent === 'The endpoint is well'")
    assert browser.complaints() == []


def test_where_nothing_answers_our_own_network_is_in_doubt(
    browser: Browser, serve: Serve
) -> None:
    holes = [BlackHole(), BlackHole()]
    try:
        served = serve([
            {"name": f"silent {hole.port}",
             "url": f"http://127.0.0.1:{hole.port}/",
             "connect_timeout": "200ms"} for hole in holes
        ])
        browser.open(served.url)
        browser.wait_for("find('[data-note=doubt]')")

        assert text_of(browser, "h1") == (
            "Nothing answers: our own network is in doubt")
    finally:
        for hole in holes:
            hole.stop()


def test_without_a_history_the_page_tells_since_when_it_knows(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}],
                             history=False))

    assert text_of(browser, "#unstored").startswith(
        "The plan has no history: what is shown began with the patrol, ")
    browser.wait_for("find('.bars path.full') && !find('#incidents').hidden")
    assert row_of(browser, "one")["uptimes"] == ["100\u00a0%"] * 4
    assert browser.complaints() == []


@pytest.fixture
def proxy() -> Iterator[Callable[[str, str], str]]:
    """Serves what is at a URL below a path of its own."""
    started: list[ThreadingHTTPServer] = []

    def start(prefix: str, url: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                passed = {name: value for name, value in self.headers.items()
                          if name not in ("Host", "Connection")}
                connection = HTTPConnection(urlsplit(url).netloc)
                connection.request(
                    "GET", "/" + self.path.removeprefix(prefix),
                    headers=passed)
                answer = connection.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name not in ("Connection", "Date"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                connection.close()

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        started.append(server)
        threading.Thread(target=server.serve_forever).start()
        return f"http://127.0.0.1:{server.server_port}{prefix}"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def test_behind_a_proxy_the_page_stays_below_its_path(
    browser: Browser, serve: Serve, counting: CountingServer,
    proxy: Callable[[str, str], str],
) -> None:
    served = serve([{"name": "one", "url": counting.url()}])
    below = proxy("/team/status/", served.url)
    browser.open(below)
    wait_for_outcome(browser, "one", "healthy")
    open_detail(browser, "one")
    browser.wait_for("find('.of-badge img').naturalWidth > 0")

    asked = browser.requests()
    assert below + "api/v1/endpoints/one" in asked
    assert all(url.startswith(below) or url == "about:blank" for url in asked)
    assert text_of(browser, ".address") == below + "badge/one.svg"
    assert browser.run("return location.href;") == below + "#one"
    assert browser.complaints() == []


# Live.


def test_a_change_is_shown_without_a_reload(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    served = serve(
        [{"name": name, "url": counting.url(f"/{name}")}
         for name in ("one", "two", "three")])
    open_page(browser, served)
    browser.resize(900, 400)
    browser.run(f"""
        window.kept = {ROW};
        kept.querySelector("button.name").focus({{ preventScroll: true }});
        scrollTo(0, 120);
        await frame();
    """, "two")
    place = "return Math.round(kept.getBoundingClientRect().top);"
    before = browser.run(place)
    browser.requests()

    for answer, outcome, said in (
        (Answer(503), "unhealthy", "two is now unhealthy"),
        (Answer(200), "healthy", "two is now healthy"),
    ):
        counting.script("/two", [answer])
        wait_for_outcome(browser, "two", outcome)
        browser.wait_for("find('#voice').textContent === args[0]", said)

        assert browser.run(f"return kept === {ROW};", "two")
        assert browser.run("return kept.classList.contains('changed');")
        assert browser.run(
            "return document.activeElement.textContent;") == "two"
        assert browser.run(place) == before
        facts = text_of(browser, ".top .facts")
        assert "last change" in facts
        assert facts.endswith(f": two is {outcome}")

    assert text_of(browser, "h1") == "All 3 endpoints are well"
    assert served.url not in browser.requests()
    assert browser.complaints() == []


def test_an_endpoint_that_gets_slow_is_degraded(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{
        "name": "one", "url": counting.url("/one"),
        "warn": {"max_time": "1s"},
    }]))
    wait_for_outcome(browser, "one", "healthy")

    counting.script("/one", [Answer(delay_ms=1500)])
    wait_for_outcome(browser, "one", "degraded")

    assert text_of(browser, "h1") == "The endpoint is up, but degraded"
    assert row_of(browser, "one")["why"] == "slow"


def test_what_was_down_is_an_incident_with_an_end(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    served = serve([{"name": "one", "url": counting.url("/one")}])
    open_page(browser, served)
    assert text_of(browser, "#unstored") == ""
    browser.wait_for("!find('#incidents').hidden")
    assert "None in 90 days." in text_of(browser, "#incidents")

    counting.script("/one", [Answer(500)])
    browser.wait_for("find('.incident.ongoing')")
    assert "ongoing" in text_of(browser, ".incident")
    assert "unexpected status" in text_of(browser, ".incident")

    counting.script("/one", [Answer(200)])
    browser.wait_for("find('.incident') && !find('.incident.ongoing')")
    assert text_of(browser, "#incidents h3") in ("Today", "Yesterday")
    assert re.search(r"\d+s", text_of(browser, ".incident .when strong"))
    title = browser.run("return find('.incident time').title;")
    assert re.fullmatch(r"(\S+ \S+ UTC)( – \S+ \S+ UTC)?", title)


def test_a_plan_read_anew_changes_the_endpoints(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    served = serve([{"name": name, "url": counting.url(f"/{name}")}
                    for name in ("one", "two")])
    open_page(browser, served)
    open_detail(browser, "one")
    browser.run(f"window.kept = {ROW};", "two")

    served.plan.write_text(plan_text(
        [{"name": name, "url": counting.url(f"/{name}")}
         for name in ("zero", "two")], title="Other services"))
    served.patrol.signal(signal.SIGHUP)
    browser.wait_for("find('.endpoint .name')?.textContent === 'zero'")
    wait_for_outcome(browser, "zero", "healthy")

    assert names(browser) == ["zero", "two"]
    assert browser.run(f"return kept === {ROW};", "two")
    assert browser.run("return all('.open').length;") == 0
    assert text_of(browser, ".title") == "Other services"
    assert browser.complaints() == []


def start_again(
    serve: Serve, endpoints: list[dict[str, Any]], port: int
) -> None:
    """Others may have the port for a moment, as the near end of a connection.
    """
    for _ in range(50):
        try:
            serve(endpoints, port=port)
            return
        except AssertionError as error:
            refused = error
    raise refused


def test_a_server_that_is_gone_makes_the_page_stale_until_it_is_back(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    endpoints = [{"name": "one", "url": counting.url()}]
    served = serve(endpoints)
    open_page(browser, served)
    assert text_of(browser, ".pulse .word") == "live"
    assert browser.complaints() == []

    served.patrol.end()
    browser.wait_for("find('[data-note=lost]')")
    assert text_of(browser, ".pulse .word") == "stale"
    assert text_of(browser, ".seal") == "?"
    assert text_of(browser, ".warnings").startswith(
        "No answer from the server since ")
    assert "Next try in" in text_of(browser, ".warnings") or (
        "Trying again" in text_of(browser, ".warnings"))
    assert browser.run("return document.title;").startswith("stale – ")
    assert row_of(browser, "one")["state"] == "healthy"

    start_again(serve, endpoints, served.port)
    browser.wait_for("!find('[data-note=lost]')")
    assert text_of(browser, ".pulse .word") == "live"
    assert text_of(browser, "h1") == "The endpoint is well"


def test_while_nobody_looks_nothing_is_asked(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    served = serve([{"name": "one", "url": counting.url("/one")}])
    open_page(browser, served)

    def requests_in_some_rounds() -> list[str]:
        browser.requests()
        served.patrol.wait_for(
            "round", len(served.patrol.of("round")) + SEVERAL_ROUNDS)
        return browser.requests()

    wait_until(lambda: requests_in_some_rounds() != [], "a request", 120)
    browser.run("""
        window.hide = (isHidden) => {
          Object.defineProperty(document, "hidden",
            { configurable: true, value: isHidden });
          document.dispatchEvent(new Event("visibilitychange"));
        };
        hide(true);
    """)
    # What was under way comes to its end first.
    wait_until(lambda: requests_in_some_rounds() == [], "silence", 120)
    counting.script("/one", [Answer(503)])
    served.patrol.wait_for("state", outcome="unhealthy")

    assert requests_in_some_rounds() == []
    assert row_of(browser, "one")["outcome"] == "healthy"

    browser.run("hide(false);")
    wait_for_outcome(browser, "one", "unhealthy")


def test_what_has_not_changed_is_not_sent_again(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}],
                             every="1h"))

    browser.wait_for("""performance.getEntriesByType("resource").some(
      (entry) => entry.name.endsWith("/api/v1/status") &&
        entry.responseStatus === 304)""")
    assert row_of(browser, "one")["state"] == "healthy"
    assert browser.complaints() == []


# One endpoint.


def test_a_row_opens_by_keyboard_and_closes_again(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    open_page(browser, serve(mixed, networks=FAR))
    browser.run(f"{ROW}.querySelector('button.name').focus();", "百度首页")

    browser.press("Enter")
    browser.wait_for("find('.open .plot svg')")
    opened = browser.run("""
        return [find(".open .name").textContent, location.hash,
          document.activeElement.ariaExpanded,
          find(".open .detail").ariaLabel];
    """)
    browser.press("Escape")

    assert opened == ["百度首页", "#" + quote("百度首页"), "true",
                      "Details of 百度首页"]
    assert browser.run("return all('.open').length;") == 0
    assert browser.run("return location.hash;") == ""
    assert browser.run(
        "return document.activeElement.textContent;") == "百度首页"


def test_an_address_leads_to_its_endpoint(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    served = serve(mixed, networks=FAR)
    open_page(browser, served, "#" + quote("百度首页"))

    browser.wait_for("find('.open .plot')")
    assert text_of(browser, ".open .name") == "百度首页"
    assert browser.run("return document.activeElement.textContent;") == (
        "百度首页")


def test_the_details_tell_what_the_api_tells(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    served = serve(mixed, networks=FAR)
    open_page(browser, served)
    open_detail(browser, "missing")

    told = browser.run("""
        return Object.fromEntries(all(".open dl.facts > div").map((each) =>
          [...each.children].map((part) => part.innerText)));
    """)
    assert told["State"].split() == ["✗", "unhealthy"]
    assert told["Reason"] == "unexpected status status"
    assert told["Status"] == "404"
    assert told["Asked"] == "every 1s"
    assert told["Tags"] == "prod"
    assert text_of(browser, ".address") == served.url + "badge/missing.svg"
    browser.wait_for("find('.of-badge img').naturalWidth > 0")
    browser.wait_for("find('.open .incident.ongoing')")
    assert browser.run("return all('.open .recent rect').length;") > 0


@pytest.mark.parametrize(("window_name", "slots"), [
    ("24h", 96), ("7d", 168), ("90d", 90),
])
def test_the_chart_has_a_point_for_each_that_is_known(
    browser: Browser, serve: Serve, counting: CountingServer,
    window_name: str, slots: int,
) -> None:
    served = serve([{"name": "one", "url": counting.url()}])
    open_page(browser, served)
    open_detail(browser, "one")
    browser.run("find(`[data-range='${args[0]}']`).click();", window_name)
    browser.wait_for("find('.plot svg')")

    drawn = browser.run("""
        const { points, slots } = find(".plot svg").dataset;
        const path = find(".plot .line.p50").getAttribute("d");
        return {
          points: Number(points), slots: Number(slots),
          vertices: path.match(/[ML]/g).length,
          pressed: all(".ranges [aria-pressed=true]").map(
            (each) => each.dataset.range),
        };
    """)
    series = told_by_api(browser, "api/v1/endpoints/one")["latency"]
    known = [ms for ms in series[window_name]["p50_ms"] if ms is not None]

    assert drawn["slots"] == slots == len(series[window_name]["p50_ms"])
    assert drawn["pressed"] == [window_name]
    # A step may have ended between the drawing and the question.
    assert drawn["points"] == drawn["vertices"]
    assert 0 <= len(known) - drawn["points"] <= 1
    assert drawn["points"] >= 1


def test_the_chart_is_read_by_keyboard_and_as_a_table(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}]))
    open_detail(browser, "one")
    browser.run("find('[data-range=\"7d\"]').click();"
                "find('.plot').focus({ preventScroll: true });")

    browser.press("End")
    point = "return find('.plot').getAttribute('aria-valuetext');"
    told = [browser.run(point)]
    tips = [text_of(browser, "#tip")]
    browser.press("ArrowLeft")  # there is a point, unless an hour just began
    told.append(browser.run(point))
    tips.append(text_of(browser, "#tip"))
    browser.press("Home")
    first = browser.run(point)
    browser.run("find('.open details').open = true;")
    browser.wait_for("find('.open details tbody tr')")

    assert any(re.search(r"median \S+ \w+, 95th percentile \S+ \w+, max", each)
               for each in told)
    assert any("median" in tip for tip in tips)
    assert first.endswith("no data")
    assert browser.run("return all('.open details tbody tr').length;") in (
        1, 2)
    assert browser.run("return find('.plot').ariaLabel;").startswith(
        "Latency over 7 days: median ")


def test_a_bar_a_day_is_drawn_and_told(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    open_page(browser, serve(mixed, networks=FAR))
    browser.wait_for(f"{ROW}.querySelector('.bars path.bad')", "missing")

    drawn = browser.run(f"""
        const bars = {ROW}.querySelector(".bars");
        const box = bars.getBoundingClientRect();
        return {{
          label: bars.ariaLabel,
          kinds: Object.fromEntries([...bars.querySelectorAll("path")].map(
            (path) => [path.className.baseVal,
              path.getAttribute("d").match(/M/g).length])),
          right: box.right, y: box.top + 10,
        }};
    """, "missing")
    browser.point(drawn["right"] - 1, drawn["y"])
    tip = browser.run("return find('#tip').innerText;")

    assert sum(drawn["kinds"].values()) == DAYS
    assert drawn["kinds"]["bad"] >= 1
    assert re.match(
        r"missing, each of the last 90 days: \w+ \d+, \d{4} \(UTC\): 0\s%",
        drawn["label"])
    assert re.match(r"\w+ \d+, \d{4} \(UTC\)\n(0\s%|no data)", tip)


def test_an_opened_endpoints_bars_are_read_by_keyboard(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}]))
    browser.wait_for("find('.bars path.full')")
    open_detail(browser, "one")
    browser.run("find('.bars').focus();")

    browser.press("End")
    today = browser.run("return find('.bars').getAttribute('aria-valuetext');")
    browser.press("Home")
    first = browser.run("return find('.bars').getAttribute('aria-valuetext');")

    assert re.fullmatch(r"\w+ \d+, \d{4} \(UTC\): (100\s%|no data)", today)
    assert first.endswith("no data")


# For everybody.


def test_the_page_speaks_the_browsers_language(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    browser.speak("zh-CN,zh;q=0.9,en;q=0.8")
    served = serve(mixed, networks=FAR)
    open_page(browser, served)

    assert browser.run("return document.documentElement.lang;") == "zh-CN"
    assert text_of(browser, "h1") == "4 个接口中有 2 个失败"
    assert row_of(browser, "refused")["state"] == "不可达"
    assert row_of(browser, "refused")["why"] == "连接被拒绝"
    assert row_of(browser, "well")["since"].startswith("已 ")
    assert text_of(browser, ".top .facts").startswith("上次检查：")
    open_detail(browser, "well")
    assert browser.run(
        "return all('.ranges button').map((each) => each.textContent);"
    ) == ["24 小时", "7 天", "90 天"]

    browser.run("find('a[hreflang=en]').click();")
    browser.wait_for(
        "document.documentElement.lang === 'en' && find('.endpoint')")
    browser.wait_for("find('h1').textContent === '2 of 4 endpoints fail'")
    assert browser.complaints() == []


def test_times_are_of_the_readers_zone_and_utc_is_told_too(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    browser.live_in("Asia/Kathmandu")  # 5 hours and 45 minutes ahead
    open_page(browser, serve([{"name": "one", "url": counting.url()}]))
    open_detail(browser, "one")

    told, title, at = browser.run("""
        const time = find(".open dl.facts time");
        return [time.textContent, time.title, time.dateTime];
    """)
    moment = datetime.fromisoformat(at.replace("Z", "+00:00"))
    there = moment + timedelta(hours=5, minutes=45)

    assert title == moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    assert there.strftime("%M") in told
    assert f"{there.hour % 12 or 12}:{there:%M}" in told


def test_every_word_is_there_in_every_language() -> None:
    own, shared = words_of(PAGE / "words.js"), words_of(TERMS)
    words = {name: {**shared[name], **own[name]} for name in own}
    reasons = json.loads(SCHEMA.read_text())["$defs"]["reason"]["enum"]
    scripts = "".join(each.read_text() for each in PAGE.glob("*.js")
                      if each.name != "words.js")

    assert set(own) == set(shared) == {"en", "zh"}
    assert set(words["zh"]) == set(words["en"])
    assert {f"reason_{reason}" for reason in reasons} <= set(words["en"])
    for key, text in words["en"].items():
        assert places_in(words["zh"][key]) == places_in(text), key
    for key in re.findall(r'\bword\("(\w+)"[,)]', scripts):
        assert key in words["en"], key


CONTRASTS = """
    const parts = (text) => {
      const own = text.match(/[\\d.]+(?:e-?\\d+)?/g).map(Number);
      const scale = text.startsWith("color(") ? 255 : 1;
      return [...own.slice(0, 3).map((one) => one * scale), own[3] ?? 1];
    };
    const over = ([r, g, b, a], ground) => [r, g, b].map(
      (one, at) => Math.round(one * a + ground[at] * (1 - a)));
    const groundOf = (element) => {
      if (!element)
        return [255, 255, 255];
      const own = parts(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? over(own, [0, 0, 0])
        : over(own, groundOf(element.parentElement));
    };
    const told = [];
    for (const element of all("body *")) {
      const own = [...element.childNodes].some((node) =>
        node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
      if (!own || element.closest("svg") || !element.checkVisibility())
        continue;
      const ground = groundOf(element);
      const color = over(parts(getComputedStyle(element).color), ground);
      told.push([element.className || element.tagName, color.join(","),
        ground.join(",")]);
    }
    return told;
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_contrast_enough(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]], dark: bool
) -> None:
    browser.prefer(dark=dark)
    open_page(browser, serve(mixed, networks=FAR))
    open_detail(browser, "missing")
    browser.wait_for("find('.bars svg') && find('#incidents .incident')")
    browser.run("for (const row of all('.changed'))"
                "  row.classList.remove('changed');")

    ground = browser.run(
        "return getComputedStyle(document.body).backgroundColor;")
    told = browser.run(CONTRASTS)

    assert (ground == "rgb(15, 19, 26)") == dark
    assert len(told) > 80
    for name, color, behind in told:
        assert contrast(color, behind) >= 4.5, (name, color, behind)


LONG = "a-name-without-an-end-" * 6


@pytest.mark.parametrize("width", [320, 390, 768, 1100])
def test_a_narrow_window_scrolls_down_and_not_sideways(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]], width: int
) -> None:
    browser.resize(width, 844, phone=True)
    browser.speak("zh-CN" if width == 390 else "en")
    many = [dict(each, name=f"{each['name']} {number}")
            for number in range(4) for each in mixed]
    open_page(browser, serve([*many, dict(mixed[3], name=LONG)],
                             networks=FAR))
    open_detail(browser, LONG)
    browser.wait_for("find('.bars svg') && find('.incident')")

    assert browser.run(
        "return document.documentElement.scrollWidth;") == width
    beyond = browser.run("""
        return all("main *").filter((element) =>
          !element.closest(".wide, .unseen, svg") &&
          element.getBoundingClientRect().right > innerWidth + 0.5)
          .map((element) => element.outerHTML.slice(0, 200));
    """)
    assert beyond == []


def test_everything_can_be_named_by_a_screen_reader(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    open_page(browser, serve(mixed, networks=FAR))
    open_detail(browser, "well")
    browser.wait_for("all('.bars svg').length === 4")

    nameless = browser.run("""
        return all("button, a, input, img, [tabindex], [role=img]")
          .filter((element) => !(element.ariaLabel || element.alt ||
            element.innerText || element.hidden))
          .map((element) => element.outerHTML);
    """)
    headings = browser.run(
        "return all('h1, h2').map((heading) => heading.tagName);")

    assert nameless == []
    assert headings.count("H1") == 1
    assert headings[0] == "H1"
    assert browser.run(
        "return find('#voice').role + find('.warnings').role;"
    ) == "statusstatus"


def test_without_scripts_the_page_says_what_to_do(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    served = serve([{"name": "one", "url": counting.url()}])
    browser.speak("zh-CN")
    browser.allow_scripts(False)
    browser.open(served.url)

    browser.command("DOM.enable")
    browser.command("CSS.enable")
    document = browser.command("DOM.getDocument")["root"]["nodeId"]
    seen = []
    for language in ("en", "zh-CN"):
        node = browser.command("DOM.querySelector", nodeId=document,
                               selector=f"noscript [lang={language}]")
        style = browser.command("CSS.getComputedStyleForNode",
                                **node)["computedStyle"]
        display = next(each["value"] for each in style
                       if each["name"] == "display")
        if display != "none":
            seen.append(language)
    assert seen == ["zh-CN"]
    assert browser.complaints() == []


def test_who_wants_no_motion_gets_none(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}]))
    browser.command("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-reduced-motion", "value": "reduce"}])

    moving = browser.run("""
        find(".endpoint").classList.add("changed");
        return all("*").map((each) => getComputedStyle(each)).filter(
          (style) => style.animationName !== "none" ||
            style.transitionDuration !== "0s").length;
    """)
    outline = browser.run(
        "return getComputedStyle(find('.changed > .row')).outlineStyle;")

    assert moving == 0
    assert outline == "solid"


def test_on_paper_it_is_light_and_without_controls(
    browser: Browser, serve: Serve, mixed: list[dict[str, Any]]
) -> None:
    browser.prefer(dark=True)
    open_page(browser, serve([
        dict(each, name=f"{each['name']} {number}")
        for number in range(8) for each in mixed], networks=FAR))
    browser.wait_for("find('.bars svg')")
    browser.run("dispatchEvent(new Event('beforeprint'));")
    browser.prefer(dark=True, media="print")

    assert browser.run("return all('.bars svg').length;") == 32
    assert browser.run(
        "return getComputedStyle(document.body).backgroundColor;"
    ) == "rgb(255, 255, 255)"
    assert browser.run(
        "return all('.filters, .pulse').every("
        "(each) => each.getClientRects().length === 0);")
    assert browser.pdf().startswith(b"%PDF")
    assert browser.complaints() == []


# Who may look, and text that others wrote.


def test_a_token_opens_the_page_and_leaves_the_address(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    served = serve([{"name": "one", "url": counting.url()}], token=TOKEN)
    browser.open(served.url)
    assert browser.run("return find('#app');") is None
    assert "one" not in browser.run("return document.body.innerText;").split()
    browser.complaints()  # tells that it got no page

    open_page(browser, served)
    assert browser.run("return location.href;") == served.url
    wait_for_outcome(browser, "one", "healthy")
    open_detail(browser, "one")
    browser.wait_for("find('.of-badge img').naturalWidth > 0")
    assert browser.run("return document.cookie;") == ""
    assert browser.complaints() == []


def test_a_token_that_no_longer_holds_is_asked_for(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    open_page(browser, serve([{"name": "one", "url": counting.url()}],
                             token=TOKEN))
    browser.command("Network.clearBrowserCookies")

    browser.wait_for("find('[data-note=lost]')")
    assert "?token=" in text_of(browser, ".warnings")
    assert row_of(browser, "one")["state"] == "healthy"


def test_hostile_text_is_shown_and_does_nothing(
    browser: Browser, serve: Serve, counting: CountingServer, faults: Faults
) -> None:
    counting.script("/", [Answer(200, HOSTILE.encode())])
    hostile = f"name {HOSTILE} \u202e"
    served = serve([
        {"name": hostile, "url": counting.url("/"), "tags": [HOSTILE],
         "expect": {"body_contains": "\u202e'\"&<never>"}},
        {"name": "../../x?y#z%41", "url": faults.url("hostile_text"),
         "expect": {"status": 200, "body_contains": "never",
                    "headers": {"X-Hostile": "^never$"}}},
        {"name": "certificate", "url": faults.url("tls_hostile_name")},
    ], title=f"Title {HOSTILE}", networks={"intranet": {"workers": 2}})
    open_page(browser, served)
    browser.wait_for("find('#incidents .incident')")
    for row in range(3):
        browser.run("all('button.name')[args[0]].click();", row)
        browser.wait_for("find('.open .plot')")

    shown = browser.run("return document.body.textContent;")
    assert HOSTILE in shown
    assert set(HARMFUL.findall(shown.replace("\n", ""))) == set()
    assert browser.run(
        "return all('iframe, object, main script').length;") == 0
    assert browser.run("return all('img').map((each) => each.alt);") == [
        "Badge"]
    assert "owned" in browser.run("return document.title;")  # as text
    assert browser.run("return document.scripts.length;") == 1
    assert browser.complaints() == []
    assert all(url.startswith(served.url) or url == "about:blank"
               for url in browser.requests())


def test_script_that_got_into_the_page_would_not_run(
    browser: Browser, serve: Serve, counting: CountingServer
) -> None:
    """The server's policy, were all escaping to fail."""
    open_page(browser, serve([{"name": "one", "url": counting.url()}]))

    caught = browser.run("""
        const script = document.createElement("script");
        const caught = [];
        for (const attempt of [
          () => { script.textContent = "document.body.id = 'owned'"; },
          () => { document.body.innerHTML = "<b>owned</b>"; },
        ])
          try { attempt(); } catch (error) { caught.push(error.name); }
        return caught;
    """)
    assert caught == ["TypeError", "TypeError"]
    assert browser.run("return document.body.id;") == ""


# Many.


@pytest.fixture
def many(nginx: Nginx) -> list[dict[str, Any]]:
    """A thousand endpoints, of which each hundredth fails."""
    return [
        {"name": f"service {number:04}",
         "url": nginx.url(path="/status/500" if number % 100 == 7 else "/"),
         "network": "far" if number % 2 else "intranet"}
        for number in range(MANY)
    ]


def test_a_thousand_endpoints_stay_usable(
    browser: Browser, serve: Serve, many: list[dict[str, Any]]
) -> None:
    served = serve(many, every="10s", networks=FAR)
    browser.open(served.url)
    browser.wait_for("all('.endpoint').length === args[0]", MANY)
    browser.wait_for("!find('.endpoint[data-outcome=null]')")
    drawn = browser.run("return all('.bars svg').length;")

    timings = browser.run("""
        const timed = async (action) => {
          const began = performance.now();
          action();
          await frame();
          return performance.now() - began;
        };
        const input = find("#search");
        const search = (text) => () => {
          input.value = text;
          input.dispatchEvent(new Event("input"));
        };
        return {
          search: await timed(search("service 04")),
          clear: await timed(search("")),
          scroll: await timed(() => scrollTo(0, 20000)),
          open: await timed(() => all("button.name")[700].click()),
        };
    """)
    print(f"ms: {timings}, rows with bars: {drawn}")

    assert text_of(browser, "h1") == "10 of 1,000 endpoints fail"
    assert drawn < MANY / 2  # those far from the window wait
    # Beyond a minute the browser would have broken the script off.

    browser.run("find('#failing-only').click();")
    shown = names(browser)
    assert len([name for name in shown
                if name.endswith("07")]) == len(shown) - 1 == 10
    assert text_of(browser, ".filters .count") == "11 of 1,000"
    browser.run("find('#search').value = 'no such service';"
                "find('#search').dispatchEvent(new Event('input'));")
    browser.press("Escape")
    assert len(names(browser)) == 1  # the one that is open
    assert browser.complaints() == []
