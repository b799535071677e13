"""Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/"""

import math
import re
from typing import NamedTuple

from support.parsers.lines import lines_of


class Sample(NamedTuple):
    """One value of a family."""

    labels: dict[str, str]
    value: float


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
HEADER = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)")
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([-0-9.]+)")


def parse_prometheus(text: str) -> dict[str, list[Sample]]:
    """Families of gauges: each once, with help and type before its samples.

    No time stamps: node_exporter's textfile collector refuses them.
    """
    families: dict[str, list[Sample]] = {}
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    wanted, name = "HELP", ""
    for line in lines_of(text):
        if line.startswith("#"):
            header = HEADER.fullmatch(line)
            if not header or header[1] != wanted:
                raise ValueError(f"a header out of place: {line!r}")
            if wanted == "HELP":
                name, wanted = header[2], "TYPE"
                if name in families:
                    raise ValueError(f"the family stands twice: {line!r}")
                families[name] = []
            elif (header[2], header[3]) == (name, "gauge"):
                wanted = "HELP"
            else:
                raise ValueError(f"not the type of {name}: {line!r}")
            continue
        found = SAMPLE.fullmatch(line)
        if not found or found[1] != name or wanted != "HELP":
            raise ValueError(f"no sample of {name}: {line!r}")
        sample = Sample(_labels(found[2] or ""), float(found[found.re.groups]))
        series = (name, frozenset(sample.labels.items()))
        if series in seen or not math.isfinite(sample.value):
            raise ValueError(f"twice or no number: {line!r}")
        seen.add(series)
        families[name].append(sample)
    return families


def _labels(text: str) -> dict[str, str]:
    pairs = re.findall(LABEL, text)
    labels = {name: _unescaped_label(value) for name, value in pairs}
    if len(labels) != len(pairs):
        raise ValueError(f"a label stands twice: {text!r}")
    return labels


def _unescaped_label(text: str) -> str:
    plain = {"\\": "\\", '"': '"', "n": "\n"}
    return re.sub(r'\\([\\"n])', lambda found: plain[found[1]], text)
