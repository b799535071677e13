"""Another try, where a machine with other things to do may have been late."""

import functools
from collections.abc import Callable
from typing import Any

from support.program import Crash

TRIES = 5

Test = Callable[..., None]


def patiently(test: Test) -> Test:
    """Try a test up to five times, with the same fixtures.

    For what is a matter of time alone: a machine that has other things to do
    may be late once; a limit that is not kept is late each time. A crash is
    told at once.
    """

    @functools.wraps(test)
    def tried(*arguments: Any, **fixtures: Any) -> None:
        for _ in range(TRIES - 1):
            try:
                test(*arguments, **fixtures)
                return
            except Crash:
                raise
            except AssertionError:
                pass
        test(*arguments, **fixtures)

    return tried
