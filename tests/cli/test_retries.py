"""Failed attempts are repeated where that is safe, later and later."""

import datetime
import time
from email.utils import format_datetime
from typing import Any

import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.plan_values import make_plan
from support.program import SLOWNESS, Rounds
from support.records import HEALTHY, Verdict, by_name, only, verdict
from support.tries import patiently

FLAKY = Verdict("degraded", "flaky")
STATUS = Verdict("unhealthy", "status", "verify")
LATE = 1.0 * SLOWNESS  # seconds that may pass on a busy machine
LIMIT_MS = 1000 * SLOWNESS  # which what is well keeps on a busy machine
EARLY_MS = 5  # libcurl counts in whole milliseconds


def gaps(server: CountingServer) -> list[float]:
    """The seconds between one arrival at the server and the next."""
    arrivals = server.arrivals
    return [after - before for before, after in zip(arrivals, arrivals[1:])]


def failing(times: int, status: int = 503, **more: Any) -> list[Answer]:
    """So many failures, then it is well."""
    return [Answer(status, **more)] * times + [Answer(200)]


# How often.


def test_without_retries_a_failed_check_is_asked_once(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", failing(1))

    _, report = rounds.check_json(make_plan([
        {"name": "e", "url": counting.url("/")},
    ]))

    assert counting.request_count == 1
    assert only(report)["attempts"] == 1
    assert only(report)["earlier_attempts"] == []


def test_a_pass_on_retry_is_flaky_and_no_failure(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", failing(2))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 3,
        "retry_delay": "10ms",
    }])

    code, report = rounds.check_json(plan)

    record = only(report)
    assert code == 0
    assert (record["outcome"], record["reason"]) == ("degraded", "flaky")
    assert counting.request_count == record["attempts"] == 3
    assert record["status"] == 200
    assert report["summary"]["degraded"] == 1
    assert report["summary"]["attempts"] == 3
    assert report["summary"]["reasons"] == {"flaky": 1}


def test_after_the_last_retry_the_last_attempt_counts(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", [Answer(502), Answer(503), Answer(504)])
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 2,
        "retry_delay": "10ms",
    }])

    code, report = rounds.check_json(plan)

    record = only(report)
    assert code == 1
    assert verdict(record) == STATUS
    assert record["status"] == 504
    assert [each["got"] for each in record["failed"]] == ["504"]
    assert counting.request_count == 3


def test_every_attempt_is_kept_in_the_record(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", [
        Answer(503, delay_ms=30), Answer(delay_ms=60_000), Answer(200)
    ])
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 5,
        "retry_delay": "10ms", "timeout": f"{LIMIT_MS}ms",
    }])

    _, report = rounds.check_json(plan)

    first, second = only(report)["earlier_attempts"]
    assert verdict(first) == STATUS
    assert first["status"] == 503
    assert "503" in first["message"]
    assert first["total_ms"] >= 30
    assert verdict(second) == Verdict(
        "unreachable", "first_byte_timeout", "wait", "total"
    )
    assert second["status"] is None
    assert second["total_ms"] >= LIMIT_MS - EARLY_MS
    assert first["started_at"] < second["started_at"]
    assert only(report)["started_at"] == first["started_at"]


def test_the_option_retries_holds_for_all_endpoints(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/a", failing(2))
    counting.script("/b", failing(2))
    plan = make_plan(
        [
            {"name": "a", "url": counting.url("/a")},
            {"name": "b", "url": counting.url("/b"), "retries": 0},
        ],
        defaults={"retry_delay": "10ms"},
    )

    code, report = rounds.check_json(plan, "--retries", "2")

    assert code == 0
    assert counting.counts() == {"/a": 3, "/b": 3}


# Which ones.

DEFAULTS = {
    "refused": True, "empty_reply": True, "reset_before_answer": True,
    "reset_within": True, "truncated_by_length": True,
    "garbage": False, "gzip_bomb": False, "redirect_loop": False,
    "tls_self_signed": False, "tls_old_version": False,
    "redirect_to_file": False,
}


def test_what_may_pass_is_repeated_by_default_and_nothing_else(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan(
        ({"name": name, "url": faults.url(name)} for name in DEFAULTS),
        defaults={"retries": 1, "retry_delay": "1ms"},
    )

    _, report = rounds.check_json(plan)

    assert {record["name"]: record["attempts"] == 2
            for record in report["results"]} == DEFAULTS


@pytest.mark.parametrize("status, is_repeated", [
    (429, True), (502, True), (503, True), (504, True),
    (400, False), (401, False), (404, False), (408, False), (500, False),
    (501, False),
])
def test_of_the_statuses_only_those_that_pass_are_repeated(
    rounds: Rounds, counting: CountingServer, status: int, is_repeated: bool
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url(f"/status/{status}"), "retries": 1,
        "retry_delay": "1ms",
    }])

    rounds.check_json(plan)

    assert counting.request_count == 1 + is_repeated


@pytest.mark.parametrize("expect", [
    {"body_contains": "x"}, {"headers": {"X": "."}}, {"max_time": "1ms"},
])
def test_a_broken_expectation_is_not_repeated_by_default(
    rounds: Rounds, counting: CountingServer, expect: dict[str, Any]
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/delay/10"), "retries": 3,
        "retry_delay": "1ms", "expect": expect,
    }])

    rounds.check_json(plan)

    assert counting.request_count == 1


def test_retry_on_names_the_reasons_in_place_of_the_default(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    plan = make_plan(
        [
            {"name": "status", "url": counting.url("/status/404"),
             "retry_on": ["status"]},
            {"name": "body", "url": counting.url("/"),
             "retry_on": ["status", "body"],
             "expect": {"body_contains": "x"}},
            {"name": "others", "url": counting.url("/status/503"),
             "retry_on": ["reset", "dns"]},
            {"name": "garbage", "url": faults.url("garbage"),
             "retry_on": ["protocol"]},
            {"name": "empty", "url": faults.url("empty_reply"),
             "retry_on": ["protocol"]},
        ],
        defaults={"retries": 1, "retry_delay": "1ms"},
    )

    _, report = rounds.check_json(plan)

    assert {record["name"]: record["attempts"]
            for record in report["results"]} == {
        "status": 2, "body": 2, "others": 1, "garbage": 2, "empty": 1,
    }


def test_a_reason_that_does_not_exist_is_a_mistake_of_the_plan(
    rounds: Rounds, counting: CountingServer, plan: Any
) -> None:
    path = plan(make_plan([{
        "name": "e", "url": counting.url("/"), "retry_on": ["conect_refused"],
    }]))

    done = rounds.check(path)

    assert done.returncode == 2
    assert "connect_refused" in done.stderr
    assert counting.request_count == 0


def test_a_warning_is_not_repeated(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/delay/30"), "retries": 3,
        "warn": {"max_time": "1ms"}, "retry_on": ["status", "too_slow"],
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == Verdict("degraded", "slow", "verify")
    assert counting.request_count == 1


# Requests that a server may act on twice.


@pytest.mark.parametrize("method, target, attempts", [
    ("POST", "empty_reply", 1),
    ("POST", "reset_before_answer", 1),
    ("POST", "reset_within", 1),
    ("POST", "truncated_by_length", 1),
    ("PATCH", "empty_reply", 1),
    ("PUT", "empty_reply", 3),
    ("DELETE", "reset_before_answer", 3),
    ("GET", "empty_reply", 3),
    ("HEAD", "empty_reply", 3),
    ("OPTIONS", "empty_reply", 3),
])
def test_a_post_that_was_sent_is_not_repeated_by_default(
    rounds: Rounds, faults: Faults, method: str, target: str, attempts: int
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url(target), "method": method,
        "retries": 2, "retry_delay": "1ms",
    }])

    _, report = rounds.check_json(plan)

    assert only(report)["attempts"] == attempts
    assert faults.target(target).request_count == attempts


def test_a_post_that_was_not_sent_is_repeated(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("refused"), "method": "POST",
        "body": "x", "retries": 2, "retry_delay": "1ms",
    }])

    _, report = rounds.check_json(plan)

    assert only(report)["attempts"] == 3


@pytest.mark.parametrize("status, requests", [
    (429, 2), (503, 2), (502, 1), (504, 1),
])
def test_a_post_is_repeated_where_the_answer_says_that_it_was_not_acted_on(
    rounds: Rounds, counting: CountingServer, status: int, requests: int
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url(f"/status/{status}"),
        "method": "POST", "retries": 1, "retry_delay": "1ms",
    }])

    rounds.check_json(plan)

    assert counting.request_count == requests


def test_a_post_is_repeated_where_the_plan_says_so(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("empty_reply"), "method": "POST",
        "json": {"a": 1}, "retries": 2, "retry_delay": "1ms",
        "retry_on": ["empty_reply"],
    }])

    _, report = rounds.check_json(plan)

    bodies = [each.body for each in faults.target("empty_reply").requests]
    assert only(report)["attempts"] == 3
    assert bodies == [b'{"a":1}'] * 3 or bodies == [b'{"a": 1}'] * 3


# When.


@patiently
def test_the_delay_doubles_with_each_attempt(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    counting.script("/", failing(4))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 4,
        "retry_delay": "80ms",
    }])

    rounds.check_json(plan)

    delays = gaps(counting)
    assert len(delays) == 4
    for number, delay in enumerate(delays):
        longest = 0.080 * 2 ** number
        assert longest / 2 <= delay < longest + LATE


def test_the_delay_has_jitter(
    rounds: Rounds, counting: CountingServer
) -> None:
    for number in range(12):
        counting.script(f"/{number}", failing(1))
    plan = make_plan(
        ({"name": f"e{number}", "url": counting.url(f"/{number}")}
         for number in range(12)),
        defaults={"retries": 1, "retry_delay": "400ms"},
    )

    rounds.check_json(plan, "-n", "12")

    again = counting.arrivals[12:]
    assert len(again) == 12
    assert again[-1] - again[0] > 0.02  # all alike once in a blue moon


@pytest.mark.parametrize("kind", ["seconds", "date"])
@patiently
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(
    rounds: Rounds, counting: CountingServer, kind: str
) -> None:
    counting.forget()
    now = datetime.datetime.now(datetime.timezone.utc)
    later = (now + datetime.timedelta(seconds=3)).replace(microsecond=0)
    asked = "1" if kind == "seconds" else format_datetime(later, usegmt=True)
    counting.script("/", failing(1, headers=[("Retry-After", asked)]))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 1,
        "retry_delay": "1ms",
    }])
    since_boot = time.time() - time.monotonic()

    _, report = rounds.check_json(plan)

    first, second = counting.arrivals
    assert only(report)["reason"] == "flaky"
    if kind == "seconds":
        assert 0.9 <= second - first < 1 + LATE
    else:
        late = since_boot + second - later.timestamp()
        assert -0.1 <= late < 1 + LATE


def test_a_longer_delay_is_not_cut_by_retry_after(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", failing(1, headers=[("Retry-After", "0")]))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 1,
        "retry_delay": "200ms",
    }])

    rounds.check_json(plan)

    [delay] = gaps(counting)
    assert delay >= 0.1


@pytest.mark.parametrize("asked", ["soon", "-5", "", "99999999999999999999"])
def test_a_retry_after_that_says_nothing_harms_nobody(
    rounds: Rounds, counting: CountingServer, asked: str
) -> None:
    counting.script("/", failing(1, headers=[("Retry-After", asked)]))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 1,
        "retry_delay": "1ms",
    }])

    _, report = rounds.check_json(plan, timeout=20)

    assert only(report)["outcome"] in ("degraded", "unhealthy")


def test_a_retry_after_past_the_deadline_is_not_waited_for(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", failing(1, headers=[("Retry-After", "30")]))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 1,
    }])

    code, report = rounds.check_json(plan, "--deadline", "20s")

    assert code == 1
    assert verdict(only(report)) == STATUS
    assert counting.request_count == 1
    assert report["elapsed_ms"] < 5000 * SLOWNESS


def test_a_retry_after_of_an_hour_is_not_waited_for(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", failing(1, headers=[("Retry-After", "3600")]))
    plan = make_plan([{
        "name": "e", "url": counting.url("/"), "retries": 1,
    }])

    code, report = rounds.check_json(plan)

    assert code == 1
    assert verdict(only(report)) == STATUS


def test_a_check_that_waits_for_its_retry_keeps_its_result_at_the_deadline(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/busy", failing(1, headers=[("Retry-After", "20")]))
    plan = make_plan([
        {"name": "busy", "url": counting.url("/busy"), "retries": 1},
    ])

    code, report = rounds.check_json(plan, "--deadline", "10s")

    assert code == 1
    assert verdict(only(report)) == STATUS
    assert only(report)["attempts"] == 1


# A worker that waits does not hold its place.


def test_others_are_asked_while_one_waits_for_its_retry(
    rounds: Rounds, counting: CountingServer
) -> None:
    later = ("Retry-After", "3" if SLOWNESS == 1 else "6")
    counting.script("/flaky", failing(1, headers=[later]))
    others = [f"/other/{number}" for number in range(20)]
    plan = make_plan(
        [{"name": path, "url": counting.url(path), "retries": 1}
         for path in ["/flaky", *others]],
    )

    _, report = rounds.check_json(plan, "-n", "1")

    paths = [request.path for request in counting.requests]
    assert paths[0] == "/flaky" and paths[-1] == "/flaky"
    assert sorted(paths[1:-1]) == sorted(others)
    assert by_name(report)["/flaky"]["reason"] == "flaky"
    assert verdict(by_name(report)["/other/0"]) == HEALTHY


def test_many_wait_for_their_retries_at_the_same_time(
    rounds: Rounds, counting: CountingServer
) -> None:
    paths = [f"/{number}" for number in range(30)]
    for path in paths:
        counting.script(path, failing(1, headers=[("Retry-After", "1")]))
    plan = make_plan(
        {"name": path, "url": counting.url(path), "retries": 1}
        for path in paths
    )

    code, report = rounds.check_json(plan, "-n", "2")

    assert code == 0
    assert report["summary"]["degraded"] == 30
    assert report["elapsed_ms"] < 10_000 * SLOWNESS  # and not 15 s


def test_retries_keep_to_the_workers_too(
    rounds: Rounds, counting: CountingServer
) -> None:
    paths = [f"/{number}" for number in range(20)]
    for path in paths:
        counting.script(path, failing(2, delay_ms=20))
    plan = make_plan(
        ({"name": path, "url": counting.url(path)} for path in paths),
        defaults={"retries": 2, "retry_delay": "20ms"},
    )

    _, report = rounds.check_json(plan, "-n", "3")

    assert report["summary"]["degraded"] == 20
    assert counting.request_count == 60
    assert counting.max_in_flight == 3
