"""Plugins: https://www.monitoring-plugins.org/doc/guidelines.html"""

import re
from typing import NamedTuple


class Plugin(NamedTuple):
    """The line of a monitoring plugin."""

    state: str
    text: str
    values: dict[str, float]  # seconds for those with the unit


NAGIOS = re.compile(
    r"ROUNDS (OK|WARNING|CRITICAL|UNKNOWN) - ([^|<>]+) \|((?: [^ ]+)+)\n"
)
VALUE = re.compile(r" ([a-z0-9]+)=([0-9.]+)(s?);;;0(?:;([0-9]+))?")


def parse_nagios(line: str) -> Plugin:
    """A line with performance data."""
    found = NAGIOS.fullmatch(line)
    if not found or not re.fullmatch(f"({VALUE.pattern})+", found[3]):
        raise ValueError(f"no line of a plugin: {line!r}")
    values = {each[1]: float(each[2]) for each in VALUE.finditer(found[3])}
    return Plugin(found[1], found[2], values)
