"""Lines of text that hold no surprise."""

import re

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]")


def lines_of(text: str) -> list[str]:
    """The lines of a text that ends with one and has no control bytes."""
    found = CONTROL.search(text)
    if found:
        raise ValueError(f"control character {found[0]!r} in {text!r}")
    if text and not text.endswith("\n"):
        raise ValueError(f"the last line has no end: {text[-80:]!r}")
    return text.split("\n")[:-1]
