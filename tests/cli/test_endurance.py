"""A patrol that goes on for long, is killed, and reads its plan ever anew.

How often is bounded here and told by the environment for a longer run:
    ROUNDS_BEATS=600 ROUNDS_KILLS=100 ROUNDS_RELOADS=1000 ctest -L soak
"""

# ctest: first
# ctest: timeout 300
# ctest: label soak

import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.counting import Answer, CountingServer
from support.long_patrol import LongPatrol
from support.nginx import Listener, Nginx
from support.patrol import Patrol
from support.plans import quoted
from support.processes import wait_until
from support.program import Rounds
from support.robots import SECRET, Robots

IS_SANITIZED = bool(os.environ.get("ROUNDS_SANITIZE"))
BEATS = int(os.environ.get("ROUNDS_BEATS", "12"))
KILLS = int(os.environ.get("ROUNDS_KILLS", "6"))
RELOADS = int(os.environ.get("ROUNDS_RELOADS", "40"))
ENDPOINTS = 200 if IS_SANITIZED else 1000
ORIGINS = 10
WORKERS = 16
LONG_BEATS = 300  # by then memory says something

# What docs/history.md says of the size of the file.
RESULT_BYTES_MOST = 48
HOUR_BYTES_MOST = 200
EMPTY_BYTES_MOST = 256 * 1024
AHEAD_BYTES_MOST = 16 * 1024 * 1024


@pytest.fixture
def engine() -> None:
    """The one that a patrol has unless told."""


@pytest.fixture
def robots() -> Iterator[Robots]:
    """The robots of all kinds."""
    server = Robots()
    yield server
    server.stop()


def descriptors_of(pid: int) -> list[str]:
    """What a process has open."""
    folder = Path(f"/proc/{pid}/fd")
    found = []
    for entry in folder.iterdir():
        try:
            found.append(os.readlink(entry))
        except FileNotFoundError:
            continue  # closed meanwhile
    return sorted(found)


def test_every_beat_of_a_thousand_endpoints_is_made_or_counted_and_stored(
    rounds: Rounds, tmp_path: Path,
    make_nginx: Callable[[list[Listener]], Nginx],
) -> None:
    nginx = make_nginx([Listener()] * ORIGINS)
    urls = [
        nginx.url(i % ORIGINS, f"/status/200?{i}") for i in range(ENDPOINTS)
    ]

    figures = LongPatrol(tmp_path, urls).run(rounds.binary, BEATS)

    left_out = figures.skipped + figures.missed
    assert figures.code == 0
    assert figures.checks + left_out == ENDPOINTS * BEATS
    assert len(figures.stored) == ENDPOINTS
    assert sum(figures.stored.values()) == figures.checks
    # Late it may be here, where others use the machine, but never lost.
    assert [each for each in figures.trouble if each["event"] != "behind"] == []
    assert figures.history_bytes <= (
        figures.checks * RESULT_BYTES_MOST
        + ENDPOINTS * HOUR_BYTES_MOST * (2 + BEATS // 3600)
        + EMPTY_BYTES_MOST
    )
    assert max(each.log_bytes for each in figures.samples) <= AHEAD_BYTES_MOST
    # A busy machine needs more connections, and no more than it has workers.
    assert max(each.descriptors for each in figures.samples) <= (
        20 + ORIGINS * WORKERS)
    if BEATS >= LONG_BEATS and not IS_SANITIZED:  # which keeps what was freed
        settled = figures.samples[len(figures.samples) // 5]
        last = figures.samples[-2]  # the very last one may be ending
        assert last.resident_kib <= settled.resident_kib * 1.1


def test_a_plan_read_anew_any_number_of_times_leaves_nothing_open(
    rounds: Rounds, plan: Callable[..., Path], robots: Robots,
    counting: CountingServer,
) -> None:
    counting.script("/bad", [Answer(500)])
    alerts = ",".join(
        f'{{ type = "{kind}"; webhook = "{robots.url(kind, kind)}"; {secret}'
        " failures = 1; }"
        for kind, secret in (
            ("slack", ""), ("webhook", f"secret = {quoted(SECRET)};"),
        )
    )
    path = plan(
        'schedule = { every = "1s"; };\nhistory = { file = "rounds.db"; };\n'
        "networks = { a = { workers = 2; }; b = { workers = 2; }; };\n"
        "endpoints = ("
        f'{{ name = "bad"; url = "{counting.url("/bad")}"; network = "a"; }},'
        f'{{ name = "good"; url = "{counting.url()}"; network = "b"; }});\n'
        f"alerts = ({alerts});\n"
    )
    running = Patrol(rounds, path, level="info")
    running.wait_for("start")

    def reload(times: int) -> int:
        """Gives how many descriptors are open once all was asked again."""
        for _ in range(times):
            done = len(running.of("reload"))
            running.signal(signal.SIGHUP)
            running.wait_for("reload", done + 1)
        asked = counting.request_count
        counting.wait_for_requests(asked + 4)
        return len(descriptors_of(running.pid))

    early = reload(5)
    wait_until(
        lambda: len(robots.taken("slack")) and len(robots.taken("webhook")),
        "both robots to be told",
    )
    late = reload(RELOADS)

    # Some may just not have been open, or still be so, when we looked.
    assert late < early + min(RELOADS, 20), descriptors_of(running.pid)
    assert running.end() == 0
    # Told once; twice the same, where it was broken off while it was taken.
    for name in ("slack", "webhook"):
        assert len({each.body for each in robots.taken(name)}) == 1


# --- kill -9 ---


class Toggler:
    """Endpoints /0, /1 and so on that fail and recover by chance, for ever."""

    def __init__(self, counting: CountingServer, count: int) -> None:
        self.is_bad = [False] * count
        self._counting = counting
        self._chance = random.Random(17)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Leave them as they are."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.1):
            number = self._chance.randrange(len(self.is_bad))
            self.is_bad[number] = not self.is_bad[number]
            answer = Answer(500) if self.is_bad[number] else Answer()
            self._counting.script(f"/{number}", [answer])


def copy_of(file: Path, folder: Path) -> Path:
    """The database as a killed process left it, to be looked at."""
    folder.mkdir(exist_ok=True)
    for name in (file.name, f"{file.name}-wal"):
        (folder / name).unlink(missing_ok=True)
        if (file.parent / name).exists():
            shutil.copy(file.parent / name, folder / name)
    return folder / file.name


def last_stored(file: Path) -> int:
    """The number of the last result that others can see; 0: none."""
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(
            f"file:{file}?mode=ro", uri=True, timeout=0
        )) as database:
            found = database.execute("SELECT max(id) FROM result").fetchone()
    except sqlite3.Error:  # it is only being made
        return 0
    return found[0] or 0


def assert_history_is_whole(file: Path, seen: int) -> None:
    """Nothing is missing or double, and what it says agrees with itself."""
    with closing(sqlite3.connect(file)) as database:
        def ask(question: str) -> list[tuple]:
            return database.execute(question).fetchall()

        assert ask("PRAGMA integrity_check") == [("ok",)]
        if not seen:
            return
        (count, last), = ask("SELECT count(*), max(id) FROM result")
        assert count == last >= seen
        expected = 1
        for first, results in ask(
            "SELECT first_result, results FROM round ORDER BY id"
        ):
            assert first == expected
            expected += results
        assert expected == last + 1
        states: dict[int, bool] = {}
        changes = []
        for endpoint, at_ms, outcome in ask(
            "SELECT endpoint, started_ms, word.name FROM result"
            " JOIN word ON word.id = outcome ORDER BY result.id"
        ):
            is_down = outcome in ("unhealthy", "unreachable")
            if outcome not in ("unknown", "skipped") and (
                states.get(endpoint) is not is_down
            ):
                states[endpoint] = is_down
                changes.append((endpoint, at_ms, int(is_down)))
        assert ask(
            "SELECT endpoint, at_ms, is_down FROM change ORDER BY id"
        ) == changes
        assert dict(ask("SELECT id, is_down FROM endpoint")) == states


def test_killed_at_any_moment_under_load_it_loses_nothing(
    rounds: Rounds, plan: Callable[..., Path], robots: Robots,
    counting: CountingServer, tmp_path: Path,
) -> None:
    count = 60
    chance = random.Random(os.environ.get("ROUNDS_SEED", "23"))
    file = tmp_path / "rounds.db"
    path = plan(
        'schedule = { every = "1s"; };\nhistory = { file = "rounds.db"; };\n'
        "endpoints = (" + ",\n".join(
            f'{{ name = "e{i}"; url = "{counting.url(f"/{i}")}"; }}'
            for i in range(count)
        ) + ');\nalerts = ({ type = "webhook"; flapping = 0; failures = 1; '
        f"recoveries = 1; secret = {quoted(SECRET)}; "
        f'webhook = "{robots.url("webhook")}"; }});\n'
    )
    toggler = Toggler(counting, count)
    seen = 0

    for _ in range(KILLS):
        running = Patrol(rounds, path, level="error")
        until = time.monotonic() + chance.uniform(0.05, 3)
        if chance.random() < 0.3:
            robots.order("robot", chance.choice(("503", "refuse", "hang")))
        while time.monotonic() < until:
            seen = max(seen, last_stored(file))
            time.sleep(0.01)
        running.signal(signal.SIGKILL)
        running.end(None)
        assert_history_is_whole(copy_of(file, tmp_path / "copy"), seen)

    toggler.end()
    running = Patrol(rounds, path, level="info")

    def told() -> dict[str, list[str]]:
        """What was told of each endpoint; twice the same message counts once."""
        changes: dict[str, list[str]] = {f"e{i}": [] for i in range(count)}
        messages = {each.json["id"]: each.json for each in robots.taken()}
        for message in messages.values():
            for each in message["changes"]:
                if each["change"] != "was_down":
                    changes[each["name"]].append(each["change"])
        return changes

    wait_until(
        lambda: [each[-1:] == ["down"] for each in told().values()]
        == toggler.is_bad,
        "what was told to be what is so", 120,
    )
    asked = counting.request_count
    counting.wait_for_requests(asked + 2 * count)
    assert running.end() == 0

    for name, changes in told().items():
        assert changes == (["down", "up"] * 1000)[:len(changes)], name
    assert_history_is_whole(copy_of(file, tmp_path / "copy"), seen)
    with closing(sqlite3.connect(file)) as database:
        stored = {
            name for name, in database.execute("SELECT id FROM message")
        }
        waiting = database.execute(
            "SELECT count(*) FROM message WHERE delivered_us IS NULL"
        ).fetchone()
    # Nothing was told that had not been stored, and all that was is told.
    assert waiting == (0,)
    assert stored == {each.json["id"] for each in robots.taken()}
