"""Rates and limits of a network hold on the wire, as the server sees it."""

# ctest: serial

from typing import Any

import pytest

from support.counting import Answer, CountingServer
from support.plan_values import make_plan
from support.program import SLOWNESS, Rounds
from support.records import HEALTHY, verdict
from support.tries import patiently


def many(server: CountingServer, count: int, path: str = "/") -> list[Any]:
    """That many endpoints of a server."""
    return [{"name": f"{server.port}{path} {number}",
             "url": server.url(f"{path}?{number}")}
            for number in range(count)]


def check_rate(server: CountingServer, rate: float, count: int) -> None:
    """The arrivals of `count` requests keep to a rate and reach it.

    The server tells the time when it gets to read a request. Where the
    machine keeps it from that for a quarter of a second, what has come
    meanwhile seems to have come together. A longer stall takes another try.
    """
    stall = 0.25 if SLOWNESS == 1 else 0.5
    arrivals = server.arrivals
    assert len(arrivals) == count
    spent = arrivals[-1] - arrivals[0]
    wanted = (count - 1) / rate
    assert wanted - stall <= spent <= wanted * 1.5 + 2.0 * SLOWNESS
    for span in (0.1, 0.25, 0.5):
        assert server.most_within(span) <= rate * (span + stall) + 3


# rate


@pytest.mark.parametrize("workers", [1, 4, 64])
@patiently
def test_the_rate_is_kept_and_reached_whatever_the_number_of_workers(
    rounds: Rounds, counting: CountingServer, workers: int
) -> None:
    counting.forget()
    plan = make_plan(
        many(counting, 41), networks={"intranet": {"rate": 40.0}}
    )

    _, report = rounds.check_json(plan, "-n", str(workers))

    assert report["summary"]["healthy"] == 41
    check_rate(counting, 40, 41)


@patiently
def test_the_rate_holds_while_answers_are_slow(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    plan = make_plan(
        many(counting, 31, "/delay/500"),
        networks={"intranet": {"rate": 30.0}},
    )

    rounds.check_json(plan, "-n", "32")

    check_rate(counting, 30, 31)


@patiently
def test_a_small_rate_is_one_request_after_the_other(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    plan = make_plan(
        many(counting, 5), networks={"intranet": {"rate": 2.5}}
    )

    rounds.check_json(plan, "-n", "16")

    check_rate(counting, 2.5, 5)


@patiently
def test_a_rate_that_is_never_reached_makes_nobody_wait(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    plan = make_plan(
        many(counting, 20), networks={"intranet": {"rate": 100000.0}}
    )

    _, report = rounds.check_json(plan)

    assert report["summary"]["healthy"] == 20
    assert report["elapsed_ms"] < 3000 * SLOWNESS


@patiently
def test_retries_count_for_the_rate(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    counting.script("/", [Answer(503)])
    plan = make_plan(
        many(counting, 8),
        defaults={"retries": 3, "retry_delay": "1ms"},
        networks={"intranet": {"rate": 30.0}},
    )

    rounds.check_json(plan, "-n", "8")

    check_rate(counting, 30, 32)


@patiently
def test_redirects_count_for_the_rate(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    for number in range(3):
        to = ("Location", f"/{number + 1}")
        counting.script(f"/{number}", [Answer(302, headers=[to])])
    plan = make_plan(
        many(counting, 8, "/0"), networks={"intranet": {"rate": 30.0}}
    )

    _, report = rounds.check_json(plan, "-n", "8")

    assert report["summary"]["healthy"] == 8
    check_rate(counting, 30, 32)


@patiently
def test_what_a_redirect_waits_for_the_rate_is_not_the_endpoints_time(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    to = ("Location", "/there")
    counting.script("/here", [Answer(302, headers=[to])])
    plan = make_plan(
        many(counting, 3, "/here"),
        defaults={
            "timeout": f"{700 * SLOWNESS}ms",
            "expect": {"max_time": f"{500 * SLOWNESS}ms"},
        },
        networks={"intranet": {"rate": 2.5 / SLOWNESS}},
    )

    _, report = rounds.check_json(plan, "-n", "4")

    assert {verdict(each) for each in report["results"]} == {HEALTHY}
    for record in report["results"]:
        assert record["timings_ms"]["total"] < 500 * SLOWNESS


@patiently
def test_each_network_has_a_rate_of_its_own(
    rounds: Rounds, make_counting: Any
) -> None:
    slow, fast = make_counting(), make_counting()
    plan = make_plan(
        [each | {"network": "slow"} for each in many(slow, 11)]
        + [each | {"network": "fast"} for each in many(fast, 41)],
        networks={
            "slow": {"rate": 10.0, "workers": 4},
            "fast": {"rate": 40.0, "workers": 4},
        },
    )

    rounds.check_json(plan)

    check_rate(slow, 10, 11)
    check_rate(fast, 40, 41)


# per_origin


@pytest.mark.parametrize("most", [1, 3, 10])
def test_no_more_than_per_origin_are_asked_at_once_and_that_many_are(
    rounds: Rounds, counting: CountingServer, most: int
) -> None:
    counting.close_gate(most)  # it opens when that many are there
    plan = make_plan(
        many(counting, most, "/gate") + many(counting, 30, "/delay/30"),
        defaults={"timeout": "50s"},
        networks={"intranet": {"per_origin": most}},
    )

    _, report = rounds.check_json(plan, "-n", "32")

    assert report["summary"]["healthy"] == 30 + most
    assert counting.max_in_flight == most


def test_each_origin_has_a_per_origin_of_its_own(
    rounds: Rounds, make_counting: Any
) -> None:
    servers = [make_counting() for _ in range(3)]
    plan = make_plan(
        [each for server in servers for each in many(server, 20, "/delay/40")],
        networks={"intranet": {"per_origin": 2}},
    )

    rounds.check_json(plan, "-n", "32")

    assert [server.max_in_flight for server in servers] == [2, 2, 2]


def test_an_origin_at_its_limit_holds_no_other_up(
    rounds: Rounds, make_counting: Any
) -> None:
    slow, fast = make_counting(), make_counting()
    slow.close_gate(1000)
    plan = make_plan(
        many(slow, 10, "/gate") + many(fast, 50),
        defaults={"timeout": "50s"},
        networks={"intranet": {"per_origin": 1, "workers": 2}},
    )
    path = rounds.directory / "plan.cfg"
    path.write_text(plan)

    running = rounds.start("check", "--report", "json", path)
    fast.wait_for_requests(50)
    in_flight = slow.in_flight
    slow.open_gate()
    told, _ = running.communicate()

    assert in_flight == slow.max_in_flight == 1
    assert running.returncode == 0
    assert '"healthy":60' in told.replace(" ", "")


def test_other_profiles_of_an_origin_count_for_its_limit_too(
    rounds: Rounds, counting_tls: CountingServer, certificates: Any
) -> None:
    root = str(certificates.root_file)
    profiles = [
        {"verify": False}, {"ca_file": root},
        {"ca_file": root, "min_version": "1.2"},
    ]
    plan = make_plan(
        ({"name": f"e{number}", "url": counting_tls.url("/delay/30"),
          "tls": profiles[number % 3]} for number in range(30)),
        networks={"intranet": {"per_origin": 2}},
    )

    _, report = rounds.check_json(plan, "-n", "16")

    assert report["summary"]["healthy"] == 30
    assert counting_tls.max_in_flight == 2


def test_retries_count_for_per_origin(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", [Answer(503, delay_ms=20)])
    plan = make_plan(
        many(counting, 12),
        defaults={"retries": 2, "retry_delay": "1ms"},
        networks={"intranet": {"per_origin": 2}},
    )

    rounds.check_json(plan, "-n", "12")

    assert counting.request_count == 36
    assert counting.max_in_flight == 2


def test_what_a_redirect_leads_to_counts_for_its_own_origin(
    rounds: Rounds, make_counting: Any
) -> None:
    crowded = make_counting()
    gates = [make_counting() for _ in range(8)]
    for gate in gates:
        to = ("Location", crowded.url("/delay/40"))
        gate.script("/", [Answer(302, headers=[to])])
    plan = make_plan(
        [each for gate in gates for each in many(gate, 3)]
        + many(crowded, 10, "/delay/40"),
        networks={"intranet": {"per_origin": 2}},
    )

    _, report = rounds.check_json(plan, "-n", "16")

    assert report["summary"]["healthy"] == 34
    assert crowded.request_count == 34
    assert crowded.max_in_flight == 2


@patiently
def test_rate_and_per_origin_hold_together(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    plan = make_plan(
        many(counting, 21, "/delay/80"),
        networks={"intranet": {"rate": 20.0, "per_origin": 2}},
    )

    rounds.check_json(plan, "-n", "16")

    assert counting.max_in_flight <= 2
    check_rate(counting, 20, 21)
