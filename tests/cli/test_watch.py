"""A patrol: its beat, its log, its signals, and systemd's side of it."""

# ctest: first
# ctest: timeout 400

import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.patrol import PATIENCE, Patrol
from support.plans import plan_of, quoted
from support.processes import wait_until
from support.program import PROJECT, Rounds
from support.tries import patiently

Write = Callable[..., Path]
Make = Callable[..., CountingServer]

EVERY_SECOND = 'schedule = { every = "1s"; };\n'
BOTH = ("async", "threads")
UNIT = PROJECT / "systemd" / "rounds-watch@.service.in"


@pytest.fixture
def engine() -> None:
    """Where the engine matters, the test says so itself."""


@pytest.fixture
def patrol(rounds: Rounds) -> Callable[..., Patrol]:
    """Starts a patrol; `rounds` ends what still runs."""

    def start(plan: Path, *arguments: str, **options) -> Patrol:
        return Patrol(rounds, plan, *arguments, **options)

    return start


class Systemd:
    """The socket that NOTIFY_SOCKET names, and what came there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(PATIENCE)

    def wait_for(self, word: str) -> dict[str, str]:
        """The fields of the next datagram with this field."""
        while True:
            told = self._socket.recv(4096).decode()
            fields = dict(line.split("=", 1) for line in told.split("\n"))
            if word in fields:
                return fields

    def hears(self, word: str, seconds: float) -> bool:
        """Whether a datagram with this field comes in time."""
        self._socket.settimeout(seconds)
        try:
            self.wait_for(word)
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(PATIENCE)
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.close()


# --- the beat ---


@pytest.mark.parametrize("engine_name", BOTH)
@patiently
def test_every_endpoint_is_asked_in_every_round(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    engine_name: str,
) -> None:
    counting.forget()
    urls = [counting.url(f"/{i}") for i in range(20)]
    started = patrol(
        plan(plan_of(urls, EVERY_SECOND)), "--rounds", "3", "--engine",
        engine_name,
    )

    assert started.end(None) == 0

    assert counting.counts() == {f"/{i}": 3 for i in range(20)}
    assert len(started.of("check", outcome="healthy")) == 60
    assert started.of("start")[0]["endpoints"] == 20
    assert started.events[-1]["event"] == "end"
    assert sum(each["checks"] for each in started.of("round")) == 60


def test_a_round_never_begins_before_its_time(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    before = time.monotonic()
    started = patrol(
        plan(plan_of([counting.url()], EVERY_SECOND)), "--rounds", "4"
    )

    assert started.end(None) == 0

    lags = [each["lag_ms"] for each in started.of("check")]
    assert lags and min(lags) >= 0
    # However late the first one was, no round may have begun before this.
    for number, arrived in enumerate(counting.arrivals):
        assert arrived - before >= number


@pytest.mark.parametrize("engine_name", BOTH)
def test_a_check_that_still_runs_is_skipped_while_others_keep_their_beat(
    patrol: Callable[..., Patrol], make_counting: Make, plan: Write,
    engine_name: str,
) -> None:
    hung, sound = make_counting(), make_counting()
    hung.close_gate(1000)
    text = plan_of(
        [hung.url("/gate"), sound.url("/a"), sound.url("/b")],
        EVERY_SECOND + 'defaults = { timeout = "5m"; };',
    )
    started = patrol(plan(text), "--engine", engine_name)

    started.wait_for("omission", count=4, endpoint="e0")
    behind = started.wait_for("behind")
    asked = sound.count("/a")
    sound.wait_for_requests(2 * asked + 4, PATIENCE)
    assert hung.max_in_flight == hung.request_count == 1
    hung.open_gate()
    started.wait_for("check", count=2, endpoint="e0", outcome="healthy")

    assert started.end() == 0
    assert behind["level"] == "warning"
    assert behind["endpoint"] == "e0"
    assert behind["skipped"] >= 1
    assert len(started.of("behind")) < len(started.of("omission"))
    assert hung.max_in_flight == 1


def test_hung_endpoints_never_hold_all_workers(
    patrol: Callable[..., Patrol], make_counting: Make, plan: Write
) -> None:
    hung = [make_counting() for _ in range(6)]
    sound = make_counting()
    for each in hung:
        each.close_gate(1000)
    text = plan_of(
        [sound.url()] + [each.url("/gate") for each in hung],
        EVERY_SECOND + "networks = { intranet = { workers = 4; }; };"
        'defaults = { timeout = "2s"; };',
    )
    started = patrol(plan(text))

    for number in range(1, 7):
        started.wait_for("check", endpoint=f"e{number}",
                         reason="first_byte_timeout")
    seen = sound.request_count
    sound.wait_for_requests(seen + 5, PATIENCE)

    assert started.end() == 0
    # Did they hold them all, it would be asked every other second.
    asked = sound.request_count
    assert len(started.of("omission", endpoint="e0")) <= max(3, asked // 3)


def test_an_endpoint_has_an_interval_of_its_own(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    text = (
        'schedule = { every = "1h"; };'
        'networks = { fast = { every = "1s"; }; };'
        "endpoints = ("
        f'{{ name = "hour"; url = {quoted(counting.url("/hour"))}; }},'
        f'{{ name = "network"; url = {quoted(counting.url("/network"))};'
        ' network = "fast"; },'
        f'{{ name = "own"; url = {quoted(counting.url("/own"))};'
        ' every = "2s"; } );'
    )
    started = patrol(plan(text))

    started.wait_for("check", count=5, endpoint="network")

    assert started.end() == 0
    assert counting.count("/hour") == 1  # soon, not within the hour
    assert counting.count("/own") <= counting.count("/network")


def test_without_a_schedule_it_is_once_a_minute(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    started = patrol(plan(plan_of([counting.url()])))

    started.wait_for("check")

    assert started.end() == 0
    assert started.of("start")[0]["every_ms"] == 60000
    assert counting.request_count == 1


def test_what_a_stall_made_it_miss_is_counted_and_not_made_up_for(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    urls = [counting.url(f"/{i}") for i in range(5)]
    started = patrol(
        plan(plan_of(urls, EVERY_SECOND)), "--rounds", "8"
    )
    started.wait_for("check", count=5)

    started.signal(signal.SIGSTOP)
    time.sleep(3.5)  # the stall itself
    started.signal(signal.SIGCONT)

    assert started.end(None) == 0
    left_out = sum(
        each["missed"] + each["skipped"] for each in started.of("omission")
    )
    assert sum(each["missed"] for each in started.of("omission")) >= 5
    assert counting.request_count + left_out == 5 * 8


# --- connections ---


@pytest.mark.parametrize("engine_name", BOTH)
@patiently
def test_connections_live_on_between_rounds(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    engine_name: str,
) -> None:
    counting.forget()
    text = plan_of(
        [counting.url()],
        EVERY_SECOND + "networks = { intranet = { workers = 1; }; };",
    )
    started = patrol(plan(text), "--rounds", "4", "--engine", engine_name)

    assert started.end(None) == 0

    assert counting.request_count == 4
    assert counting.connections == 1
    told = [each["connection"] for each in started.of("check")]
    assert told == ["opened", "reused", "reused", "reused"]


@patiently
def test_each_origin_keeps_its_connection(
    patrol: Callable[..., Patrol], make_counting: Make, plan: Write
) -> None:
    servers = [make_counting() for _ in range(30)]
    text = plan_of(
        [each.url() for each in servers],
        EVERY_SECOND + "networks = { intranet = { workers = 2; }; };",
    )
    started = patrol(plan(text), "--rounds", "3")

    assert started.end(None) == 0

    assert [each.request_count for each in servers] == [3] * 30
    assert [each.connections for each in servers] == [1] * 30


def test_certificates_are_loaded_again_when_their_file_has_changed(
    patrol: Callable[..., Patrol], counting_tls: CountingServer, plan: Write,
    certificates: Certificates, tmp_path: Path,
) -> None:
    trusted = tmp_path / "trusted.pem"
    # Somebody, but nobody who vouches for this server.
    trusted.write_bytes(certificates.client_root_file.read_bytes())
    text = plan_of(
        [counting_tls.url()], EVERY_SECOND,
        'tls = { ca_file = "trusted.pem"; };',
    )
    started = patrol(plan(text))
    started.wait_for("state", reason="tls_certificate")

    beside = tmp_path / "new.pem"
    shutil.copy(certificates.root_file, beside)
    beside.rename(trusted)
    change = started.wait_for("state", outcome="healthy")

    assert started.end() == 0
    assert change["was_reason"] == "tls_certificate"


# --- the log ---


@patiently
def test_each_change_of_an_endpoint_is_told_with_its_reason(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    counting.script("/flap", [
        Answer(200), Answer(503), Answer(503), Answer(200),
    ])
    started = patrol(
        plan(plan_of([counting.url("/flap")], EVERY_SECOND)),
        "--rounds", "5", level="info",
    )

    assert started.end(None) == 0

    down, up = started.of("state")
    assert (down["level"], down["endpoint"]) == ("warning", "e0")
    assert (down["outcome"], down["reason"]) == ("unhealthy", "status")
    assert (down["phase"], down["status"]) == ("verify", 503)
    assert down["network"] == "intranet"
    assert "503" in down["message"]
    assert (down["was"], down["was_checks"]) == ("healthy", 1)
    assert (up["level"], up["outcome"]) == ("info", "healthy")
    assert (up["was"], up["was_reason"]) == ("unhealthy", "status")
    assert up["was_checks"] == 2
    assert [each["event"] for each in started.events] == [
        "start", "state", "state", "end"
    ]


def test_the_log_is_logfmt_unless_told(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.script("/down", [Answer(503)])
    text = plan_of([counting.url("/down")], EVERY_SECOND)

    done = rounds.run("watch", "--rounds", "1", plan(text))

    assert (done.returncode, done.stdout) == (0, "")
    start, state, end = done.stderr.splitlines()
    stamp = r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(
        stamp + r" level=info event=start plan=\S+ endpoints=1 every_ms=1000"
        r" engine=async version=\S+", start
    )
    assert re.fullmatch(
        stamp + r" level=warning event=state endpoint=e0 network=intranet"
        r" outcome=unhealthy reason=status phase=verify status=503"
        r' total_ms=[\d.]+ message="[^"]*503[^"]*"', state
    )
    assert re.fullmatch(stamp + r" level=info event=end", end)


def test_the_journal_gets_priorities(
    rounds: Rounds, counting: CountingServer, plan: Write, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    journal.touch()
    status = journal.stat()
    counting.script("/down", [Answer(503)])
    path = plan(plan_of([counting.url("/down")], EVERY_SECOND))

    done = rounds.run(
        "watch", "--rounds", "1", path,
        prefix=["sh", "-c", 'exec 2>>journal "$@"', "sh"],
        env={"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"},
    )

    assert done.returncode == 0
    lines = journal.read_text().splitlines()
    assert [line[:8] for line in lines] == [
        "<6>time=", "<4>time=", "<6>time="
    ]


def test_no_secret_gets_into_the_log(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = (
        EVERY_SECOND + 'endpoints = ( { name = "with ${API_TOKEN}";'
        f' url = "{counting.url("/x")}?token=${{API_TOKEN}}";'
        ' expect = { body_contains = "${API_TOKEN}"; }; } );'
    )

    done = rounds.run(
        "watch", "--rounds", "1", "--log-level", "debug", plan(text),
        env={"API_TOKEN": "s3cr3t-0f-the-tests"},
    )

    assert done.returncode == 0
    assert "reason=body" in done.stderr
    assert "s3cr3t-0f-the-tests" not in done.stderr


# --- the history ---


def test_what_is_found_is_stored(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    tmp_path: Path,
) -> None:
    counting.close_gate(1000)
    text = plan_of(
        [counting.url("/a"), counting.url("/gate")],
        EVERY_SECOND + 'history = { file = "found.db"; };'
        'defaults = { timeout = "5m"; };',
    )
    started = patrol(plan(text))
    started.wait_for("check", count=3)

    assert started.end() == 0

    with sqlite3.connect(tmp_path / "found.db") as database:
        stored = database.execute("SELECT count(*) FROM result").fetchone()[0]
    assert stored == len(started.of("check")) >= 3


@patiently
def test_a_history_that_cannot_be_written_stops_no_check(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    tmp_path: Path,
) -> None:
    counting.forget()
    (tmp_path / "found.db").mkdir(exist_ok=True)
    text = plan_of(
        [counting.url()], EVERY_SECOND + 'history = { file = "found.db"; };'
    )
    started = patrol(plan(text), "--rounds", "3")

    assert started.end(None) == 3

    assert counting.request_count == 3
    assert len(started.of("history", level="error")) == 1


@pytest.mark.skipif(
    bool(os.environ.get("ROUNDS_SANITIZE")),
    reason="sanitizers write files, which the limit hits too",
)
def test_on_a_full_disk_it_goes_on_and_stores_all_once_there_is_room(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    tmp_path: Path,
) -> None:
    text = plan_of(
        [counting.url(f"/{i}") for i in range(10)],
        EVERY_SECOND + 'history = { file = "found.db"; };',
    )
    started = patrol(plan(text))
    started.wait_for("check", count=20)

    began = time.monotonic()
    resource.prlimit(started.pid, resource.RLIMIT_FSIZE, (8192, -1))
    told = started.wait_for("history", level="error")
    asked = counting.request_count
    counting.wait_for_requests(asked + 20, PATIENCE)
    started.signal(signal.SIGHUP)
    started.wait_for("reload")
    counting.wait_for_requests(asked + 40, PATIENCE)
    resource.prlimit(started.pid, resource.RLIMIT_FSIZE, (-1, -1))
    started.wait_for("history", level="info")

    assert started.end() == 0
    assert str(tmp_path / "found.db") in told["message"]
    # Once a minute it is told, not once a second.
    minutes = (time.monotonic() - began) / 60
    assert len(started.of("history", level="error")) <= 1 + minutes
    with closing(sqlite3.connect(tmp_path / "found.db")) as database:
        assert database.execute(
            "PRAGMA integrity_check").fetchall() == [("ok",)]
        (stored,), = database.execute("SELECT count(*) FROM result")
    assert stored == len(started.of("check")) >= 40


def test_two_patrols_and_a_round_may_keep_one_history(
    rounds: Rounds, patrol: Callable[..., Patrol], counting: CountingServer,
    plan: Write, tmp_path: Path,
) -> None:
    urls = [counting.url(f"/{i}") for i in range(20)]
    settings = EVERY_SECOND + 'history = { file = "found.db"; };'
    path = plan(plan_of(urls, settings))
    started = [patrol(path), patrol(path)]
    for each in started:
        each.wait_for("check", count=20)

    done = rounds.run("check", "--history", path)
    told = rounds.run("history", path)
    for each in started:
        each.wait_for("check", count=len(each.of("check")) + 40)

    assert (done.returncode, done.stderr) == (0, "")
    assert (told.returncode, told.stderr) == (0, "")
    assert [each.end() for each in started] == [0, 0]
    with closing(sqlite3.connect(tmp_path / "found.db")) as database:
        assert database.execute(
            "PRAGMA integrity_check").fetchall() == [("ok",)]
        (stored, last), = database.execute(
            "SELECT count(*), max(id) FROM result")
    assert stored == last == len(urls) + sum(
        len(each.of("check")) for each in started
    )


# --- signals ---


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("engine_name", BOTH)
def test_a_signal_ends_it_whatever_hangs(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    engine_name: str, number: int,
) -> None:
    counting.close_gate(1000)
    text = plan_of(
        [counting.url("/gate")] * 3,
        EVERY_SECOND + 'defaults = { timeout = "5m"; };',
    )
    started = patrol(plan(text), "--engine", engine_name)
    counting.wait_for_in_flight(3, PATIENCE)

    assert started.end(number) == 0

    assert started.of("stop")[0]["signal"] == signal.Signals(number).name
    assert started.events[-1]["event"] == "end"
    assert started.of("check") == []  # none was asked to its end


def test_a_second_signal_ends_it_at_once(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    text = plan_of(
        [counting.url("/gate")], 'defaults = { timeout = "5m"; };'
    )
    started = patrol(plan(text))
    counting.wait_for_in_flight(1, PATIENCE)

    # Both are there when it wakes, the smaller number first.
    started.signal(signal.SIGSTOP)
    started.signal(signal.SIGINT)
    started.signal(signal.SIGTERM)
    started.signal(signal.SIGCONT)

    assert started.end(None) == -signal.SIGTERM
    assert started.of("end") == []


def test_a_plan_read_anew_keeps_what_is_known_of_what_stays(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    counting.script("/down", [Answer(503)])
    path = plan(plan_of(
        [counting.url("/down"), counting.url("/old")], EVERY_SECOND
    ))
    started = patrol(path)
    started.wait_for("check", count=2)
    before = len(started.of("check", endpoint="e0"))

    path.write_text(
        EVERY_SECOND + "endpoints = ("
        f'{{ name = "new"; url = "{counting.url("/new")}"; }},'
        f'{{ name = "e0"; url = "{counting.url("/down")}"; }} );'
    )
    started.signal(signal.SIGHUP)
    reload = started.wait_for("reload")
    old = counting.count("/old")
    started.wait_for("check", endpoint="new")
    started.wait_for("check", count=before + 2, endpoint="e0")

    assert started.end() == 0
    assert (reload["endpoints"], reload["kept"]) == (2, 1)
    assert counting.count("/old") == old
    assert len(started.of("state", endpoint="e0")) == 1
    assert started.of("state", endpoint="new")[0]["level"] == "debug"


def test_a_plan_read_anew_does_not_wait_for_what_hangs(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    path = plan(plan_of(
        [counting.url("/gate")],
        'schedule = { every = "1h"; }; defaults = { timeout = "1h"; };',
    ))
    started = patrol(path)
    counting.wait_for_in_flight(1, PATIENCE)

    started.signal(signal.SIGHUP)
    started.wait_for("reload")
    # What was broken off is asked again, not in an hour.
    counting.wait_for_requests(2, PATIENCE)
    counting.open_gate()
    started.wait_for("check", endpoint="e0", outcome="healthy")

    assert started.end() == 0


def test_a_plan_with_mistakes_is_told_and_the_one_before_stays(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    path = plan(plan_of([counting.url()], EVERY_SECOND))
    started = patrol(path)
    started.wait_for("check")

    path.write_text('endpoints = ( { nme = "a"; url = "ftp://a/"; } );')
    started.signal(signal.SIGHUP)
    started.wait_for("reload_failed")
    seen = counting.request_count
    counting.wait_for_requests(seen + 2, PATIENCE)

    assert started.end() == 0
    mistakes = [each["message"] for each in started.of("plan_mistake")]
    assert mistakes
    assert any("plan.cfg:1: endpoints[0].nme" in each for each in mistakes)
    assert started.of("reload") == []


def test_it_can_be_told_to_read_the_plan_again_and_again(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write
) -> None:
    urls = [counting.url(f"/{i}") for i in range(10)]
    started = patrol(plan(plan_of(urls, EVERY_SECOND)))
    started.wait_for("start")

    for number in range(1, 11):
        started.signal(signal.SIGHUP)
        started.wait_for("reload", count=number)
    seen = counting.request_count
    counting.wait_for_requests(seen + 20, PATIENCE)

    assert started.end() == 0


# --- systemd ---


def test_systemd_is_told_how_it_fares(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    systemd: Systemd,
) -> None:
    path = plan(plan_of([counting.url()] * 2, EVERY_SECOND))
    started = patrol(path, env={"NOTIFY_SOCKET": str(systemd.path)})

    ready = systemd.wait_for("READY")
    status = systemd.wait_for("STATUS")
    began_us = time.monotonic_ns() // 1000
    started.signal(signal.SIGHUP)
    reloading = systemd.wait_for("RELOADING")
    again = systemd.wait_for("READY")
    path.write_text("endpoints = ();")
    started.signal(signal.SIGHUP)
    systemd.wait_for("RELOADING")
    refused = systemd.wait_for("READY")
    started.signal(signal.SIGTERM)
    stopping = systemd.wait_for("STOPPING")

    assert started.end(None) == 0
    assert ready == {"READY": "1", "STATUS": "2 endpoints"}
    assert status["STATUS"].startswith("0 of 2 endpoints fail; round ")
    assert began_us <= int(reloading["MONOTONIC_USEC"])
    assert again["READY"] == "1"
    assert "mistakes" in refused["STATUS"]
    assert stopping == {"STOPPING": "1"}


def test_the_watchdog_is_fed(
    patrol: Callable[..., Patrol], counting: CountingServer, plan: Write,
    systemd: Systemd,
) -> None:
    started = patrol(
        plan(plan_of([counting.url()])),
        env={"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "200000"},
    )

    for _ in range(5):
        assert systemd.wait_for("WATCHDOG") == {"WATCHDOG": "1"}

    assert started.end() == 0


def test_the_watchdog_is_not_fed_when_nobody_tells_what_is_found(
    rounds: Rounds, counting: CountingServer, plan: Write, systemd: Systemd
) -> None:
    urls = [counting.url(f"/{i}") for i in range(100)]
    # Nobody reads its log, which stands still once the pipe is full.
    stuck = rounds.start(
        "watch", "--log-level", "debug", plan(plan_of(urls, EVERY_SECOND)),
        env={"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "200000"},
    )
    systemd.wait_for("WATCHDOG")

    wait_until(
        lambda: not systemd.hears("WATCHDOG", 3), "the watchdog to starve",
        PATIENCE,
    )

    assert stuck.poll() is None  # it would be ended by systemd
    asked = counting.request_count
    counting.wait_for_requests(asked + 100, PATIENCE)


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="no systemd-analyze"
)
def test_the_unit_is_one_that_systemd_takes(
    rounds: Rounds, tmp_path: Path
) -> None:
    unit = tmp_path / "rounds-watch@shop.service"
    unit.write_text(
        UNIT.read_text()
        .replace("@CMAKE_INSTALL_FULL_BINDIR@", str(rounds.binary.parent))
        .replace("@CMAKE_INSTALL_FULL_DOCDIR@", "/usr/share/doc/rounds")
    )

    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


# --- mistakes ---


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "expected one plan file"),
        (["plan.cfg", "other.cfg"], "expected one plan file"),
        (["--engine", "magic", "plan.cfg"], "none of threads, async"),
        (["--log-level", "loud", "plan.cfg"], "--log-level: \"loud\""),
        (["--log-format", "xml", "plan.cfg"], "--log-format: \"xml\""),
        (["--rounds", "0", "plan.cfg"], "--rounds"),
        (["missing.cfg"], "missing.cfg"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_sent(
    rounds: Rounds, counting: CountingServer, plan: Write,
    arguments: list[str], told: str,
) -> None:
    plan(plan_of([counting.url()]))

    done = rounds.run("watch", *arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert counting.request_count == 0


def test_a_bad_plan_is_told_line_by_line(rounds: Rounds, plan: Write) -> None:
    path = plan('schedule = { every = "1ms"; };\nendpoints = ( 1 );\n')

    done = rounds.run("watch", path)

    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert "plan.cfg:1: schedule.every" in first
    assert "plan.cfg:2: endpoints[0]" in second


def test_the_help_fits_a_screen(rounds: Rounds) -> None:
    done = rounds.run("watch", "--help")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert "--log-level" in done.stdout
