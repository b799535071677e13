"""A small round with every kind of ending leaks nothing."""

# ctest: release only
# ctest: label valgrind

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.plans import plan_of
from support.program import Rounds

ENDS_AS_IT_SHOULD = 1  # some targets fail on purpose
MISTAKE, INCOMPLETE = 2, 3
FOUND_SOMETHING = 98

VALGRIND = [
    "valgrind",
    "--quiet",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,indirect,possible",
    "--show-leak-kinds=definite,indirect,possible",
    f"--error-exitcode={FOUND_SOMETHING}",
]


pytestmark = pytest.mark.skipif(
    not shutil.which("valgrind"), reason="no valgrind here"
)


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


def test_valgrind_finds_nothing_in_a_round_over_all_kinds_of_endpoints(
    rounds: Rounds,
    counting: CountingServer,
    counting_tls: CountingServer,
    faults: Faults,
    certificates: Certificates,
    plan: Callable[..., Path],
) -> None:
    counting.script("/moved", [Answer(302, b"", [("Location", "/")])])
    counting.script("/flaky", [Answer(503), Answer(200, b'{"ok": true}')])
    trust = f'tls = {{ ca_file = "{certificates.root_file}"; }};'
    settings = {
        counting.url(): "",
        counting.url("/moved"): 'expect = { body_matches = "^o.$"; };',
        counting.url("/flaky"): 'retries = 1; expect = { jq = ".ok"; };',
        counting.url("/echo"): 'method = "POST"; json = { a = ( 1, "b" ); };',
        counting_tls.url(): trust,
        counting_tls.url("/own"): f"{trust} fresh_connection = true;",
        faults.url("tls_self_signed"): trust,
        faults.url("refused"): "",
        faults.url("reset_within"): "",
        faults.url("silent_after_request"): 'timeout = "1s";',
        faults.url("gzip_bomb"): "",
        "http://nobody.invalid/": 'connect_timeout = "1s";',
    }
    endpoints = ", ".join(
        f'{{ name = "{url}"; url = "{url}"; {more} }}'
        for url, more in settings.items()
    )
    written = plan(
        'defaults = { timeout = "1m"; connect_timeout = "1m"; };'
        f"endpoints = ( {endpoints} );"
    )

    done = rounds.check(
        "-v", "--report", "text", "--report", "json=r.json", written,
        prefix=VALGRIND, timeout=120,
    )

    assert done.returncode == ENDS_AS_IT_SHOULD, done.stderr


def test_valgrind_finds_nothing_in_a_plan_full_of_mistakes(
    rounds: Rounds, plan: Callable[..., Path]
) -> None:
    mistakes = (
        "tiemout = 5; expect = { jq = \".a ==\"; body_matches = \"(\"; };"
        ' headers = [ "x" ]; json = { a = ( 1, { b = "${NONE}"; } ); };'
    )
    written = plan(plan_of(["ftp://a/", "http://b/"], "nets = ();", mistakes))

    done = rounds.check(written, prefix=VALGRIND, timeout=120)

    assert done.returncode == MISTAKE, done.stderr
    assert 'did you mean "timeout"' in done.stderr


def test_valgrind_finds_nothing_in_a_round_that_ends_early(
    rounds: Rounds, counting: CountingServer, plan: Callable[..., Path]
) -> None:
    counting.close_gate(1000)
    written = plan(plan_of([counting.url("/gate")] * 30, "",
                           'timeout = "5m"; connect_timeout = "5m";'))

    done = rounds.check(
        "--deadline", "3s", written, prefix=VALGRIND, timeout=120
    )

    assert done.returncode == INCOMPLETE, done.stderr
