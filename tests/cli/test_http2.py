"""HTTP/2: checks of the event loop share a connection, and stay apart."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support import http2
from support.certificates import Certificates
from support.http2 import Http2Server
from support.nginx import HTTP2, Nginx
from support.plan_values import make_plan
from support.program import SLOWNESS, Rounds
from support.records import HEALTHY, Verdict, verdict

Make = Callable[..., Http2Server]
TOGETHER = 4


@pytest.fixture
def make_http2(certificates: Certificates) -> Iterator[Make]:
    """Starts an HTTP/2 server with its plays."""
    made = []

    def make(
        *plays: http2.Play, together: int = TOGETHER
    ) -> Http2Server:
        context = certificates.good.server_context()
        made.append(Http2Server(context, together, *plays))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def shared(certificates: Certificates) -> Callable[..., str]:
    """A plan of so many checks of one URL with HTTP/2."""

    def write(url: str, count: int = TOGETHER, **settings: Any) -> str:
        defaults = {
            "http_version": "2",
            "timeout": "30s",
            "tls": {"ca_file": str(certificates.root_file)},
        }
        network = settings.pop("network", {"workers": 16})
        return make_plan(
            ({"name": f"e{number}", "url": f"{url}?{number}"}
             for number in range(count)),
            defaults=defaults | settings,
            networks={"intranet": network},
        )

    return write


def told(report: Any) -> dict[Verdict, int]:
    """How many checks ended how."""
    verdicts = [verdict(each) for each in report["results"]]
    return {each: verdicts.count(each) for each in verdicts}


def test_connections_are_one_for_all_checks_or_one_for_each_worker(
    rounds: Rounds, nginx: Nginx, shared: Callable[..., str]
) -> None:
    mark = nginx.log_mark()

    _, report = rounds.check_json(shared(nginx.url(HTTP2), 300))

    entries = nginx.log_since(mark, at_least=300)
    opened = len({each.connection for each in entries})
    assert report["summary"]["healthy"] == len(entries) == 300
    assert report["summary"]["connections_opened"] == opened
    assert report["summary"]["connections_reused"] == 300 - opened
    assert {each.protocol for each in entries} == {"HTTP/2.0"}
    if rounds.engine == "async":
        assert opened == 1
    else:
        assert opened <= 16


def test_a_check_on_a_shared_connection_tells_no_phase_that_it_did_not_have(
    rounds: Rounds, nginx: Nginx, shared: Callable[..., str]
) -> None:
    _, report = rounds.check_json(shared(nginx.url(HTTP2), 50))

    for record in report["results"]:
        times = record["timings_ms"]
        connecting = [times["dns"], times["connect"], times["tls"]]
        assert (record["connection_reused"]
                == (connecting == [None, None, None]))
        assert None not in (times["wait"], times["receive"], times["total"])
        parts = [time for time in connecting if time is not None]
        parts += [times["wait"], times["receive"]]
        assert sum(parts) <= times["total"] + 0.01


@pytest.mark.parametrize("engine", ["async"])
@pytest.mark.parametrize("limit", ["workers", "per_origin"])
def test_a_shared_connection_has_no_more_requests_than_the_network_allows(
    rounds: Rounds, make_http2: Make, shared: Callable[..., str], limit: str
) -> None:
    server = make_http2(http2.answer_all)

    _, report = rounds.check_json(shared(
        server.url(), 8 * TOGETHER,
        network={"workers": 16} | {limit: TOGETHER},
    ))

    assert told(report) == {HEALTHY: 8 * TOGETHER}
    assert server.most_at_once == TOGETHER
    assert server.connections == 1


@pytest.mark.parametrize("engine", ["async"])
@pytest.mark.parametrize("play, settings, wanted", [
    (http2.reset_second, {},
     Verdict("unreachable", "protocol", "wait")),
    (http2.stall_second, {"read_timeout": f"{200 * SLOWNESS}ms"},
     Verdict("unreachable", "read_timeout", "receive", "read")),
    (http2.stall_second, {"timeout": f"{1500 * SLOWNESS}ms"},
     Verdict("unreachable", "read_timeout", "receive", "total")),
    (http2.ignore_second, {"timeout": f"{1500 * SLOWNESS}ms"},
     Verdict("unreachable", "first_byte_timeout", "wait", "total")),
])
def test_what_befalls_one_check_of_a_connection_befalls_no_other(
    rounds: Rounds,
    make_http2: Make,
    shared: Callable[..., str],
    play: http2.Play,
    settings: dict[str, Any],
    wanted: Verdict,
) -> None:
    server = make_http2(play)

    _, report = rounds.check_json(shared(server.url(), **settings))

    assert told(report) == {HEALTHY: TOGETHER - 1, wanted: 1}
    assert server.connections == 1


RESET = Verdict("unreachable", "reset", "wait")
EMPTY = Verdict("unreachable", "empty_reply", "wait")
TRUNCATED = Verdict("unreachable", "truncated", "receive")


@pytest.mark.parametrize("engine", ["async"])
@pytest.mark.parametrize("play, wanted", [
    # One reads of the reset, and then for the others it is an end.
    (http2.reset_connection, {RESET, EMPTY}),
    (http2.cut_connection, {EMPTY}),
    (http2.cut_within_answers, {TRUNCATED}),
])
def test_where_a_connection_dies_all_checks_on_it_are_told_so(
    rounds: Rounds,
    make_http2: Make,
    shared: Callable[..., str],
    play: http2.Play,
    wanted: set[Verdict],
) -> None:
    server = make_http2(play)

    _, report = rounds.check_json(shared(server.url()))

    assert set(told(report)) <= wanted


@pytest.mark.parametrize("engine", ["async"])
@pytest.mark.parametrize("play", [
    http2.reset_connection, http2.cut_connection,
])
def test_who_shared_a_connection_that_died_without_a_word_is_asked_anew(
    rounds: Rounds,
    make_http2: Make,
    shared: Callable[..., str],
    play: http2.Play,
) -> None:
    server = make_http2(play, http2.answer_all)

    _, report = rounds.check_json(shared(server.url()))

    told_of = told(report)
    assert told_of.pop(HEALTHY) == TOGETHER - 1
    assert set(told_of) <= {RESET, EMPTY}  # whose own connection it was


@pytest.mark.parametrize("play, wanted", [
    (http2.reset_connection, RESET),
    (http2.cut_connection, EMPTY),
    (http2.cut_within_answers, TRUNCATED),
    (http2.answer_all, HEALTHY),
])
def test_both_engines_tell_the_same_of_a_connection_of_its_own(
    rounds: Rounds,
    make_http2: Make,
    shared: Callable[..., str],
    play: http2.Play,
    wanted: Verdict,
) -> None:
    server = make_http2(play, together=1)

    _, report = rounds.check_json(shared(server.url(), 1))

    assert told(report) == {wanted: 1}
