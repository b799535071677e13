"""What the pages of rounds have in common: their words and their colours."""

import re
from pathlib import Path


def words_of(file: Path) -> dict[str, dict[str, str]]:
    """The words of each language in a page's table of words."""
    sections = re.findall(r"^  (\w+): \{\n(.*?)^  \},\n", file.read_text(),
                          re.MULTILINE | re.DOTALL)
    return {
        name: dict(re.findall(r'^    (\w+): "(.*)",$', text, re.MULTILINE))
        for name, text in sections
    }


def places_in(text: str) -> set[str]:
    """Where values are put into a text: {name}."""
    return set(re.findall(r"\{\w+\}", text))


def luminance(color: str) -> float:
    """How light a colour "R,G,B" is, from 0 to 1."""
    parts = [int(part) / 255 for part in color.split(",")]
    linear = [part / 12.92 if part <= 0.04045
              else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """The contrast of two colours as WCAG has it, from 1 to 21."""
    lights = sorted((luminance(first), luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)
