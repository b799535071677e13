"""GitHub's workflow commands, as its runner reads them."""

import re
from typing import NamedTuple

from support.parsers.lines import lines_of


class Command(NamedTuple):
    """::name property=value,...::data"""

    name: str
    properties: dict[str, str]
    data: str


class Commands(NamedTuple):
    """The commands of an output, and its other lines."""

    commands: list[Command]
    rest: list[str]


def parse_github(text: str) -> Commands:
    """Commands as the runner would obey them."""
    commands, rest = [], []
    for line in lines_of(text):
        if line.lstrip().startswith("::"):
            commands.append(_command(line))
        elif "##[" in line:
            raise ValueError(f"a command of the old form: {line!r}")
        else:
            rest.append(line)
    return Commands(commands, rest)


def _command(line: str) -> Command:
    head, found, data = line[2:].partition("::")
    name, _, settings = head.partition(" ")
    if not found or not re.fullmatch("[a-z-]+", name):
        raise ValueError(f"no command: {line!r}")
    pairs = [pair.split("=", 1) for pair in settings.split(",") if pair]
    properties = {key: _unescaped_command(value) for key, value in pairs}
    if len(properties) != len(pairs):
        raise ValueError(f"a property stands twice: {line!r}")
    return Command(name, properties, _unescaped_command(data))


def _unescaped_command(text: str) -> str:
    if re.search(r"%(?!0A|0D|25|2C|3A)", text):
        raise ValueError(f"not escaped: {text!r}")
    return re.sub(
        "%(0A|0D|25|2C|3A)", lambda found: chr(int(found[1], 16)), text
    )
