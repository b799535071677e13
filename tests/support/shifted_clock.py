"""A wall clock that a test sets while a program runs.

    clock = ShiftedClock(tmp_path)
    patrol = Patrol(rounds, plan, env=clock.environment)
    clock.set_by(3600)
"""

import mmap
import os
import time
from pathlib import Path

LIBRARY = os.environ.get("ROUNDS_SHIFTED_CLOCK", "")
BYTES = 8


class ShiftedClock:
    """Ahead of the machine's by so many seconds, which are 0 at first."""

    def __init__(self, directory: Path) -> None:
        file = directory / "shifted_clock"
        file.write_bytes(bytes(BYTES))
        with open(file, "r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), BYTES)
        self._ahead_us = 0
        self.environment = {
            "LD_PRELOAD": LIBRARY, "SHIFTED_CLOCK": str(file),
        }

    def set_by(self, seconds: float) -> None:
        """Set it ahead, or back where that is below 0."""
        self._ahead_us += round(seconds * 1_000_000)
        self._memory[:] = self._ahead_us.to_bytes(BYTES, "little", signed=True)

    def set_to(self, moment: float) -> None:
        """Set it to a moment, in seconds since 1970."""
        self.set_by(moment - self.time())

    def time(self) -> float:
        """What it shows, in seconds since 1970."""
        return time.time() + self._ahead_us / 1_000_000
