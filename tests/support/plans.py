"""Plan files written by tests."""

from collections.abc import Iterable
from pathlib import Path


def write_plan(directory: Path, text: str, name: str = "plan.cfg") -> Path:
    """Write a plan file and give its path."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def quoted(text: str) -> str:
    """A string of a plan file, taken as it is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("$", "$$") + '"'


def plan_of(urls: Iterable[str], settings: str = "", common: str = "") -> str:
    """A plan of these URLs, named e0, e1 and so on.

    `settings` goes before the endpoints, such as `defaults = { ... };`, and
    `common` into each of them, such as `retries = 2;`.
    """
    endpoints = ",\n".join(
        f'  {{ name = "e{i}"; url = {quoted(url)}; {common} }}'
        for i, url in enumerate(urls)
    )
    return f"{settings}\nendpoints = (\n{endpoints}\n);\n"
