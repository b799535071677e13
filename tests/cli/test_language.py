"""The language of messages: by --lang, by the environment, in no report that
programs read."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.program import Rounds

Write = Callable[..., Path]

CHINESE_HELP = "对计划中的每个接口检查一次"
ENGLISH_HELP = "Asks every endpoint of the plan once"


@pytest.fixture
def engine() -> None:
    """Words are alike with every engine: one is enough."""


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
