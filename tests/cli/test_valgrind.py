"""A small round with every kind of ending leaks nothing."""

# ctest: release only
# ctest: serial
# ctest: label valgrind

import shutil

import pytest

from support.program import Rounds

ENDS_AS_IT_SHOULD = 1  # some targets fail on purpose
FOUND_SOMETHING = 98

VALGRIND = [
    "valgrind",
    "--quiet",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,indirect,possible",
    "--show-leak-kinds=definite,indirect,possible",
    f"--error-exitcode={FOUND_SOMETHING}",
]


@pytest.mark.skipif(not shutil.which("valgrind"), reason="no valgrind here")
@pytest.mark.parametrize(
    "arguments", [["demo", "-v"], ["demo", "--report", "json"], ["reasons"]]
)
def test_valgrind_finds_nothing(
    rounds: Rounds, arguments: list[str]
) -> None:
    done = rounds.run(*arguments, prefix=VALGRIND, timeout=120)

    assert done.returncode != FOUND_SOMETHING, done.stderr
    expected = ENDS_AS_IT_SHOULD if arguments[0] == "demo" else 0
    assert done.returncode == expected, done.stderr
