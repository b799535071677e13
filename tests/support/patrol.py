"""A patrol (`rounds watch`) that runs beside a test, and what it logs."""

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM
from typing import Any

from support.processes import PATIENCE, wait_until
from support.program import CRASHES, Crash, Rounds

Event = dict[str, Any]


class Patrol:
    """`rounds watch --log-format json`, its log read as it comes."""

    def __init__(
        self,
        rounds: Rounds,
        plan: Path,
        *arguments: str,
        level: str = "debug",
        env: Mapping[str, str] | None = None,
        prefix: Sequence[str | Path] = (),
    ) -> None:
        self._events: list[Event] = []
        self._other: list[str] = []
        self._process = rounds.start(
            "watch", "--log-format", "json", "--log-level", level, *arguments,
            plan, env=env, prefix=prefix,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def events(self) -> list[Event]:
        """Every line logged so far."""
        return list(self._events)

    def of(self, event: str, **fields: Any) -> list[Event]:
        """The lines so far with this event and these fields."""
        return [
            each for each in self.events
            if each["event"] == event
            and all(each.get(name) == fields[name] for name in fields)
        ]

    def wait_for(self, event: str, count: int = 1, **fields: Any) -> Event:
        """Wait until so many such lines have come; gives the last of them."""
        wait_until(
            lambda: len(self.of(event, **fields)) >= count or self._is_over(),
            f"{count} of {event} {fields}", PATIENCE,
        )
        found = self.of(event, **fields)
        assert len(found) >= count, (event, fields, self.events, self._other)
        return found[count - 1]

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self, number: int | None = SIGTERM) -> int:
        """Send a signal (None: it ends by itself); gives the exit code."""
        if number is not None:
            self.signal(number)
        code = self._process.wait(PATIENCE)
        self._reader.join()
        if code in CRASHES:
            raise Crash(f"crashed with {code}: {self._other}")
        assert self._other == [], "".join(self._other)
        return code

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            try:
                self._events.append(json.loads(line))
            except ValueError:
                self._other.append(line)

    def _is_over(self) -> bool:
        return self._process.poll() is not None and not self._reader.is_alive()
