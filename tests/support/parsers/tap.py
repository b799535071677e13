"""TAP 14: https://testanything.org/tap-version-14-specification.html"""

import re
from typing import Any, NamedTuple

from support.parsers.lines import lines_of
from support.parsers.plain_yaml import parse_yaml


class Point(NamedTuple):
    """A test point and the YAML block behind it."""

    is_ok: bool
    number: int
    description: str
    skipped: str | None  # why; None: it was not
    diagnostics: dict[str, Any] | None


class Tap(NamedTuple):
    """A TAP document."""

    points: list[Point]
    comments: list[str]


POINT = re.compile(r"(not )?ok ([0-9]+) - (.*)")
DIRECTIVE = re.compile(r"(?<!\\)((?:\\\\)*) # (.*)")
PLAN = re.compile(r"1\.\.([0-9]+)")


def parse_tap(text: str) -> Tap:
    """A document whose points are numbered in their order."""
    lines = lines_of(text)
    if not lines or lines[0] != "TAP version 14":
        raise ValueError(f"no version: {text[:80]!r}")
    planned: list[int] = []
    points: list[Point] = []
    comments: list[str] = []
    at = 1
    while at < len(lines):
        line = lines[at]
        at += 1
        if plan := PLAN.fullmatch(line):
            planned.append(int(plan[1]))
            is_first, is_last = not points, len(points) == planned[0]
            if len(planned) > 1 or not (is_first or is_last):
                raise ValueError(f"a plan in between: {line!r}")
        elif point := POINT.fullmatch(line):
            block, at = _yaml_block(lines, at)
            points.append(_point(point, block))
        elif line.startswith("# "):
            comments.append(line[2:])
        else:
            raise ValueError(f"no line of TAP: {line!r}")
    if planned != [len(points)]:
        raise ValueError(f"planned {planned}, came {len(points)}")
    if [point.number for point in points] != [*range(1, len(points) + 1)]:
        raise ValueError("the points are not numbered from 1")
    return Tap(points, comments)


def _point(found: re.Match[str], block: list[str] | None) -> Point:
    description, skipped = found[3], None
    if directive := DIRECTIVE.search(description):
        word, _, reason = directive[2].partition(" ")
        if word != "SKIP":
            raise ValueError(f"an unknown directive: {found[0]!r}")
        description = description[: directive.start()] + directive[1]
        skipped = _unescaped_tap(reason)
    return Point(
        not found[1], int(found[2]), _unescaped_tap(description), skipped,
        None if block is None else parse_yaml(block),
    )


def _unescaped_tap(text: str) -> str:
    if re.search(r"(?<!\\)(\\\\)*(\\[^\\#]|\\$|#)", text):
        raise ValueError(f"not escaped: {text!r}")
    return re.sub(r"\\([\\#])", r"\1", text)


def _yaml_block(lines: list[str], at: int) -> tuple[list[str] | None, int]:
    if at == len(lines) or lines[at] != "  ---":
        return None, at
    end = lines.index("  ...", at)
    block = lines[at + 1 : end]
    if any(not line.startswith("  ") for line in block):
        raise ValueError(f"a line without its indent: {block!r}")
    return [line[2:] for line in block], end + 1
