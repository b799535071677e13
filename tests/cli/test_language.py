"""The language of messages: by --lang, by the environment, in no report that
programs read."""

import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.counting import CountingServer
from support.faults import Faults
from support.plan_values import make_plan
from support.program import SLOWNESS, Rounds

Write = Callable[..., Path]
CHINESE = re.compile("[\u4e00-\u9fff]")

LIMIT = "2s" if SLOWNESS > 1 else "1s"  # for a server that never answers

CHINESE_HELP = "对计划中的每个接口检查一次"
ENGLISH_HELP = "Asks every endpoint of the plan once"


@pytest.fixture
def engine() -> None:
    """Words are alike with every engine: one is enough."""


def columns_of(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1
               for character in text)


@pytest.mark.parametrize(
    "words",
    [
        ["--lang", "zh_CN", "check", "--help"],
        ["--lang=zh_CN", "check", "--help"],
        ["check", "--lang", "zh_CN", "--help"],
        ["check", "--help", "--lang=zh"],
        ["check", "--help", "--lang", "en", "--lang", "zh-CN"],
    ],
)
def test_the_option_stands_before_or_behind_the_command(
    rounds: Rounds, words: list[str]
) -> None:
    done = rounds.run(*words)

    assert done.returncode == 0
    assert CHINESE_HELP in done.stdout


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "zh_CN.UTF-8"},
        {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"},
        {"LC_ALL": "zh_CN.UTF-8", "LANG": "C"},
        {"LANGUAGE": "zh_CN:en", "LANG": "en_US.UTF-8"},
        {"LANGUAGE": "zh_CN"},
    ],
)
def test_the_environment_is_heeded_though_its_locale_is_not_installed(
    rounds: Rounds, env: dict[str, str]
) -> None:
    assert CHINESE_HELP in rounds.run("check", "--help", env=env).stdout
    assert ENGLISH_HELP in rounds.run(
        "check", "--help", "--lang", "en", env=env).stdout


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"LC_ALL": "C", "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"},
        {"LANG": "de_DE.UTF-8"},
        {"LANG": "C.UTF-8"},
    ],
)
def test_without_a_wish_that_can_be_met_it_is_english(
    rounds: Rounds, env: dict[str, str]
) -> None:
    assert ENGLISH_HELP in rounds.run("check", "--help", env=env).stdout


@pytest.mark.parametrize("command", ["check", "list", "reasons", ""])
def test_a_language_that_is_not_there_is_a_mistake(
    rounds: Rounds, command: str
) -> None:
    done = rounds.run(*command.split(), "--lang", "fr", "x")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        'rounds: --lang: "fr" is no language there is; expected en, zh_CN\n'
    )


def test_the_option_wants_a_value(rounds: Rounds) -> None:
    done = rounds.run("check", "--lang")

    assert done.returncode == 2
    assert "--lang needs a value" in done.stderr


def test_the_help_of_every_command_fits_a_screen_in_it(rounds: Rounds) -> None:
    first = rounds.run("--help", "--lang", "en").stdout
    commands = re.findall(r"^  ([a-z]+) ", first, re.MULTILINE)

    assert len(commands) > 5
    for command in ["", *commands]:
        told = rounds.run("--lang", "zh_CN", *command.split(), "--help").stdout
        assert CHINESE.search(told), command
        for line in told.splitlines():
            assert columns_of(line) <= 80, (command, line)


def test_mistakes_in_options_are_told_in_it(rounds: Rounds) -> None:
    done = rounds.run("check", "--lang", "zh", "--workes", "3", "--engine=x",
                      "http://127.0.0.1/")

    assert done.returncode == 2
    assert "--workes：没有这个选项；是否想写 --workers？" in done.stderr


def test_an_installed_program_finds_its_catalogue_wherever_it_lies(
    rounds: Rounds, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    subprocess.run(
        ["cmake", "--install", rounds.binary.parent, "--prefix",
         tmp_path / "installed"],
        check=True, capture_output=True,
    )
    (tmp_path / "installed").rename(moved)
    (tmp_path / "link").symlink_to(moved / "bin" / "rounds")

    done = Rounds(tmp_path / "link", tmp_path).run(
        "check", "--help", "--lang", "zh_CN")

    assert CHINESE_HELP in done.stdout


def test_a_program_without_its_catalogue_says_so_where_it_was_asked_for(
    rounds: Rounds, tmp_path: Path
) -> None:
    alone = Rounds(Path(shutil.copy(rounds.binary, tmp_path / "rounds")),
                   tmp_path)

    asked = alone.run("check", "--help", "--lang", "zh_CN")
    wished = alone.run("check", "--help", env={"LANG": "zh_CN.UTF-8"})

    assert asked.returncode == 2
    assert asked.stderr.startswith('rounds: --lang: "zh_CN": /')
    assert asked.stderr.endswith("rounds.mo: No such file or directory\n")
    assert ENGLISH_HELP in wished.stdout


# What a round tells.

MACHINE_FORMATS = ("json", "jsonl", "junit", "tap", "github", "prometheus")


@pytest.fixture
def troubled_plan(
    faults: Faults, counting: CountingServer, plan: Write
) -> Path:
    """Endpoints that fail in ways which are told in words."""
    limits = {"timeout": LIMIT}
    return plan(make_plan([
        {"name": "home", "url": counting.url()},
        {"name": "首页", "url": counting.url("/a")},
        {"name": "status", "url": counting.url("/status/503"), "retries": 1,
         "retry_delay": "1ms"},
        {"name": "no header", "url": counting.url(),
         "expect": {"headers": {"X-None": "."}}},
        {"name": "empty", "url": counting.url("/bytes/0"),
         "expect": {"body_contains": "welcome"}},
        {"name": "refused", "url": faults.url("refused")},
        {"name": "silent", "url": faults.url("silent_after_accept"), **limits},
        {"name": "reset", "url": faults.url("reset_before_answer")},
        {"name": "loop", "url": faults.url("redirect_loop")},
        {"name": "cut", "url": faults.url("truncated_by_length")},
        {"name": "ftp", "url": faults.url("redirect_to_ftp")},
        {"name": "certificate", "url": faults.url("tls_self_signed")},
    ]))


def told(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All that a report says of its results but times."""
    return [
        (each["name"], each["outcome"], each["reason"], each["phase"],
         each["limit"], each["message"], each["failed"],
         [attempt["message"] for attempt in each["earlier_attempts"]])
        for each in report["results"]
    ]


def test_what_programs_read_is_the_same_in_every_language(
    rounds: Rounds, troubled_plan: Path, tmp_path: Path
) -> None:
    code, english = rounds.check_json(troubled_plan, "--lang", "en")
    wanted, chinese = rounds.check_json(troubled_plan, "--lang", "zh_CN")

    assert code == wanted == 1
    assert told(english) == told(chinese)
    assert all(each["message"] for each in english["results"][2:])


@pytest.mark.parametrize("format", MACHINE_FORMATS)
def test_no_format_for_programs_holds_a_word_of_it(
    rounds: Rounds, troubled_plan: Path, format: str
) -> None:
    done = rounds.check(
        "--lang", "zh_CN", "--report", format, "--exclude", "首页",
        troubled_plan)

    assert done.returncode == 1
    assert len(done.stdout) > 500
    assert not CHINESE.search(done.stdout)


def test_the_nagios_line_is_for_a_program_too(
    rounds: Rounds, troubled_plan: Path
) -> None:
    done = rounds.check("--lang", "zh_CN", "--exit", "nagios", "--exclude",
                        "首页", "--report", "json=r.json", troubled_plan)

    assert done.returncode == 2
    assert not CHINESE.search(done.stdout)


def test_the_text_report_says_why_in_chinese_and_lines_up(
    rounds: Rounds, troubled_plan: Path
) -> None:
    done = rounds.check("-v", "--lang", "zh_CN", troubled_plan)

    lines = done.stdout.splitlines()
    heading = lines[0]
    assert heading.split() == [
        "接口名称", "状态", "状态码", "响应耗时(ms)", "异常信息"]
    state_at = columns_of(heading[:heading.index("状态")])
    ms_ends = columns_of(heading[:heading.index("响应耗时(ms)")]) + 12
    rows = [
        re.match(r"(\S.*?\S) {2,}(\S+) +(\d+|-) +([0-9.]+)", line)
        for line in lines[1:]
    ]
    found = {
        row[1]: (row[2], columns_of(row[0][:row.start(2)]), columns_of(row[0]))
        for row in rows if row
    }
    assert found["首页"] == ("正常", state_at, ms_ends)
    assert found["home"] == ("正常", state_at, ms_ends)
    assert found["empty"] == ("异常", state_at, ms_ends)
    assert found["refused"] == ("不可达", state_at, ms_ends)
    for words in (
        "status：期望 200-299，实际 503", "共尝试 2 次", "实际 没有这个响应头",
        "实际 响应体为空", "没有程序在监听 127.0.0.1 端口", f"，时限 {LIMIT}（timeout）",
        "重定向超过 10 次", "既不是 http 也不是 https；应为完整的",
        "连接在响应结束之前被关闭", "自签名证书",
        "2 个正常，3 个异常，7 个不可达", "失败 10 个，共 12 个接口",
    ):
        assert words in done.stdout, words


def test_the_html_report_says_why_in_chinese_beside_the_english_report(
    rounds: Rounds, troubled_plan: Path
) -> None:
    rounds.check("--lang", "zh_CN", "--report", "html=r.html", troubled_plan)

    page = (rounds.directory / "r.html").read_text()
    blocks = {
        name: json.loads(re.search(
            rf'<script[^>]* id="{name}"[^>]*>(.*?)</script>', page, re.S)[1])
        for name in ("report", "data")
    }
    assert '<html lang="zh-CN">' in page
    assert "<th>异常信息" in page or ">异常信息<" in page
    assert blocks["data"]["language"] == "zh-CN"
    messages = {
        blocks["report"]["results"][each["check"]]["name"]: each
        for each in blocks["data"]["told"]
    }
    assert messages["refused"]["message"].startswith("没有程序在监听")
    assert messages["empty"]["failed"] == [
        {"wanted": "welcome", "got": "响应体为空"}]
    assert messages["status"]["earlier"] == [
        "status：期望 200-299，实际 503"]
    refused = next(each for each in blocks["report"]["results"]
                   if each["name"] == "refused")
    assert refused["message"].startswith("nobody listens")


def test_in_english_a_page_holds_what_it_says_once(
    rounds: Rounds, troubled_plan: Path
) -> None:
    rounds.check("--report", "html=r.html", troubled_plan)

    page = (rounds.directory / "r.html").read_text()
    assert '"told":[]' in page.replace(" ", "")


def test_mistakes_in_a_plan_are_told_in_it(
    rounds: Rounds, plan: Write
) -> None:
    written = plan('endpoints = ( { name = "a"; url = "ftp://a/";\n'
                   'timeout = 5; } );')

    done = rounds.check("--lang", "zh_CN", written)

    assert done.returncode == 2
    assert done.stderr == (
        f'{written}:1: endpoints[0].url: "ftp://a/": 既不是 http 也不是 https；'
        '应为完整的 http 或 https URL，例如 "https://www.example.com/"\n'
        f"{written}:2: endpoints[0].timeout: 5 没有单位；应为带单位的时长，例如 "
        '"250ms"、"5s"、"1m" 或 "2h"\n'
    )


def test_a_file_that_is_not_there_is_told_in_it(rounds: Rounds) -> None:
    done = rounds.check("--lang", "zh_CN", "none.cfg")

    assert done.returncode == 2
    assert done.stderr == (
        "none.cfg: 没有那个文件或目录\n"
        "rounds: 应为计划文件，或者以 http:// 或 https:// 开头的 URL\n"
    )


def test_every_reason_is_explained_in_it(rounds: Rounds) -> None:
    done = rounds.run("reasons", "--lang", "zh_CN")

    for line in done.stdout.splitlines():
        assert line.startswith("    ") == bool(
            CHINESE.search(line.replace("重试", ""))), line
