"""Rounds are kept in the plan's history, and nothing else is risked for it."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.counting import Answer, CountingServer
from support.plans import plan_of
from support.program import PROJECT, SLOWNESS, Rounds


@pytest.fixture
def engine() -> None:
    """A history knows results, whatever engine made them."""


HISTORY = 'history = { file = "rounds.db"; };'


@pytest.fixture
def plan_file(rounds: Rounds, counting: CountingServer) -> Path:
    """A plan with a history: one endpoint is well, one is not."""
    path = rounds.directory / "plan.cfg"
    urls = [counting.url("/well"), counting.url("/status/503")]
    path.write_text(plan_of(urls, HISTORY))
    return path


SCHEMA = json.loads((PROJECT / "docs" / "history.schema.json").read_text())


def past_of(rounds: Rounds, *arguments: str | Path) -> dict[str, Any]:
    """What `rounds history` tells as JSON, by endpoint."""
    done = rounds.run("history", "--report", "json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    return {each["name"]: each for each in report["endpoints"]}


def rows(file: Path, question: str, *values: Any) -> list[tuple]:
    """What a history answers, read by another program."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(question, values).fetchall()


def assert_sound(file: Path) -> None:
    """The database is whole."""
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]


def test_a_round_is_stored_with_what_each_endpoint_answered(
    rounds: Rounds, plan_file: Path
) -> None:
    done = rounds.check("--history", plan_file)

    assert (done.returncode, done.stderr) == (1, "")
    file = rounds.directory / "rounds.db"
    assert rows(
        file, "SELECT name, outcome, reason, phase, status FROM"
        " readable_result ORDER BY name"
    ) == [
        ("e0", "healthy", None, None, 200),
        ("e1", "unhealthy", "status", "verify", 503),
    ]
    assert rows(file, "SELECT results FROM round") == [(2,)]
    assert_sound(file)


def test_without_the_option_nothing_is_stored(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check(plan_file)

    assert not (rounds.directory / "rounds.db").exists()


def test_the_file_lies_beside_the_plan(
    rounds: Rounds, counting: CountingServer
) -> None:
    folder = rounds.directory / "plans"
    folder.mkdir()
    (folder / "plan.cfg").write_text(plan_of([counting.url()], HISTORY))

    done = rounds.check("--history", "plans/plan.cfg")

    assert done.returncode == 0
    assert (folder / "rounds.db").exists()


def test_a_plan_without_a_history_is_a_mistake_and_nothing_is_sent(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = rounds.directory / "plan.cfg"
    plan.write_text(plan_of([counting.url()]))

    done = rounds.check("--history", plan)

    assert done.returncode == 2
    assert done.stderr == (
        'rounds: --history: the plan does not say where; expected '
        'history = { file = "rounds.db"; };\n'
    )
    assert counting.request_count == 0


def test_what_an_endpoint_changed_is_kept_with_its_message(
    rounds: Rounds, plan_file: Path, counting: CountingServer
) -> None:
    counting.script("/well", [Answer(), Answer(500), Answer(500), Answer()])

    for _ in range(4):
        rounds.check("--history", plan_file)

    changes = rows(
        rounds.directory / "rounds.db",
        "SELECT change.is_down, status, message FROM change JOIN endpoint"
        " ON endpoint.id = change.endpoint WHERE name = 'e0'"
        " ORDER BY change.id",
    )
    assert changes == [
        (0, 200, None),
        (1, 500, "status: wanted 200-299, got 500"),
        (0, 200, None),
    ]


def broken_histories() -> Iterator[Any]:
    """Files that cannot be a history, and what is told of each."""
    yield pytest.param(
        lambda file: file.write_bytes(b"no database\n" * 1000),
        "not a database", id="text",
    )
    yield pytest.param(make_foreign, "a database, but no history of rounds",
                       id="another program's")
    yield pytest.param(make_later,
                       "a history of a later version of rounds", id="later")
    yield pytest.param(lambda file: file.mkdir(), "a folder; expected a file",
                       id="folder")
    yield pytest.param(os.mkfifo, "a pipe or device; expected a file",
                       id="pipe")
    yield pytest.param(make_damaged, "the database is damaged", id="damaged")


def make_foreign(file: Path) -> None:
    """Another program's database."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE theirs (x)")


def make_later(file: Path) -> None:
    """A history of a version that is not there yet."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA application_id = 0x726e6473")
        database.execute("CREATE TABLE word (id, name)")
        database.execute("PRAGMA user_version = 1000")


def make_damaged(file: Path) -> None:
    """A database of which only the first page is one."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE theirs (x)")
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xff" * 3996
    file.write_bytes(content)


@pytest.mark.parametrize("make, told", broken_histories())
def test_a_file_that_is_no_history_is_left_alone_and_the_round_is_made(
    rounds: Rounds, counting: CountingServer, make: Any, told: str
) -> None:
    file = rounds.directory / "rounds.db"
    make(file)
    before = file.read_bytes() if file.is_file() else b""
    plan = rounds.directory / "plan.cfg"
    plan.write_text(plan_of([counting.url()], HISTORY))

    done = rounds.check("--history", "--report", "json=out.json", plan)

    assert done.returncode == 3
    assert done.stderr == (
        f"rounds: the history was not stored: {file}: {told}\n"
    )
    assert (rounds.directory / "out.json").exists()
    assert counting.request_count == 1
    if file.is_file():
        assert file.read_bytes() == before


def test_a_history_that_another_program_holds_is_waited_for_then_told(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check("--history", plan_file)
    file = rounds.directory / "rounds.db"

    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        done = rounds.check("--history", plan_file)
        database.execute("ROLLBACK")

    assert done.returncode == 1
    assert done.stderr == (
        f"rounds: the history was not stored: {file}: "
        "another program has locked it\n"
    )
    assert rows(file, "SELECT count(*) FROM round") == [(1,)]


def test_two_rounds_at_once_are_both_stored(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(2)
    plan = rounds.directory / "plan.cfg"
    urls = [counting.url("/gate"), counting.url("/a")]
    plan.write_text(plan_of(urls, HISTORY))

    both = [rounds.start("check", "--history", plan) for _ in range(2)]
    codes = [(process.wait(60 * SLOWNESS), process.stderr.read())
             for process in both]

    assert codes == [(0, ""), (0, "")]
    file = rounds.directory / "rounds.db"
    assert rows(file, "SELECT count(*), sum(results) FROM round") == [(2, 4)]
    assert rows(file, "SELECT count(*) FROM result") == [(4,)]
    assert_sound(file)


@pytest.mark.skipif(
    os.environ.get("ROUNDS_SANITIZE") == "thread",
    reason="TSan keeps files of its own, which the limit hits too",
)
def test_a_full_disk_is_told_and_the_next_round_is_stored(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check("--history", plan_file)
    file = rounds.directory / "rounds.db"

    full = rounds.check(
        "--history", plan_file, prefix=("prlimit", "--fsize=8192")
    )
    after = rounds.check("--history", plan_file)

    assert full.returncode == 1  # one endpoint is not well
    assert re.fullmatch(
        rf"rounds: the history was not stored: {re.escape(str(file))}: .*\n",
        full.stderr,
    )
    assert (after.returncode, after.stderr) == (1, "")
    assert rows(file, "SELECT count(*), sum(results) FROM round") == [(2, 4)]
    assert_sound(file)


def test_a_disk_without_any_room_costs_the_history_and_not_the_round(
    rounds: Rounds, counting: CountingServer
) -> None:
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")
    (rounds.directory / "disk").mkdir()
    plan = rounds.directory / "plan.cfg"
    plan.write_text(
        plan_of([counting.url()], 'history = { file = "disk/rounds.db"; };')
    )
    # Full, then with room again, on the same file.
    script = (
        "mount -t tmpfs -o size=256k tmpfs disk 2>/dev/null || exit 77;"
        '"$@"; first=$?;'
        "dd if=/dev/zero of=disk/filler bs=1k count=300 2>/dev/null;"
        '"$@"; second=$?; rm disk/filler; "$@"; third=$?;'
        "cp disk/rounds.db kept.db;"
        'echo "codes $first $second $third" >&2'
    )

    done = rounds.check(
        "--history", plan,
        prefix=("unshare", "--mount", "sh", "-c", script, "sh"),
    )

    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no file system can be mounted here")
    told, _, codes = done.stderr.partition("codes ")
    assert codes == "0 3 0\n"
    assert re.fullmatch(
        r"rounds: the history was not stored: .*/rounds\.db: .*\n", told
    )
    kept = rounds.directory / "kept.db"
    assert rows(kept, "SELECT count(*) FROM round") == [(2,)]
    assert_sound(kept)


def test_a_disk_that_may_not_be_written_is_told(
    rounds: Rounds, plan_file: Path
) -> None:
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")
    rounds.check("--history", plan_file)
    script = (
        "mount --bind . . 2>/dev/null || exit 77;"
        "mount -o remount,bind,ro . || exit 77;"
        'cd /; exec "$@"'
    )

    done = rounds.check(
        "--history", plan_file,
        prefix=("unshare", "--mount", "sh", "-c", script, "sh"),
    )

    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 1
    assert done.stderr == (
        f"rounds: the history was not stored: {rounds.directory}/rounds.db: "
        "Read-only file system\n"
    )


def test_secrets_are_not_in_the_file(
    rounds: Rounds, counting: CountingServer
) -> None:
    secret = "s3cret-of-the-history"
    plan = rounds.directory / "plan.cfg"
    plan.write_text(
        HISTORY + "\nendpoints = ("
        '{ name = "with ${API_TOKEN}"; url = "' + counting.url("/echo") + '";'
        ' headers = { Authorization = "Bearer ${API_TOKEN}"; };'
        ' expect = { body_not_contains = "${API_TOKEN}"; }; } );\n'
    )

    done = rounds.check("--history", plan, env={"API_TOKEN": secret})

    assert done.returncode == 1
    file = rounds.directory / "rounds.db"
    assert secret.encode() not in file.read_bytes()
    [(message,)] = rows(file, "SELECT message FROM change")
    assert "***" in message
    assert rows(file, "SELECT name FROM endpoint") == [("with ***",)]


def slowest_first(report: Path, server: CountingServer) -> list[str]:
    """The paths of a JSON report, the one that took longest first."""
    results = json.loads(report.read_text())["results"]
    results.sort(key=lambda each: -each["timings_ms"]["total"])
    return [each["url"].removeprefix(server.origin) for each in results]


def test_what_took_longest_the_last_time_is_asked_first(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = rounds.directory / "plan.cfg"
    paths = ["/quick", "/delay/300", "/delay/100"]
    plan.write_text(plan_of([counting.url(each) for each in paths], HISTORY))
    first = rounds.check("--history", "-n", "1", "--report", "json=first.json",
                         plan)
    asked = counting.request_count

    second = rounds.check("--history", "-n", "1", plan)

    assert (first.returncode, second.returncode) == (0, 0)
    wanted = slowest_first(rounds.directory / "first.json", counting)
    assert wanted[0] != "/quick"
    assert [request.target
            for request in counting.requests[asked:]] == wanted


def test_a_baseline_knows_better_what_takes_longest(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = rounds.directory / "plan.cfg"
    plan.write_text(plan_of([counting.url("/a"), counting.url("/b")], HISTORY))
    slow, quick = Answer(delay_ms=300), Answer()
    counting.script("/a", [quick, slow])
    counting.script("/b", [slow, quick])
    rounds.check("--report", "json=old.json", plan)
    rounds.check("--history", plan)
    asked = counting.request_count

    rounds.check("--history", "--baseline", "old.json", "-n", "1", plan)

    assert [
        request.target for request in counting.requests[asked:]
    ] == slowest_first(rounds.directory / "old.json", counting)


def test_a_monitoring_core_is_told_that_it_was_not_stored(
    rounds: Rounds, counting: CountingServer
) -> None:
    (rounds.directory / "rounds.db").mkdir()
    plan = rounds.directory / "plan.cfg"
    plan.write_text(plan_of([counting.url()], HISTORY))

    done = rounds.check("--history", "--exit", "nagios", plan)

    assert done.returncode == 3
    assert "the history was not stored" in done.stderr


def test_the_version_of_sqlite_is_told(rounds: Rounds) -> None:
    assert re.search(
        r"^SQLite/3\.\d+", rounds.run("--version").stdout, re.MULTILINE
    )


def test_uptime_latency_and_incidents_are_told(
    rounds: Rounds, plan_file: Path, counting: CountingServer
) -> None:
    counting.script("/well", [
        Answer(), Answer(500), Answer(502), Answer(delay_ms=30)
    ])
    for _ in range(4):
        rounds.check("--history", plan_file)

    past = past_of(rounds, plan_file)

    well, ill = past["e0"], past["e1"]
    assert well["uptime_percent"] == dict.fromkeys(
        ["24h", "7d", "30d", "since"], 50
    )
    assert well["checks"]["24h"]["healthy"] == 2
    assert well["checks"]["24h"]["unhealthy"] == 2
    assert well["state"] == "up"
    assert well["latency_ms"]["answers"] == 4
    assert well["latency_ms"]["max"] >= 30
    [incident] = well["incidents"]
    assert (incident["reason"], incident["status"]) == ("status", 500)
    assert incident["ended_at"] is not None
    assert (ill["state"], ill["uptime_percent"]["7d"]) == ("down", 0)
    [incident] = ill["incidents"]
    assert incident["ended_at"] is None
    assert incident["message"] == "status: wanted 200-299, got 503"


def test_people_are_told_in_a_table(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = rounds.directory / "plan.cfg"
    plan.write_text(
        HISTORY + "endpoints = ("
        f'{{ name = "\u767e\u5ea6\u9996\u9875"; url = "{counting.url()}"; }},'
        f'{{ name = "broken"; url = "{counting.url("/status/500")}"; }});'
    )
    rounds.check("--history", plan)

    done = rounds.run("history", plan)

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == [
        "name", "24", "h", "7", "d", "30", "d", "p50", "ms", "p95", "ms",
        "p99", "ms",
    ]
    assert re.fullmatch(
        r"\u767e\u5ea6\u9996\u9875( +100\.00 %){3}( +\d+\.\d){3}", lines[1]
    )
    assert re.fullmatch(r"broken( +0\.00 %){3}( +\d+\.\d){3}", lines[2])
    assert lines[3:5] == ["", "incidents within 30d:"]
    assert re.fullmatch(
        r"broken  20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ  goes on: \d+ s  status",
        lines[5],
    )
    assert lines[6:] == [
        "    status: wanted 200-299, got 500", "", "2 endpoints, 1 down"
    ]


def test_what_was_not_asked_is_no_data(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(2)
    plan = rounds.directory / "plan.cfg"
    urls = [counting.url("/gate"), counting.url("/never")]
    plan.write_text(plan_of(urls, HISTORY))
    rounds.check("--history", "-n", "1", "--deadline", "300ms", plan)

    past = past_of(rounds, plan)

    assert past["e1"]["checks"]["24h"]["skipped"] == 1
    assert past["e1"]["uptime_percent"]["24h"] is None
    assert past["e1"]["state"] is None
    assert "nothing known of" in rounds.run("history", plan).stdout


def test_a_part_of_the_plan_may_be_asked_for(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check("--history", plan_file)

    assert list(past_of(rounds, "--only", "e1", plan_file)) == ["e1"]
    assert list(past_of(rounds, "--exclude", "e1", plan_file)) == ["e0"]
    assert rounds.run("history", "--tag", "none", plan_file).returncode == 2


def test_it_may_be_read_while_another_program_writes(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check("--history", plan_file)
    file = rounds.directory / "rounds.db"

    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("DELETE FROM result")
        past = past_of(rounds, plan_file)
        database.execute("ROLLBACK")

    assert past["e0"]["checks"]["24h"]["healthy"] == 1


def test_to_read_it_writes_nothing(rounds: Rounds, plan_file: Path) -> None:
    rounds.check("--history", plan_file)
    file = rounds.directory / "rounds.db"
    before = file.read_bytes()

    past_of(rounds, plan_file)

    assert file.read_bytes() == before
    assert list(rounds.directory.glob("rounds.db*")) == [file]


def test_what_a_killed_program_had_stored_is_read(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check("--history", plan_file)
    file = rounds.directory / "rounds.db"
    # Another program has stored a round, and leaves it beside the file.
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("SELECT count(*) FROM result").fetchone()
        rounds.check("--history", plan_file)
        beside = {
            path.name: path.read_bytes()
            for path in rounds.directory.glob("rounds.db*")
        }
    for path in rounds.directory.glob("rounds.db*"):
        path.unlink()
    for name, content in beside.items():
        (rounds.directory / name).write_bytes(content)

    assert len(beside["rounds.db-wal"]) > 0
    assert past_of(rounds, plan_file)["e0"]["checks"]["24h"]["healthy"] == 2
    assert_sound(file)


@pytest.mark.parametrize("name", [
    "a b.db", "50%.db", "a?mode=memory", "a#b", ":memory:", "\u5386\u53f2.db",
])
def test_a_file_may_have_any_name(
    rounds: Rounds, counting: CountingServer, name: str
) -> None:
    plan = rounds.directory / "plan.cfg"
    plan.write_text(plan_of(
        [counting.url()], f'history = {{ file = "{name}"; }};'
    ))

    done = rounds.check("--history", "plan.cfg")

    assert (done.returncode, done.stderr) == (0, "")
    assert_sound(rounds.directory / name)
    assert past_of(rounds, "plan.cfg")["e0"]["state"] == "up"


def test_whoever_may_read_the_file_may_be_told(
    rounds: Rounds, plan_file: Path
) -> None:
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")
    rounds.check("--history", plan_file)
    script = (
        "mount --bind . . 2>/dev/null || exit 77;"
        "mount -o remount,bind,ro . || exit 77;"
        'cd /; exec "$@"'
    )

    done = rounds.run(
        "history", plan_file,
        prefix=("unshare", "--mount", "sh", "-c", script, "sh"),
    )

    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 endpoints, 1 down" in done.stdout


def test_a_history_without_a_round_yet_is_told(
    rounds: Rounds, plan_file: Path
) -> None:
    done = rounds.run("history", plan_file)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"rounds: {rounds.directory}/rounds.db: "
        "nothing was stored in it yet\n"
    )
    assert not (rounds.directory / "rounds.db").exists()


@pytest.mark.parametrize("make, told", broken_histories())
def test_a_file_that_is_no_history_cannot_be_read(
    rounds: Rounds, plan_file: Path, make: Any, told: str
) -> None:
    file = rounds.directory / "rounds.db"
    make(file)

    done = rounds.run("history", plan_file)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"rounds: {file}: {told}\n"


def test_a_plan_without_a_history_has_none_to_tell(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = rounds.directory / "plan.cfg"
    plan.write_text(plan_of([counting.url()]))

    done = rounds.run("history", plan)

    assert done.returncode == 2
    assert done.stderr == (
        "rounds: the plan has no history; expected "
        'history = { file = "rounds.db"; };\n'
    )


@pytest.mark.parametrize("arguments, told", [
    (("--report", "html"), '--report: "html" is no format; expected one of '
     "text, json"),
    (("--report", "json="), "--report: a file name is missing after "
     '"json="'),
    (("--report", "json", "--report", "text"), "--report: only one report "
     "may have stdout; give the others a file: FORMAT=FILE"),
])
def test_mistakes_in_options_are_told(
    rounds: Rounds, plan_file: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = rounds.run("history", *arguments, plan_file)

    assert (done.returncode, done.stderr) == (2, f"rounds: {told}\n")


def test_reports_go_to_files_and_one_that_cannot_is_told(
    rounds: Rounds, plan_file: Path
) -> None:
    rounds.check("--history", plan_file)

    done = rounds.run(
        "history", "--report", "json=past.json", "--report",
        "json=none/past.json", plan_file,
    )

    assert done.returncode == 3
    assert "none/past.json" in done.stderr
    assert done.stdout.startswith("name")
    written = json.loads((rounds.directory / "past.json").read_text())
    jsonschema.validate(written, SCHEMA)
