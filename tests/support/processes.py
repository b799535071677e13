"""Processes started for the tests: readiness, logs, and a sure end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from support.program import SLOWNESS

PATIENCE = 60.0 * SLOWNESS  # for what comes at once where nothing else runs
LOG_TAIL = 4000

_running: list["Process"] = []


def wait_until(
    is_true: Callable[[], bool], what: str, seconds: float = PATIENCE
) -> None:
    """Wait until a condition holds; AssertionError when it never does."""
    ends = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > ends:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.01)


def running() -> list["Process"]:
    """The processes that have been started and not yet stopped."""
    return list(_running)


class Process:
    """A process whose output goes to a log file.

    It runs in the folder of its log and in a session of its own, so that
    an interrupt at the terminal reaches the tests first, and it ends with
    the thread that started it.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str | Path],
        log_file: Path,
        *,
        environment: dict[str, str] | None = None,
        inherited: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log_file = log_file
        with open(log_file, "wb") as log:
            self._popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | (environment or {}),
                cwd=log_file.parent,
                pass_fds=inherited,
                start_new_session=True,
            )
        _running.append(self)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._popen.poll() is None

    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text(errors="replace")

    def log_tail(self) -> str:
        """The end of what it has written so far."""
        return self.log()[-LOG_TAIL:]

    def wait_until_ready(
        self, is_ready: Callable[[], bool], seconds: float = PATIENCE
    ) -> None:
        """Wait until it is ready; when it dies or never is, show its log."""
        try:
            wait_until(
                lambda: not self.is_alive() or is_ready(),
                f"{self.name} to become ready",
                seconds,
            )
            if not self.is_alive():
                code = self._popen.returncode
                raise AssertionError(f"{self.name} ended with {code}")
        except AssertionError as reason:
            tail = self.log_tail()
            self.stop()
            raise AssertionError(f"{reason}\n{tail}") from None

    def wait_for_line(self, line: str, seconds: float = PATIENCE) -> None:
        """Wait until this line is in its log."""
        self.wait_until_ready(lambda: line in self.log().splitlines(), seconds)

    def stop(self, how: int = signal.SIGTERM, seconds: float = 10.0) -> int:
        """End it, by force when it takes too long; returns its code."""
        if self in _running:
            _running.remove(self)
        if self.is_alive():
            self._popen.send_signal(how)
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            return self._popen.wait(seconds)
