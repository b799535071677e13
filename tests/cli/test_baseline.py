"""`--baseline`: a round held against an earlier one; `--fail-on new`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.plan_values import make_plan
from support.plans import plan_of
from support.program import Rounds
from support.tries import patiently

Write = Callable[..., Path]

Changes = dict[str, list[str]]

SLOW_MS = 1000  # far beyond twice an answer at once and 50 ms
STEADY = "/delay/300"  # what a busy machine does not make twice as long


def compare(
    rounds: Rounds, plan: str | Path, *options: str
) -> tuple[int, Changes]:
    """The exit code and the changes since before.json."""
    code, report = rounds.check_json(plan, "--baseline=before.json", *options)
    return code, report["changes"]


def failures(changes: Changes) -> Changes:
    """What does not depend on how busy this machine is."""
    return {name: names for name, names in changes.items()
            if name not in ("slower", "slowdown") and names}


@pytest.fixture
def engine() -> None:
    """What changed is read from results, whatever engine made them."""


@pytest.fixture
def story(
    rounds: Rounds, plan: Write, counting: CountingServer, faults: Faults
) -> Path:
    """A plan, asked once, of which each endpoint will end its own way."""
    counting.script("/breaks", [Answer(), Answer(500), Answer(500)])
    counting.script("/mends", [Answer(500), Answer()])
    counting.script("/slows", [Answer(), Answer(delay_ms=SLOW_MS)])
    file = plan(plan_of([
        counting.url("/fine"), counting.url("/breaks"),
        counting.url("/mends"), counting.url("/slows"),
        faults.url("refused"), counting.url("/status/404"),
    ]))
    assert rounds.check("--report=json=before.json", file).returncode == 1
    return file


def test_what_changed_is_told_by_name(rounds: Rounds, story: Path) -> None:
    code, changes = compare(rounds, story)

    assert failures(changes) == {
        "new": ["e1"], "still": ["e4", "e5"], "recovered": ["e2"]
    }
    assert "e3" in changes["slower"]
    assert code == 1


def test_the_text_report_tells_a_line_for_each_change(
    rounds: Rounds, story: Path
) -> None:
    done = rounds.check("--baseline=before.json", story)

    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    at = lines.index("changes 1 newly failing: e1")
    assert lines[at:at + 3] == ["changes 1 newly failing: e1",
                                "2 still failing: e4, e5", "1 recovered: e2"]
    assert " slower: " in lines[at + 3] and "e3" in lines[at + 3]


def test_a_github_summary_tells_a_line_for_each_change(
    rounds: Rounds, story: Path
) -> None:
    summary = rounds.directory / "summary.md"
    rounds.check("--baseline=before.json", "--report=github", story,
                 env={"GITHUB_STEP_SUMMARY": str(summary)})

    told = summary.read_text("utf-8").partition("Since the baseline:\n\n")[2]
    lines = told.partition("\n\n")[0].splitlines()
    assert lines[:3] == ["- 1 newly failing: e1", "- 2 still failing: e4, e5",
                         "- 1 recovered: e2"]
    assert " slower: " in lines[3] and "e3" in lines[3]


def test_a_name_in_a_github_summary_means_nothing_there(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    file = plan(make_plan([{"name": "# <b>x</b> @you | [a](b)",
                            "url": faults.url("refused")}]))
    summary = rounds.directory / "summary.md"
    rounds.check("--report=json=before.json", file)
    rounds.check("--baseline=before.json", "--report=github", file,
                 env={"GITHUB_STEP_SUMMARY": str(summary)})

    [line] = [each for each in summary.read_text("utf-8").splitlines()
              if each.startswith("- 1 still failing: ")]
    assert not set("<>@|[]#") & set(line.replace("&#", ""))


@patiently
def test_a_round_like_the_one_before_has_no_changes(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    file = plan(plan_of([counting.url(STEADY), counting.url(STEADY)]))
    rounds.check("--report=json=before.json", file)

    done = rounds.check("--baseline=before.json", file)
    code, changes = compare(rounds, file)

    assert "none since the baseline" in done.stdout
    assert (code, changes) == (0, {
        "slowdown": 1, "new": [], "still": [], "recovered": [], "slower": []
    })


def test_without_a_baseline_nothing_is_said_of_changes(
    rounds: Rounds, counting: CountingServer
) -> None:
    _, report = rounds.check_json(plan_of([counting.url()]))
    done = rounds.check(counting.url())

    assert "changes" not in report
    assert "changes" not in done.stdout


def test_an_endpoint_that_came_or_went_is_no_change_unless_it_fails(
    rounds: Rounds, counting: CountingServer, faults: Faults, plan: Write
) -> None:
    gone = {"name": "gone", "url": faults.url("refused")}
    stays = {"name": "stays", "url": counting.url()}
    came = {"name": "came", "url": counting.url("/2")}
    broken = {"name": "came broken", "url": faults.url("refused")}
    rounds.check("--report=json=before.json", plan(make_plan([gone, stays])))

    code, changes = compare(rounds, make_plan([stays, came, broken]),
                            "--fail-on=new")

    assert (code, failures(changes)) == (1, {"new": ["came broken"]})


@pytest.mark.parametrize("words, code", [
    ("new", 1),
    ("new,unreachable", 0),  # what is new is unhealthy
    ("new,unhealthy", 1),
    ("new,status", 1),
    ("new,dns", 0),
    ("unhealthy", 1),
    ("dns", 0),
])
def test_fail_on_new_leaves_the_rest_of_the_words_their_meaning(
    rounds: Rounds, story: Path, words: str, code: int
) -> None:
    done = rounds.check("--baseline=before.json", f"--fail-on={words}", story)

    assert done.returncode == code


def test_known_failures_leave_a_pipeline_green_until_one_is_new(
    rounds: Rounds, plan: Write, counting: CountingServer, faults: Faults
) -> None:
    counting.script("/", [Answer(), Answer(), Answer(503)])
    file = plan(plan_of([counting.url(), faults.url("refused")]))
    options = ("--baseline=before.json", "--fail-on=new")

    first = rounds.check("--report=json=before.json", file)
    known = rounds.check(*options, file)
    worse = rounds.check(*options, file)

    assert [each.returncode for each in (first, known, worse)] == [1, 0, 1]
    assert "1 still failing: e1" in known.stdout


def test_what_failed_in_another_way_before_failed_before(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    counting.script("/", [Answer(500), Answer(404)])
    file = plan(plan_of([counting.url()]))
    rounds.check("--report=json=before.json", file)

    code, changes = compare(rounds, file, "--fail-on=new")

    assert (code, failures(changes)) == (0, {"still": ["e0"]})


def test_what_was_skipped_before_is_new_when_it_fails(
    rounds: Rounds, plan: Write, counting: CountingServer, faults: Faults
) -> None:
    counting.close_gate(2)
    text = ("networks = { net = { workers = 1; }; };"
            + plan_of([counting.url("/gate"), faults.url("refused")],
                      common='network = "net";'))
    file = plan(text)
    rounds.check("--deadline=100ms", "--report=json=before.json", file)
    before = json.loads((rounds.directory / "before.json").read_text())
    counting.open_gate()

    code, changes = compare(rounds, file, "--fail-on=new")

    was_skipped = {each["name"]: each["outcome"] == "skipped"
                   for each in before["results"]}
    assert was_skipped["e0"]
    assert failures(changes) == {
        "new" if was_skipped["e1"] else "still": ["e1"]
    }
    assert code == (1 if was_skipped["e1"] else 0)


def test_unknown_and_skipped_stay_code_3_with_fail_on_new(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    counting.close_gate(2)
    file = plan(plan_of([counting.url("/gate")]))
    rounds.check("--deadline=100ms", "--report=json=before.json", file)

    code, changes = compare(rounds, file, "--fail-on=new", "--deadline=100ms")

    assert (code, failures(changes)) == (3, {})


def test_fail_fast_does_not_stop_for_what_failed_before(
    rounds: Rounds, plan: Write, counting: CountingServer, faults: Faults
) -> None:
    urls = [faults.url("refused"),
            *(counting.url(f"/{i}") for i in range(20))]
    file = plan("networks = { net = { workers = 1; }; };"
                + plan_of(urls, common='network = "net";'))
    rounds.check("--report=json=before.json", file)

    code, report = rounds.check_json(
        file, "--baseline=before.json", "--fail-on=new", "--fail-fast")

    assert (code, report["summary"]["skipped"]) == (0, 0)


def test_max_failures_counts_new_failures_only(
    rounds: Rounds, story: Path
) -> None:
    done = rounds.check("--baseline=before.json", "--fail-on=new",
                        "--max-failures=1", story)

    assert done.returncode == 0


def test_a_plugin_is_warned_of_known_failures_only(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    file = plan(plan_of([faults.url("refused")]))
    rounds.check("--report=json=before.json", file)

    done = rounds.check("--exit=nagios", "--baseline=before.json",
                        "--fail-on=new", file)

    assert done.returncode == 1
    assert done.stdout.startswith("ROUNDS WARNING - ")


def test_new_wants_a_baseline(rounds: Rounds, plan: Write) -> None:
    done = rounds.check("--fail-on=new", plan(plan_of(["http://127.0.0.1:1"])))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rounds: --fail-on new: it takes --baseline OLD.json to know what is "
        "new\n"
    )


@pytest.mark.parametrize("text, told", [
    (None, "No such file or directory"),
    ("", "before.json:1: "),
    ("{}", "before.json: not a JSON report of rounds"),
])
def test_a_baseline_that_cannot_be_read_is_a_mistake_and_nothing_is_sent(
    rounds: Rounds, plan: Write, counting: CountingServer,
    text: str | None, told: str,
) -> None:
    if text is not None:
        (rounds.directory / "before.json").write_text(text, "utf-8")

    done = rounds.check("--baseline=before.json", plan(plan_of(
        [counting.url()])))

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and done.stderr.count("\n") == 1
    assert counting.connections == 0


# Slower beyond noise.


@patiently
def test_a_slow_origin_is_told_however_many_endpoints_it_has(
    rounds: Rounds, plan: Write, make_counting: Callable[..., CountingServer]
) -> None:
    servers = [make_counting() for _ in range(6)]
    for i in range(8):
        servers[0].script(f"/{i}", [Answer(), Answer(delay_ms=SLOW_MS)])
    file = plan(plan_of([
        *(servers[0].url(f"/{i}") for i in range(8)),
        *(each.url("/delay/20") for each in servers[1:]),
    ]))
    rounds.check("--report=json=before.json", file)

    _, changes = compare(rounds, file)

    assert set(changes["slower"]) >= {f"e{i}" for i in range(8)}


@patiently
def test_a_slow_network_is_told_once_and_is_no_endpoints_doing(
    rounds: Rounds, plan: Write, make_counting: Callable[..., CountingServer]
) -> None:
    servers = [make_counting() for _ in range(5)]
    for server in servers:
        server.script("/", [Answer(delay_ms=100), Answer(delay_ms=800),
                            Answer(delay_ms=800)])
    servers[2].script("/slower", [Answer(), Answer(delay_ms=3000),
                                  Answer(delay_ms=3000)])
    file = plan(plan_of([*(each.url() for each in servers),
                         servers[2].url("/slower")]))
    rounds.check("--report=json=before.json", file)

    _, changes = compare(rounds, file)
    done = rounds.check("--baseline=before.json", file)

    assert changes["slowdown"] > 1.5
    assert changes["slower"] == ["e5"]
    assert "times as long: no endpoint's doing" in done.stdout


# Names.


def test_an_endpoint_named_by_a_url_with_a_secret_is_found_again(
    rounds: Rounds, faults: Faults
) -> None:
    url = faults.url("refused", "/?token=c4n4ry-0f-0urs")
    rounds.check("--report=json=before.json", url)

    done = rounds.check("--report=json", "--baseline=before.json",
                        "--fail-on=new", url)

    assert done.returncode == 0
    assert len(json.loads(done.stdout)["changes"]["still"]) == 1


def test_a_stream_of_urls_is_held_against_a_baseline_too(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    urls = f"{counting.url()}\n{faults.url('refused')}\n"
    rounds.check("--urls=-", "--report=json=before.json", stdin=urls)

    done = rounds.check("--urls=-", "--report=jsonl", "--fail-on=new",
                        "--baseline=before.json", stdin=urls)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2
