"""Rounds without a plan: URLs as operands, out of a file, out of a pipe."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from support.counting import CountingServer
from support.faults import Faults
from support.program import SLOWNESS, Rounds

MISTAKE = 2


def check(rounds: Rounds, *arguments: str, **options) -> tuple[int, dict]:
    """The exit code and the report of a round over URLs."""
    done = rounds.check("--report", "json", *arguments, **options)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_urls_are_asked_as_they_stand(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    urls = [counting.url("/a?b=c"), faults.url("refused"), counting.url("/z")]

    code, report = check(rounds, *urls)

    assert code == 1
    assert [each["name"] for each in report["results"]] == urls
    assert [each["url"] for each in report["results"]] == urls
    assert [each["outcome"] for each in report["results"]] == [
        "healthy", "unreachable", "healthy"
    ]
    assert {each["source"] for each in report["results"]} == {None}
    targets = {each.target for each in counting.requests}
    assert targets == {"/a?b=c", "/z"}


def test_a_single_url_is_a_round_too(
    rounds: Rounds, counting: CountingServer
) -> None:
    done = rounds.check(counting.url())

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 endpoint passed" in done.stdout


def test_a_url_given_twice_is_asked_twice(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = counting.url("/same")

    code, report = check(rounds, url, url, url)

    assert code == 0
    assert [each["name"] for each in report["results"]] == [
        url, f"{url} #2", f"{url} #3"
    ]
    assert counting.count("/same") == 3


def test_options_stand_before_and_after_urls(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = check(
        rounds, counting.url("/a"), "-n2", counting.url("/b"), "--timeout=7s"
    )

    told = report["summary"]["networks"]["intranet"]
    assert (code, told["workers"], told["endpoints"]) == (0, 2, 2)


def test_names_of_other_languages_are_asked(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = check(rounds, counting.url("/百度 x"))

    assert code == 0
    assert report["results"][0]["name"] == counting.url("/百度 x")
    assert unquote(counting.requests[0].target) == "/百度 x"


@pytest.mark.parametrize("urls", [
    ["ftp://127.0.0.1/"], ["http://"], ["https://a b/"], ["file:///etc/passwd"],
    ["http://127.0.0.1:0/"], ["javascript://alert(1)"],
])
def test_what_is_no_url_is_a_mistake_and_nothing_is_sent(
    rounds: Rounds, counting: CountingServer, urls: list[str]
) -> None:
    done = rounds.check(counting.url(), *urls, counting.url())

    assert (done.returncode, done.stdout) == (MISTAKE, "")
    assert urls[0] in done.stderr
    assert counting.connections == 0


def test_a_plan_and_urls_do_not_go_together(
    rounds: Rounds, counting: CountingServer, plan: Callable[..., Path]
) -> None:
    written = plan("endpoints = ();")

    done = rounds.check(counting.url(), written)

    assert done.returncode == MISTAKE
    assert "one plan file, or URLs" in done.stderr


# --urls


def test_urls_are_read_from_a_file(
    rounds: Rounds, counting: CountingServer
) -> None:
    lines = ["# the shop", "", f"  {counting.url('/a')}\t", counting.url("/b"),
             "   # not this one", "\r", counting.url("/c") + "\r"]
    (rounds.directory / "urls.txt").write_text("\n".join(lines))

    code, report = check(rounds, "--urls", "urls.txt")

    assert code == 0
    assert [each["name"] for each in report["results"]] == [
        counting.url(path) for path in ("/a", "/b", "/c")
    ]
    assert counting.counts() == {"/a": 1, "/b": 1, "/c": 1}


def test_urls_are_read_from_a_pipe(
    rounds: Rounds, counting: CountingServer
) -> None:
    size = 1000 // SLOWNESS
    urls = [counting.url(f"/{i}") for i in range(size)]

    code, report = check(rounds, "--urls", "-", stdin="\n".join(urls) + "\n")

    assert code == 0
    assert [each["url"] for each in report["results"]] == urls
    assert counting.counts() == {f"/{i}": 1 for i in range(size)}


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-"])
def test_what_is_said_on_a_closed_stderr_goes_into_no_report(
    rounds: Rounds, counting: CountingServer, closed: str
) -> None:
    report = rounds.directory / "report.jsonl"

    done = rounds.check(
        "--urls", "-", "--report", f"jsonl={report}",
        stdin=f"{counting.url('/a')}\nno url\n{counting.url('/b')}\n",
        prefix=("sh", "-c", f'exec "$@" {closed}', "sh"),
    )

    records = [json.loads(line) for line in report.read_text().splitlines()]
    assert done.returncode == 3
    assert {each["url"] for each in records} == {
        counting.url("/a"), counting.url("/b")
    }


def test_every_line_that_is_no_url_is_named_and_nothing_is_sent(
    rounds: Rounds, counting: CountingServer
) -> None:
    (rounds.directory / "urls.txt").write_text(
        f"{counting.url()}\nnonsense\n\n{counting.url()}\nftp://a/\n"
    )

    done = rounds.check("--urls", "urls.txt")

    told = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (MISTAKE, "")
    assert [line.split(": ")[0] for line in told] == [
        "urls.txt:2", "urls.txt:5"
    ]
    assert counting.connections == 0


@pytest.mark.parametrize("arguments, stdin", [
    (["--urls", "missing.txt"], ""), (["--urls", "-"], ""),
    (["--urls", "-"], "\n# nothing\n\n"), (["--urls", "/"], ""),
    (["--urls", "-", "plan.cfg"], "http://127.0.0.1/"),
    (["--urls", "-", "http://127.0.0.1/"], "http://127.0.0.1/"),
    (["--urls"], ""),
])
def test_a_list_without_urls_is_a_mistake(
    rounds: Rounds, arguments: list[str], stdin: str
) -> None:
    done = rounds.check(*arguments, stdin=stdin)

    assert (done.returncode, done.stdout) == (MISTAKE, "")
    assert done.stderr != ""


def test_urls_may_be_selected_by_their_names(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = check(
        rounds, "--only", "*/keep*", counting.url("/keep/1"),
        counting.url("/drop"), counting.url("/keep/2"),
    )

    assert code == 0
    assert counting.counts() == {"/keep/1": 1, "/keep/2": 1}
    assert report["summary"]["endpoints"] == 2
