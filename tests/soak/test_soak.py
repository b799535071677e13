"""After many rounds a process holds no more than after a few."""

import os
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.soaking import OUTCOMES, Soaking

PROGRAM = Path(os.environ["ROUNDS_SOAK"])
IS_SANITIZED = bool(os.environ.get("ROUNDS_SANITIZE"))
ROUNDS, CHECKS = (20, 500) if IS_SANITIZED else (100, 1000)
SETTLED = 5  # by then all that is kept for later has been made
GROWTH_AT_MOST = 1.05
ENGINES = ("threads", "async")


@pytest.mark.parametrize("engine", ENGINES)
def test_rounds_lose_nothing_and_hold_no_more_than_before(
    engine: str, tmp_path: Path
) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()

    with Soaking(tmp_path, Certificates(folder), CHECKS) as soaking:
        rounds = soaking.run(PROGRAM, engine, ROUNDS)
        expected = {name: soaking.expected[name] for name in OUTCOMES}

    assert len(rounds) == ROUNDS
    assert all(each.outcomes == expected for each in rounds)
    early, last = rounds[SETTLED - 1], rounds[-1]
    assert last.descriptors == early.descriptors
    assert last.heap_kib <= early.heap_kib * GROWTH_AT_MOST
    if not IS_SANITIZED:  # which keeps what was freed
        assert last.resident_kib <= early.resident_kib * GROWTH_AT_MOST
