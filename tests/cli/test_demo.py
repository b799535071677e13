"""`rounds demo`: a round over targets inside the program."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from support.namespace import Namespace
from support.processes import wait_until
from support.program import Rounds
from support.tries import patiently

FAILURES, INTERRUPTED = 1, 130
LONGEST_MS = 5000

# (outcome, reason, limit) of each target.
ENDINGS = {
    "home page": ("healthy", None, None),
    "百度首页 demo": ("healthy", None, None),
    "HTTPBIN GET": ("healthy", None, None),
    "用户登录 login": ("healthy", None, None),
    "redirect to the home page": ("healthy", None, None),
    "slow answer 慢接口": ("degraded", "slow", None),
    "flaky service": ("degraded", "flaky", None),
    "页面不存在": ("unhealthy", "status", None),
    "busy service": ("unhealthy", "status", None),
    "wrong body": ("unhealthy", "body", None),
    "redirect loop": ("unreachable", "redirect", None),
    "answer cut short": ("unreachable", "truncated", None),
    "answer that stalls": ("unreachable", "read_timeout", "total"),
    "nobody listens": ("unreachable", "connect_refused", None),
    "black hole 网络黑洞": ("unreachable", "connect_timeout", "connect"),
    "accepts and says nothing": (
        "unreachable", "first_byte_timeout", "total",
    ),
}


@pytest.fixture
def engine() -> None:
    """The demo has no choice of engines."""


@pytest.mark.parametrize("workers", [1, 4, 64])
@patiently
def test_every_target_ends_as_its_name_says(
    rounds: Rounds, workers: int
) -> None:
    done = rounds.run("demo", "--report", "json", "-n", str(workers))

    report = json.loads(done.stdout)
    endings = {
        result["name"]: (
            result["outcome"], result["reason"], result["limit"],
        )
        for result in report["results"]
    }
    assert endings == ENDINGS
    assert done.returncode == FAILURES
    assert done.stderr == ""


@patiently
def test_the_round_takes_about_a_second(rounds: Rounds) -> None:
    report = json.loads(rounds.run("demo", "--report", "json").stdout)

    assert report["elapsed_ms"] < LONGEST_MS


def test_the_plan_it_shows_is_one_that_can_be_read(rounds: Rounds) -> None:
    shown = rounds.run("demo", "--plan")
    plan = rounds.directory / "demo.cfg"
    plan.write_text(shown.stdout, encoding="utf-8")

    listed = rounds.run("list", plan)

    assert shown.returncode == 0
    assert listed.returncode == 0, listed.stderr
    for name in ENDINGS:
        assert name in listed.stdout


def test_it_leaves_no_file_behind(rounds: Rounds) -> None:
    rounds.run("demo", env={"TMPDIR": str(rounds.directory)})

    assert list(rounds.directory.iterdir()) == []


@patiently
def test_it_needs_no_network(rounds: Rounds, namespace: Namespace) -> None:
    done = rounds.run("demo", "--report", "json", prefix=namespace.prefix)

    told = {
        each["name"]: (each["outcome"], each["reason"], each["limit"])
        for each in json.loads(done.stdout)["results"]
    }
    assert told == ENDINGS


@patiently
def test_the_text_report_has_every_target_and_says_why_it_failed(
    rounds: Rounds,
) -> None:
    done = rounds.run("demo")

    assert (done.returncode, done.stderr) == (FAILURES, "")
    for name, (outcome, reason, _) in ENDINGS.items():
        [row] = [line for line in done.stdout.partition("\n\n")[0].splitlines()
                 if line.startswith(name + " ")]
        assert outcome in row
        if outcome in ("unreachable", "degraded"):
            assert reason in row
    assert done.stdout.splitlines()[-1].startswith("9 of 16 endpoints failed")


def thread_count(process: subprocess.Popen[str]) -> int:
    """How many threads a process has."""
    try:
        return len(os.listdir(f"/proc/{process.pid}/task"))
    except FileNotFoundError:
        return 0


def start_round(rounds: Rounds) -> subprocess.Popen[str]:
    """Start the demo with 2 workers, and wait until they are there."""
    started = rounds.start(
        "demo", "-n", "2", env={"TMPDIR": str(rounds.directory)}
    )
    # Main thread, server, collector and the two of them.
    wait_until(lambda: thread_count(started) >= 5, "its workers")
    return started


def children() -> set[str]:
    """The processes that this one has started, and theirs."""
    found, new = set(), {str(os.getpid())}
    while new:
        lists = [
            path.read_text().split()
            for pid in new
            for path in Path(f"/proc/{pid}/task").glob("*/children")
        ]
        new = {pid for each in lists for pid in each} - found
        found |= new
    return found


def test_it_starts_no_process(rounds: Rounds) -> None:
    before = children()

    started = start_round(rounds)
    running = children() - before
    started.communicate(timeout=60)

    assert running == {str(started.pid)}


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_leaves_no_file_behind(rounds: Rounds, times: int) -> None:
    started = start_round(rounds)

    for _ in range(times):
        started.send_signal(signal.SIGINT)
        wait_until(
            lambda: not signals_pending(started), "the signal to be handled"
        )
    started.communicate(timeout=60)

    assert started.returncode == INTERRUPTED
    assert list(rounds.directory.iterdir()) == []


def signals_pending(process: subprocess.Popen[str]) -> bool:
    """Whether a signal has not been handled yet."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except FileNotFoundError:
        return False
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return any(int(fields.get(name, "0"), 16) for name in ("SigPnd", "ShdPnd"))
