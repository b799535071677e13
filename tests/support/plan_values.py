"""Plan text made of Python values.

    make_plan([{"name": "home", "url": url, "expect": {"status": 200}}],
              networks={"intranet": {"workers": 4}})

A dict becomes a group, a list of numbers or texts an array, any other list a
list. Text is taken as it is, a `$` too; Raw stands in the file unchanged.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from support.plans import quoted

Endpoint = Mapping[str, Any]


class Raw(str):
    """A piece of a plan file: Raw('"${API_TOKEN}"')."""


def make_plan(endpoints: Iterable[Endpoint], **settings: Any) -> str:
    """A plan of these endpoints; settings are the other top-level keys."""
    lines = [f"{name} = {value_text(each)};\n"
             for name, each in settings.items()]
    listed = ",\n".join("  " + value_text(each) for each in endpoints)
    return "".join(lines) + f"endpoints = (\n{listed}\n);\n"


def value_text(value: Any) -> str:
    """A value in the words of a plan file."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{name} = {value_text(each)};"
                 for name, each in value.items())
        return "{ " + " ".join(pairs) + " }"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(value_text, value))
        is_flat = all(isinstance(each, (int, str)) for each in value)
        return f"[{inner}]" if is_flat else f"({inner})"
    return quoted(str(value))
