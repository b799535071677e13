"""`rounds demo`: a round over targets inside the program."""

import json

import pytest

from support.program import Rounds

FAILURES = 1
LONGEST_MS = 5000

# (outcome, reason, limit) of each target.
ENDINGS = {
    "home page": ("healthy", None, None),
    "百度首页 demo": ("healthy", None, None),
    "HTTPBIN GET": ("healthy", None, None),
    "用户登录 login": ("healthy", None, None),
    "redirect to the home page": ("healthy", None, None),
    "slow answer 慢接口": ("degraded", "slow", None),
    "flaky service": ("degraded", "flaky", None),
    "页面不存在": ("unhealthy", "status", None),
    "busy service": ("unhealthy", "status", None),
    "wrong body": ("unhealthy", "body", None),
    "redirect loop": ("unreachable", "redirect", None),
    "answer cut short": ("unreachable", "truncated", None),
    "answer that stalls": ("unreachable", "read_timeout", "total"),
    "nobody listens": ("unreachable", "connect_refused", None),
    "black hole 网络黑洞": ("unreachable", "connect_timeout", "connect"),
    "accepts and says nothing": (
        "unreachable", "first_byte_timeout", "total",
    ),
}


@pytest.mark.parametrize("workers", [1, 4, 64])
def test_every_target_ends_as_its_name_says(
    rounds: Rounds, workers: int
) -> None:
    done = rounds.run("demo", "--report", "json", "-n", str(workers))

    report = json.loads(done.stdout)
    endings = {
        result["name"]: (
            result["outcome"], result["reason"], result["limit"],
        )
        for result in report["results"]
    }
    assert endings == ENDINGS
    assert done.returncode == FAILURES
    assert done.stderr == ""


def test_the_round_takes_about_a_second(rounds: Rounds) -> None:
    report = json.loads(rounds.run("demo", "--report", "json").stdout)

    assert report["elapsed_ms"] < LONGEST_MS


def test_the_plan_it_shows_is_one_that_can_be_read(rounds: Rounds) -> None:
    shown = rounds.run("demo", "--plan")
    plan = rounds.directory / "demo.cfg"
    plan.write_text(shown.stdout, encoding="utf-8")

    listed = rounds.run("list", plan)

    assert shown.returncode == 0
    assert listed.returncode == 0, listed.stderr
    for name in ENDINGS:
        assert name in listed.stdout


def test_it_leaves_no_file_behind(rounds: Rounds) -> None:
    rounds.run("demo", env={"TMPDIR": str(rounds.directory)})

    assert list(rounds.directory.iterdir()) == []
