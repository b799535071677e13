"""What stands on a terminal: columns, colours, the progress line, Ctrl-C."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from support.counting import CountingServer
from support.faults import Faults
from support.plans import plan_of, quoted
from support.program import SLOWNESS, Rounds, clean_environment
from support.tries import patiently

Write = Callable[..., Path]

SECONDS = 60.0 * SLOWNESS
XTERM = {"TERM": "xterm-256color"}
INTERRUPT_KEY = b"\x03"

NAMES = (
    "百度首页", "HTTPBIN GET", "用户登录 login", "ＦＵＬＬ width", "한국어 서비스",
    "naïve café", "e\u0301galite\u0301", "a", "日本語のとても長い名前" * 5,
)
LOCALES = {
    "no locale": {},
    "C": {"LC_ALL": "C"},
    "C.UTF-8": {"LANG": "C.UTF-8"},
    "zh_CN": {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"},
}


@pytest.fixture
def engine() -> None:
    """What is shown is alike with every engine: one is enough."""


def columns_of(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(map(width_of, text))


def width_of(character: str) -> int:
    """How many columns a character takes."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """The lines of a terminal that forgets none.

    It knows what a report may do and no more: any other control character
    is an AssertionError.
    """

    def __init__(self, columns: int) -> None:
        self.lines = [""]
        self.wrapped = 0
        self._columns = columns
        self._is_at_start = False

    def show(self, output: str) -> None:
        """Do what was written to the terminal."""
        pieces = re.findall(r"\x1b\[[0-9;]*[a-zA-Z]|.", output, re.DOTALL)
        for piece in pieces:
            if piece == "\n":
                self.lines.append("")
                self._is_at_start = False
            elif piece == "\r":
                self._is_at_start = True
            elif piece == "\x1b[K":
                self._overwrite()
            elif not re.fullmatch(r"\x1b\[[0-9;]*m", piece):
                self._put(piece)

    def _put(self, character: str) -> None:
        assert unicodedata.category(character) != "Cc", repr(character)
        self._overwrite()
        line = self.lines[-1] + character
        if columns_of(line) > self._columns:
            self.wrapped += 1
            line = character
            self.lines.append("")
        self.lines[-1] = line

    def _overwrite(self) -> None:
        """After a return each of our lines is written anew as a whole."""
        if self._is_at_start:
            self.lines[-1] = ""
            self._is_at_start = False


class Terminal:
    """The program on a terminal, its own session with this one in control."""

    def __init__(
        self,
        rounds: Rounds,
        *arguments: str | Path,
        columns: int = 80,
        env: Mapping[str, str] | None = None,
        pipes: str = "",
    ) -> None:
        """`pipes` names the streams that are no terminal."""
        self.output = ""
        self._columns = columns
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        piped = {
            name: subprocess.PIPE if name in pipes.split() else slave
            for name in ("stdout", "stderr")
        }
        self.process = subprocess.Popen(
            ["setsid", "--ctty", rounds.binary, *arguments],
            stdin=slave,
            env=clean_environment() | XTERM | dict(env or {}),
            cwd=rounds.directory,
            **piped,
        )
        os.close(slave)

    def read_until(self, pattern: str) -> None:
        """Read until the output so far matches."""
        ends = time.monotonic() + SECONDS
        while not re.search(pattern, self.output):
            assert time.monotonic() < ends, f"{pattern}: {self.output!r}"
            assert self._read(), f"it ended without {pattern}: {self.output!r}"

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._master, key)

    def finish(self) -> tuple[int, Screen]:
        """Read to its end: the exit code and what stands there then."""
        ends = time.monotonic() + SECONDS
        while self._read():
            assert time.monotonic() < ends, self.output
        code = self.process.wait(SECONDS)
        screen = Screen(self._columns)
        screen.show(self.output.replace("\r\n", "\n"))
        return code, screen

    def close(self) -> None:
        """End it, if it has not."""
        self.process.kill()
        self.process.communicate()
        os.close(self._master)

    def _read(self) -> bool:
        select.select([self._master], [], [], 1.0)
        os.set_blocking(self._master, False)
        try:
            data = os.read(self._master, 65536)
        except BlockingIOError:
            return True
        except OSError:  # nobody has the other side open any more
            return False
        self.output += data.decode("utf-8", "surrogateescape")
        return bool(data)


Start = Callable[..., Terminal]


@pytest.fixture
def terminal(rounds: Rounds) -> Iterator[Start]:
    """Starts `rounds check` on a terminal, see Terminal."""
    started = []

    def start(*arguments: str | Path, **options: object) -> Terminal:
        engine = rounds.engine_arguments()
        started.append(
            Terminal(rounds, "check", *engine, *arguments, **options)
        )
        return started[-1]

    yield start
    for each in started:
        each.close()


def named_plan(names: tuple[str, ...], urls: list[str]) -> str:
    """A plan of endpoints with these names, the URLs in turn."""
    endpoints = ", ".join(
        f'{{ name = {quoted(name)}; url = {quoted(urls[i % len(urls)])}; }}'
        for i, name in enumerate(names)
    )
    return f"endpoints = ( {endpoints} );\n"


def table_of(lines: list[str]) -> list[str]:
    """The lines of the table, without what stands below its rows."""
    end = lines.index("")
    return [line for line in lines[:end] if not line.startswith(" ")]


def places_of_words(line: str) -> list[tuple[int, int]]:
    """Where each word group of a line begins and ends, in columns."""
    return [
        (columns_of(line[:found.start()]), columns_of(line[:found.end()]))
        for found in re.finditer(r"\S+( \S+)*", line)
    ]


# Columns.


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("locale", LOCALES)
def test_names_line_up_whatever_they_are_written_in(
    terminal: Start,
    counting: CountingServer,
    faults: Faults,
    plan: Write,
    columns: int,
    locale: str,
) -> None:
    urls = [
        counting.url(), counting.url("/status/404"), faults.url("refused")
    ]
    written = plan(named_plan(NAMES, urls))

    code, screen = terminal(
        written, columns=columns, env=LOCALES[locale]
    ).finish()

    table = table_of(screen.lines)
    places = [places_of_words(line) for line in table]
    assert code == 1
    assert screen.wrapped == 0
    assert len(table) == 1 + len(NAMES)
    assert {each[1][0] for each in places} == {places[0][1][0]}  # the state
    assert len({each[2][1] for each in places}) == 1  # the code's end
    assert len({each[3][1] for each in places}) == 1  # the time's end
    assert all(columns_of(line) <= columns for line in screen.lines)
    for name in NAMES[:-1]:
        assert any(
            line.startswith(unicodedata.normalize("NFC", name) + " ")
            or line.startswith(name + " ") for line in table
        ), name


@pytest.mark.parametrize("columns", [80, 200])
def test_a_chinese_name_pushes_nothing_aside(
    terminal: Start, counting: CountingServer, plan: Write, columns: int
) -> None:
    written = plan(named_plan(("百度首页", "HTTPBIN GET"), [counting.url()]))

    _, screen = terminal(written, columns=columns).finish()

    heading, chinese, latin = table_of(screen.lines)
    assert heading.startswith("name         state")
    assert chinese.startswith("百度首页     healthy")
    assert latin.startswith("HTTPBIN GET  healthy")


def test_a_name_that_is_too_long_is_cut_at_a_whole_character(
    terminal: Start, counting: CountingServer, plan: Write
) -> None:
    names = ("很长的名字" * 13, "x" + "很长的名字" * 13)  # near 200 bytes
    written = plan(named_plan(names, [counting.url()]))

    _, screen = terminal(written, columns=80).finish()

    for line in table_of(screen.lines)[1:]:
        name = re.split(r"\s{2,}", line)[0]
        assert name.endswith("…")
        assert any(full.startswith(name[:-1]) for full in names)
    assert screen.wrapped == 0


def test_text_of_a_server_moves_no_cursor(
    terminal: Start, faults: Faults, plan: Write
) -> None:
    written = plan(plan_of(
        [faults.url("hostile_text"), faults.url("redirect_to_hostile")]
    ))

    shown = terminal("-v", written)
    code, _ = shown.finish()

    assert code == 1  # and Screen has seen no control character
    assert "alert(1)" in shown.output


HOSTILE = r"\x1b[31mred\x07\r\n" + "\u202e\u009b31m\u2028"


def test_text_of_a_plan_moves_no_cursor(
    terminal: Start, counting: CountingServer, plan: Write
) -> None:
    expect = f'expect = {{ body_contains = "{HOSTILE}"; }};'
    written = plan(plan_of([counting.url()], "", expect))

    code, screen = terminal("-v", written).finish()

    assert code == 1  # and Screen has seen no control character
    assert any("body_contains" in line for line in screen.lines)
    for direction in "\u202e\u2028":
        assert not any(direction in line for line in screen.lines)


def test_complaints_move_no_cursor(
    terminal: Start, plan: Write
) -> None:
    written = plan(
        f'endpoints = ( {{ name = "{HOSTILE}"; url = "{HOSTILE}";'
        f' method = "{HOSTILE}"; network = "{HOSTILE}"; }} );'
    )

    code, screen = terminal("--frobnicate\x1b[31m", written).finish()
    wrong, shown = terminal(written, "--report", "json\x1b[31m").finish()

    assert code == wrong == 2  # and Screen has seen no control character
    for line in screen.lines + shown.lines:
        assert "\u202e" not in line


# Colours.

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("env, option, has_colour", [
    ({}, [], True),
    ({}, ["--color", "auto"], True),
    ({}, ["--color=never"], False),
    ({"NO_COLOR": "1"}, [], False),
    ({"NO_COLOR": ""}, [], True),
    ({"NO_COLOR": "1"}, ["--color=always"], True),
    ({"TERM": "dumb"}, [], False),
    ({"TERM": "dumb"}, ["--color=always"], True),
])
def test_colours_come_on_a_terminal_that_wants_them(
    terminal: Start,
    counting: CountingServer,
    plan: Write,
    env: dict[str, str],
    option: list[str],
    has_colour: bool,
) -> None:
    urls = [counting.url(), counting.url("/status/500")]
    shown = terminal(*option, plan(plan_of(urls)), env=env)

    shown.finish()

    assert bool(COLOUR.search(shown.output)) == has_colour


@pytest.mark.parametrize("option, has_colour", [
    ([], False), (["--color", "auto"], False), (["--color", "always"], True),
    (["--color", "never"], False),
])
def test_colours_come_in_a_pipe_only_when_asked_for(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    option: list[str],
    has_colour: bool,
) -> None:
    done = rounds.check(*option, plan(plan_of([counting.url()])), env=XTERM)

    assert bool(COLOUR.search(done.stdout)) == has_colour


def test_colours_take_no_room(
    terminal: Start, counting: CountingServer, plan: Write
) -> None:
    urls = [counting.url("/status/404"), counting.url()]
    written = plan(named_plan(("百度首页", "HTTPBIN GET"), urls))

    _, plain = terminal("--color=never", written).finish()
    _, coloured = terminal("--color=always", written).finish()

    def states(screen: Screen) -> list[tuple[int, int]]:
        return [places_of_words(line)[1] for line in table_of(screen.lines)]

    assert states(plain) == states(coloured)


def test_a_report_in_a_file_has_no_colours(
    terminal: Start, rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    terminal(
        "--report", "text=r.txt", plan(plan_of([counting.url()]))
    ).finish()

    assert "\x1b" not in (rounds.directory / "r.txt").read_text()


# The progress line.

PROGRESS = r"\b4/8\b"


@pytest.fixture
def slow_plan(counting: CountingServer, plan: Write) -> Path:
    """8 endpoints, 4 of which wait at a gate, so that progress stops there."""
    counting.close_gate(1000)
    urls = [counting.url()] * 4 + [counting.url("/gate")] * 4
    return plan(plan_of(urls, "", 'timeout = "2m";'))


def test_the_progress_line_comes_and_is_wiped_at_the_end(
    terminal: Start, counting: CountingServer, slow_plan: Path
) -> None:
    shown = terminal(slow_plan)
    shown.read_until(PROGRESS)
    counting.open_gate()

    code, screen = shown.finish()

    assert code == 0
    assert "\x1b[K" in shown.output
    assert not any(re.search(PROGRESS, line) for line in screen.lines)
    assert screen.lines[0].startswith("name")
    assert screen.lines[-1] == ""


@pytest.mark.parametrize("lang, line", [
    ("en", r"4/8  0 failed  4 in flight  [0-9.]+/s\x1b\[K"),
    ("zh_CN", r"4/8  失败 0  在途 4  [0-9.]+/秒\x1b\[K"),
])
def test_the_progress_line_tells_what_is_in_flight_and_no_time_left(
    terminal: Start,
    counting: CountingServer,
    slow_plan: Path,
    lang: str,
    line: str,
) -> None:
    """All that is left is being asked: for how long is not known."""
    shown = terminal("--lang", lang, slow_plan)
    shown.read_until(line)
    counting.open_gate()

    code, _ = shown.finish()

    assert code == 0


def test_the_time_left_is_told_once_there_is_a_rate(
    terminal: Start, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()] * 200,
                           "networks = { intranet = { rate = 20.0; }; };"))
    shown = terminal("--color=never", written)

    shown.read_until(r"/200  0 failed  \d+ in flight  [0-9.]+/s  \d+s left")
    shown.press(INTERRUPT_KEY)

    code, _ = shown.finish()

    assert code == 130


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_progress_line_is_never_wider_than_the_terminal(
    terminal: Start, counting: CountingServer, slow_plan: Path, columns: int
) -> None:
    shown = terminal(slow_plan, columns=columns, pipes="stdout")
    shown.read_until(PROGRESS)
    counting.open_gate()

    shown.finish()

    frames = re.split(r"\r", shown.output)
    assert len(frames) > 1
    for frame in frames:
        assert columns_of(re.sub(r"\x1b\[[0-9;]*[mK]", "", frame)) < columns


def test_progress_goes_to_the_terminal_and_the_report_to_the_pipe(
    terminal: Start, counting: CountingServer, slow_plan: Path
) -> None:
    shown = terminal(slow_plan, pipes="stdout")
    shown.read_until(PROGRESS)
    counting.open_gate()

    code, screen = shown.finish()

    report = shown.process.stdout.read().decode()
    assert code == 0
    assert report.startswith("name")
    assert "\x1b" not in report and "\r" not in report
    assert screen.lines == [""]  # nothing is left of the progress


@pytest.mark.parametrize("options, env, pipes", [
    (["--no-progress"], {}, ""),
    (["-q"], {}, ""),
    ([], {"TERM": "dumb"}, ""),
    ([], {}, "stderr"),
])
def test_there_may_be_no_progress_line(
    terminal: Start,
    counting: CountingServer,
    plan: Write,
    options: list[str],
    env: dict[str, str],
    pipes: str,
) -> None:
    urls = [counting.url()] * 4 + [counting.url("/delay/600")] * 4
    shown = terminal(
        "--color=never", *options, plan(plan_of(urls)), env=env, pipes=pipes
    )

    code, _ = shown.finish()

    assert code == 0
    assert "\x1b" not in shown.output
    assert not re.search(PROGRESS, shown.output)


@patiently
def test_a_short_round_shows_no_progress(
    terminal: Start, counting: CountingServer, plan: Write
) -> None:
    shown = terminal("--color=never", plan(plan_of([counting.url()])))

    shown.finish()

    assert "\x1b" not in shown.output


# Ctrl-C.


def test_ctrl_c_wipes_the_progress_and_reports_what_there_is(
    terminal: Start, counting: CountingServer, slow_plan: Path
) -> None:
    shown = terminal(slow_plan)
    shown.read_until(PROGRESS)

    shown.press(INTERRUPT_KEY)
    code, screen = shown.finish()

    lines = [line.removeprefix("^C") for line in screen.lines]
    assert code == 130
    assert lines[0].startswith("name")
    assert not any(re.search(PROGRESS, line) for line in lines)
    assert any("interrupted" in line for line in lines)
    assert counting.request_count == 8


def test_tune_tells_how_far_it_is_and_wipes_it(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    name = "a-network-with-a-name-of-more-letters-than-the-terminal-has-columns"
    written = plan(
        f"networks = {{ {name} = {{ workers = 1; }}; }};\n"
        f'defaults = {{ network = "{name}"; }};\n'
        + named_plan(("one",), [counting.url("/delay/20")])
    )
    terminal = Terminal(
        rounds, "tune", "--max-workers", "2", "--step-time", "300ms",
        "--report", "text=tune.txt", "--report", "json", written, columns=60,
        pipes="stdout",
    )
    try:
        terminal.read_until(r"a-network-with.*\x1b\[K")
        code, screen = terminal.finish()
    finally:
        terminal.close()
    assert code in (0, 3), terminal.output  # whether it is sure or not
    assert screen.wrapped == 0
    assert screen.lines == [""]
