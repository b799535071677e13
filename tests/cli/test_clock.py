"""Somebody sets the wall clock of a machine on which a patrol runs."""

# ctest: first
# ctest: release only

import calendar
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from support.counting import Answer, CountingServer
from support.patrol import Patrol
from support.plans import plan_of, quoted
from support.program import Rounds
from support.robots import SECRET, Robots
from support.shifted_clock import ShiftedClock

Write = Callable[..., Path]

HOUR = 3600
TOLERANCE = 120  # of a machine that has other things to do
SETTINGS = (
    'schedule = { every = "1s"; };\nhistory = { file = "rounds.db"; };\n'
)
# Central Europe: whole hours are local time's, too.
ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.fixture
def engine() -> None:
    """The schedule is the same for both."""


@pytest.fixture
def clock(tmp_path: Path) -> ShiftedClock:
    """The clock that is set."""
    return ShiftedClock(tmp_path)


@pytest.fixture
def robots() -> Iterator[Robots]:
    """The robots of all kinds."""
    server = Robots()
    yield server
    server.stop()


def seconds_of(moment: str) -> float:
    """2026-11-22T18:00:00.123Z in seconds since 1970."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_the_schedule_does_not_notice_and_times_tell_what_the_clock_says(
    rounds: Rounds, plan: Write, counting: CountingServer,
    clock: ShiftedClock, tmp_path: Path, step: int,
) -> None:
    beats, count = 8, 5
    urls = [counting.url(f"/{i}") for i in range(count)]
    began = time.monotonic()
    patrol = Patrol(
        rounds, plan(plan_of(urls, SETTINGS)), "--rounds", str(beats),
        env=clock.environment,
    )
    patrol.wait_for("check", 2 * count)
    before = len(patrol.events)
    before_s = clock.time()

    clock.set_by(step)
    told = patrol.wait_for("clock")
    patrol.wait_for("check", 4 * count)
    after_s = clock.time()

    assert patrol.end(None) == 0
    # Neither a beat too many nor one too few, and the last not before its time.
    assert time.monotonic() - began >= beats - 1
    left_out = sum(
        each["skipped"] + each["missed"] for each in patrol.of("omission")
    )
    assert counting.request_count + left_out == beats * count
    assert told["level"] == "warning"
    assert abs(told["set_by_ms"] - step * 1000) < 1000
    for event in patrol.events[:before]:
        assert abs(seconds_of(event["time"]) - before_s) < TOLERANCE
    assert abs(seconds_of(patrol.events[-1]["time"]) - after_s) < TOLERANCE
    with closing(sqlite3.connect(tmp_path / "rounds.db")) as database:
        stored = [each / 1000 for each, in database.execute(
            "SELECT started_ms FROM result ORDER BY id")]
    assert len(stored) == counting.request_count
    assert abs(stored[0] - before_s) < TOLERANCE
    assert abs(stored[-1] - after_s) < TOLERANCE
    assert sum(
        abs(later - earlier) > HOUR / 2
        for earlier, later in zip(stored, stored[1:])
    ) <= 2 * count  # checks that ended about then may come in any order


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_an_outage_is_told_as_long_as_it_was(
    rounds: Rounds, plan: Write, counting: CountingServer, robots: Robots,
    clock: ShiftedClock, step: int,
) -> None:
    counting.script("/bad", [Answer(500)])
    path = plan(plan_of([counting.url("/bad")], SETTINGS) + (
        'alerts = ({ type = "webhook"; failures = 1; recoveries = 1; '
        f'remind = "50m"; secret = {quoted(SECRET)}; '
        f'webhook = "{robots.url("webhook")}"; }});\n'
    ))
    patrol = Patrol(rounds, path, env=clock.environment)
    patrol.wait_for("alert")

    clock.set_by(step)
    patrol.wait_for("clock")
    patrol.wait_for("round", len(patrol.of("round")) + 3)
    assert len(patrol.of("alert")) == 1  # an hour later it is no hour later
    counting.script("/bad", [Answer()])
    patrol.wait_for("alert", 2)
    assert patrol.end() == 0

    (down,), (up,) = (each.json["changes"] for each in robots.taken())
    assert (down["change"], up["change"]) == ("down", "up")
    assert 0 < up["lasted_ms"] < HOUR * 1000 / 2
    assert abs(seconds_of(up["since"]) - clock.time()) < HOUR / 2


def test_a_clock_that_is_set_back_keeps_no_robot_waiting(
    rounds: Rounds, plan: Write, counting: CountingServer, robots: Robots,
    clock: ShiftedClock,
) -> None:
    counting.script("/bad", [Answer(500)])
    path = plan(plan_of([counting.url("/bad")], SETTINGS) + (
        'alerts = ({ type = "slack"; failures = 1; recoveries = 1; '
        f'webhook = "{robots.url("slack")}"; }});\n'
    ))
    patrol = Patrol(rounds, path, env=clock.environment)
    patrol.wait_for("alert")

    clock.set_by(-HOUR)
    patrol.signal(signal.SIGHUP)
    patrol.wait_for("reload")
    counting.script("/bad", [Answer()])
    robots.wait_for(2)

    assert patrol.end() == 0
    assert {each.trouble for each in robots.deliveries()} == {""}


def test_quiet_hours_end_when_the_clock_says_so(
    rounds: Rounds, plan: Write, counting: CountingServer, robots: Robots,
    clock: ShiftedClock,
) -> None:
    counting.script("/bad", [Answer(500)])
    path = plan(plan_of([counting.url("/bad")], SETTINGS) + (
        'alerts = ({ type = "slack"; failures = 1; quiet = "22:00-07:00"; '
        f'webhook = "{robots.url("slack")}"; }});\n'
    ))
    # The night in which an hour is left out.
    clock.set_to(calendar.timegm((2026, 3, 29, 4, 30, 0)))
    patrol = Patrol(rounds, path, env=clock.environment | {"TZ": ZONE})

    patrol.wait_for("round", 3)
    assert robots.deliveries() == []
    clock.set_to(calendar.timegm((2026, 3, 29, 5, 0, 1)))
    told = robots.wait_for(1)

    assert patrol.end() == 0
    assert "2026-03-29 07:00:" in told.text
    assert "+0200" in told.text


def test_who_is_not_in_the_plan_any_more_is_forgotten_in_the_end(
    rounds: Rounds, plan: Write, counting: CountingServer, robots: Robots,
    clock: ShiftedClock, tmp_path: Path,
) -> None:
    counting.script("/bad", [Answer(500)])
    alerts = (
        'alerts = ({ type = "webhook"; failures = 1; '
        f'webhook = "{robots.url("webhook")}"; secret = {quoted(SECRET)}; }});'
    )
    urls = [counting.url("/bad")] * 3

    def known() -> set[str]:
        with closing(sqlite3.connect(tmp_path / "rounds.db")) as database:
            return {name for name, in database.execute(
                "SELECT endpoint FROM standing")}

    def watch_for_a_while(count: int) -> set[str]:
        path = plan(plan_of(urls[:count], SETTINGS) + alerts)
        patrol = Patrol(rounds, path, env=clock.environment)
        patrol.wait_for("round", 3)
        assert patrol.end() == 0
        return known()

    assert watch_for_a_while(3) == {"e0", "e1", "e2"}
    clock.set_by(89 * 24 * HOUR)
    assert watch_for_a_while(2) == {"e0", "e1", "e2"}
    clock.set_by(2 * 24 * HOUR)
    assert watch_for_a_while(1) == {"e0", "e1", "e2"} - {"e1", "e2"}
    assert len(robots.taken()) == 1
