"""The plain YAML of diagnostics."""

import json
import re
from typing import Any

try:
    import yaml
except ImportError:  # then our own reader is the only one
    yaml = None

ENTRY = re.compile(r"( *)(- )?([a-z_]+):(?: (.*))?")
WORD = re.compile(r"[a-z][a-z_.]*")


def parse_yaml(lines: list[str]) -> dict[str, Any]:
    """Mappings and lists of mappings of words, numbers and quoted text."""
    root: dict[str, Any] = {}
    open_maps = {0: root}
    lists: dict[int, list[dict[str, Any]]] = {}
    holder: tuple[dict[str, Any], str, int] | None = None
    for line in lines:
        found = ENTRY.fullmatch(line)
        if not found:
            raise ValueError(f"no line of YAML: {line!r}")
        indent, key, value = len(found[1]), found[3], found[4]
        if holder and indent > holder[2]:
            if found[2]:
                lists[indent] = holder[0][holder[1]] = []
            else:
                open_maps[indent] = holder[0][holder[1]] = {}
        if found[2]:
            open_maps[indent + 2] = {}
            lists[indent].append(open_maps[indent + 2])
            indent += 2
        target = open_maps[indent]
        if key in target:
            raise ValueError(f"{key} stands twice: {lines!r}")
        target[key] = None if value is None else _yaml_scalar(value)
        holder = (target, key, indent) if value is None else None
    if yaml is not None and yaml.safe_load("\n".join(lines)) != root:
        raise ValueError(f"PyYAML reads something else: {lines!r}")
    return root


def _yaml_scalar(text: str) -> Any:
    if WORD.fullmatch(text):
        return text
    value = json.loads(text)
    if not isinstance(value, (str, int, float)):
        raise ValueError(f"neither text nor number: {text!r}")
    return value
