"""Every wait has an end, and it comes when the plan says so."""

# ctest: serial

import time
from typing import Any

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.namespace import Namespace
from support.plan_values import make_plan
from support.program import SLOWNESS, Rounds
from support.records import HEALTHY, Verdict, by_name, only, verdict
from support.tries import patiently

# How far past its limit a check may end: 100 ms are promised, 50 ms for
# read_timeout; the rest is for machines that have other things to do.
LATE_MS = 150 * SLOWNESS * SLOWNESS
READ_LATE_MS = 100 * SLOWNESS * SLOWNESS
EARLY_MS = 5  # libcurl counts in whole milliseconds

NO_FIRST_BYTE = Verdict("unreachable", "first_byte_timeout", "wait", "total")
NO_END = Verdict("unreachable", "read_timeout", "receive", "total")
SILENCE = Verdict("unreachable", "read_timeout", "receive", "read")
CUT_OFF = Verdict("skipped", "cancelled", "wait")
NOT_ASKED = Verdict("skipped", "cancelled")


def is_kept(record: Any, limit_ms: float) -> bool:
    """Whether the attempt took just as long as its limit."""
    total = record["timings_ms"]["total"]
    return limit_ms - EARLY_MS <= total <= limit_ms + LATE_MS


# timeout and connect_timeout.

SLOW = {
    "silent_after_request": NO_FIRST_BYTE,
    "silent_after_accept": NO_FIRST_BYTE,
    "drip": NO_END,
    "drip_headers": NO_END,
    "stall_within_body": NO_END,
    "black_hole": Verdict(
        "unreachable", "connect_timeout", "connect", "total"
    ),
    "tls_stalled_handshake": Verdict(
        "unreachable", "tls_timeout", "tls", "total"
    ),
}


@patiently
def test_timeout_is_for_all_of_an_attempt_whatever_takes_so_long(
    rounds: Rounds, faults: Faults
) -> None:
    limit_ms = 700 * SLOWNESS
    plan = make_plan(
        ({"name": name, "url": faults.url(name)} for name in SLOW),
        defaults={"timeout": f"{limit_ms}ms", "connect_timeout": "50s"},
    )

    _, report = rounds.check_json(plan)

    records = by_name(report)
    assert {name: verdict(each) for name, each in records.items()} == SLOW
    for record in records.values():
        assert is_kept(record, limit_ms), record


@patiently
def test_timeout_is_for_all_hops_of_a_redirect(
    rounds: Rounds, counting: CountingServer
) -> None:
    for number in range(10):
        to = ("Location", f"/hop{number + 1}")
        counting.script(f"/hop{number}", [
            Answer(302, headers=[to], delay_ms=150 * SLOWNESS)
        ])
    limit_ms = 500 * SLOWNESS
    plan = make_plan([{
        "name": "e", "url": counting.url("/hop0"), "timeout": f"{limit_ms}ms",
    }])

    before = counting.request_count

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == NO_FIRST_BYTE
    assert is_kept(only(report), limit_ms)
    assert 2 <= counting.request_count - before <= 4


@patiently
def test_timeout_is_for_each_attempt_anew(
    rounds: Rounds, faults: Faults
) -> None:
    limit_ms = 300 * SLOWNESS
    plan = make_plan([{
        "name": "e", "url": faults.url("silent_after_request"),
        "timeout": f"{limit_ms}ms", "retries": 2, "retry_delay": "1ms",
    }])

    _, report = rounds.check_json(plan)

    first, second = only(report)["earlier_attempts"]
    assert is_kept(only(report), limit_ms)
    for total_ms in (first["total_ms"], second["total_ms"]):
        assert limit_ms - EARLY_MS <= total_ms <= limit_ms + LATE_MS


@pytest.mark.parametrize("target, phase, reason", [
    ("black_hole", "connect", "connect_timeout"),
    ("tls_stalled_handshake", "tls", "tls_timeout"),
    ("tls_stalled_within_handshake", "tls", "tls_timeout"),
])
@patiently
def test_connect_timeout_is_for_tcp_and_tls_together(
    rounds: Rounds, faults: Faults, target: str, phase: str, reason: str
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url(target), "connect_timeout": "400ms",
        "timeout": "10s", "tls": {"verify": False},
    }])

    _, report = rounds.check_json(plan)

    told = Verdict("unreachable", reason, phase, "connect")
    assert verdict(only(report)) == told
    assert is_kept(only(report), 400)
    assert only(report)["timings_ms"][phase] is not None


@patiently
def test_connect_timeout_is_over_once_connected(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/delay/400"),
        "connect_timeout": "300ms", "timeout": "20s",
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY


@patiently
def test_the_options_win_over_the_plan(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([
        {"name": "silent", "url": faults.url("silent_after_request"),
         "timeout": "20s"},
        {"name": "hole", "url": faults.url("black_hole"),
         "connect_timeout": "20s"},
    ])
    total_ms, connect_ms = 600 * SLOWNESS, 300 * SLOWNESS

    _, report = rounds.check_json(
        plan,
        "--timeout", f"{total_ms}ms", "--connect-timeout", f"{connect_ms}ms",
    )

    silent, hole = report["results"]
    assert is_kept(silent, total_ms)
    assert is_kept(hole, connect_ms)
    assert hole["limit"] == "connect"


@pytest.fixture
def nameless(namespace: Namespace) -> Namespace:
    """A namespace whose name server says nothing."""
    namespace.serve_names("silent")
    return namespace


@patiently
def test_a_silent_name_server_is_left_at_the_limit(
    rounds: Rounds, nameless: Namespace
) -> None:
    plan = make_plan([{
        "name": "e", "url": "http://name.example/",
        "connect_timeout": "500ms",
    }])

    began = time.monotonic()
    _, report = rounds.check_json(plan, prefix=nameless.prefix)

    assert only(report)["limit"] == "connect"
    assert is_kept(only(report), 500)
    assert time.monotonic() - began < 3 * SLOWNESS  # and not 10 s


# read_timeout.


@pytest.mark.parametrize("target", [
    "stall_within_body", "stall_within_headers", "stall_after_hints",
])
@pytest.mark.parametrize("limit_ms", [60, 430])
@patiently
def test_read_timeout_is_the_longest_silence_within_an_answer(
    rounds: Rounds, faults: Faults, target: str, limit_ms: int
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url(target),
        "read_timeout": f"{limit_ms}ms", "timeout": "20s",
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == SILENCE
    receive = only(report)["timings_ms"]["receive"]
    assert limit_ms - 5 <= receive <= limit_ms + READ_LATE_MS


@patiently
def test_read_timeout_begins_anew_with_every_byte(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("drip", ms=10, count=60),
        "read_timeout": f"{400 * SLOWNESS}ms", "timeout": "50s",
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY
    assert only(report)["timings_ms"]["receive"] >= 550


@patiently
def test_read_timeout_sees_half_a_line_on_a_kept_connection_too(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan(
        [{"name": "before", "url": faults.shared_url("healthy")},
         {"name": "drips", "url": faults.shared_url("drip_headers", ms=40)}],
        # Less than the longest line takes, far more than a byte of it.
        defaults={"read_timeout": "800ms", "timeout": "60s"},
    )

    _, report = rounds.check_json(plan, "-n", "1")

    drips = by_name(report)["drips"]
    assert verdict(drips) == HEALTHY
    assert drips["connection_reused"]


@patiently
def test_read_timeout_does_not_count_before_the_first_byte(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/delay/400"),
        "read_timeout": "50ms", "timeout": "20s",
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY


@patiently
def test_read_timeout_holds_over_tls_too(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.shared_url("stall_within_body", tls=True),
        "read_timeout": "300ms", "timeout": "20s",
        "tls": {"ca_file": str(certificates.root_file)},
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == SILENCE
    receive = only(report)["timings_ms"]["receive"]
    assert 295 <= receive <= 300 + READ_LATE_MS


@patiently
def test_the_shorter_of_timeout_and_read_timeout_ends_it(
    rounds: Rounds, faults: Faults
) -> None:
    limit_ms = 400 * SLOWNESS
    plan = make_plan([{
        "name": "e", "url": faults.url("stall_within_body"),
        "read_timeout": "10s", "timeout": f"{limit_ms}ms",
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == NO_END
    assert is_kept(only(report), limit_ms)


# The deadline of the round.


@patiently
def test_at_the_deadline_what_is_in_flight_ends_and_the_rest_is_skipped(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan(
        {"name": f"e{number}", "url": counting.url("/delay/60000"),
         "timeout": "50s"}
        for number in range(20)
    )

    before = counting.request_count

    code, report = rounds.check_json(plan, "-n", "4", "--deadline", "600ms")

    told = [verdict(each) for each in report["results"]]
    assert code == 3
    assert told.count(CUT_OFF) == 4
    assert told.count(NOT_ASKED) == 16
    assert counting.request_count - before == 4
    assert 600 - EARLY_MS <= report["elapsed_ms"] <= 600 + LATE_MS


@patiently
def test_what_ended_before_the_deadline_keeps_its_result(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([
        {"name": "well", "url": counting.url("/")},
        {"name": "bad", "url": counting.url("/status/500")},
        {"name": "long", "url": counting.url("/delay/60000"),
         "timeout": "50s"},
    ])

    code, report = rounds.check_json(plan, "--deadline", "1500ms")

    well, bad, long = report["results"]
    assert code == 1  # a failure weighs more than what was left out
    assert verdict(well) == HEALTHY
    assert verdict(bad) == Verdict("unhealthy", "status", "verify")
    assert verdict(long) == CUT_OFF


@patiently
def test_a_timeout_before_the_deadline_is_told_as_such(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("silent_after_request"),
        "timeout": "300ms",
    }])

    code, report = rounds.check_json(plan, "--deadline", "20s")

    assert code == 1
    assert verdict(only(report)) == NO_FIRST_BYTE


@patiently
def test_a_deadline_that_is_not_reached_changes_nothing(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{"name": "e", "url": counting.url("/")}])

    code, report = rounds.check_json(plan, "--deadline", "20s")

    assert code == 0
    assert report["elapsed_ms"] < 10_000


@pytest.mark.parametrize("target", [
    "black_hole", "tls_stalled_handshake", "silent_after_accept", "drip",
])
@patiently
def test_the_deadline_holds_in_every_phase(
    rounds: Rounds, faults: Faults, target: str
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url(target), "timeout": "50s",
        "connect_timeout": "50s",
    }])

    code, report = rounds.check_json(plan, "--deadline", "400ms")

    assert code == 3
    assert only(report)["reason"] == "cancelled"
    assert 400 - EARLY_MS <= report["elapsed_ms"] <= 400 + LATE_MS


@patiently
def test_the_deadline_holds_while_a_retry_is_waited_for(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/status/503"), "retries": 9,
        "retry_delay": "300ms",
    }])

    code, report = rounds.check_json(plan, "--deadline", "700ms")

    assert code == 1
    assert only(report)["reason"] == "status"
    assert report["elapsed_ms"] <= 700 + LATE_MS


@patiently
def test_the_deadline_holds_while_the_rate_makes_others_wait(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan(
        ({"name": f"e{number}", "url": counting.url("/")}
         for number in range(5)),
        networks={"intranet": {"rate": 0.5}},
    )

    before = counting.request_count

    code, report = rounds.check_json(plan, "--deadline", "500ms")

    assert code == 3
    assert counting.request_count - before == 1
    assert report["summary"]["skipped"] == 4
    assert report["elapsed_ms"] <= 500 + LATE_MS


@patiently
def test_the_deadline_holds_while_the_rate_makes_a_redirect_wait(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan(
        [{"name": "e", "url": faults.url("redirect_within_origin")}],
        networks={"intranet": {"rate": 0.5}},
    )

    code, report = rounds.check_json(plan, "--deadline", "500ms")

    assert code == 3
    assert only(report)["reason"] == "cancelled"
    assert faults.target("landing").request_count == 0
    assert report["elapsed_ms"] <= 500 + LATE_MS


# Many at a time.


@patiently
def test_limits_are_kept_with_256_workers_waiting(
    rounds: Rounds, faults: Faults
) -> None:
    names = ["silent_after_request", "silent_after_accept", "black_hole",
             "stall_within_body"]
    plan = make_plan(
        ({"name": f"e{number}", "url": faults.url(names[number % 4])}
         for number in range(256)),
        defaults={"timeout": "1500ms", "connect_timeout": "1s"},
    )

    _, report = rounds.check_json(plan, "-n", "256")

    wanted = {"connect": 1000, "total": 1500}
    late = [each["timings_ms"]["total"] - wanted[each["limit"]]
            for each in report["results"]]
    assert [each["limit"] for each in report["results"]].count("connect") == 64
    assert min(late) >= -EARLY_MS
    assert sorted(late)[250] <= 100 * SLOWNESS * SLOWNESS
    assert max(late) <= 2 * LATE_MS
    assert report["elapsed_ms"] <= 1500 + 500 * SLOWNESS * SLOWNESS


@patiently
def test_read_timeout_is_kept_with_256_workers_waiting(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan(
        ({"name": f"e{number}", "url": faults.url("stall_within_body")}
         for number in range(256)),
        defaults={"timeout": "30s", "read_timeout": "1s"},
    )

    _, report = rounds.check_json(plan, "-n", "256")

    late = [each["timings_ms"]["receive"] - 1000
            for each in report["results"]]
    assert {verdict(each) for each in report["results"]} == {SILENCE}
    assert min(late) >= -10
    assert sorted(late)[250] <= READ_LATE_MS
    assert max(late) <= 2 * LATE_MS


@patiently
def test_the_deadline_is_kept_with_256_workers_waiting(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan(
        {"name": f"e{number}", "url": counting.url("/delay/60000"),
         "timeout": "50s"}
        for number in range(256)
    )

    code, report = rounds.check_json(plan, "-n", "256", "--deadline", "1s")

    assert code == 3
    assert report["summary"]["skipped"] == 256
    assert report["elapsed_ms"] <= 1000 + LATE_MS
