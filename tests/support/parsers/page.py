"""The HTML report as a page that runs no script: what it carries."""

import json
from html.parser import HTMLParser
from typing import Any, NamedTuple

# These have no end tag, or need none.
VOID = {"meta", "br", "hr", "input", "link", "img", "col", "wbr"}
OPTIONAL = {"dt", "dd", "li", "p", "tr", "td", "th", "thead", "tbody"}


class PageContent(NamedTuple):
    """The report within, what the page knows besides, and its words."""

    report: Any
    data: Any
    text: str


def parse_page(text: str) -> PageContent:
    """Strict where browsers are not: elements are closed in their turn."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise ValueError(f"not closed: {reader.open}")
    return PageContent(json.loads(reader.blocks["report"]),
                       json.loads(reader.blocks["data"]),
                       " ".join("".join(reader.words).split()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str | None]] = []
        self.blocks: dict[str, str] = {}
        self.words: list[str] = []

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        values = dict(attrs)
        for name in ("src", "href"):
            target = values.get(name) or ""
            if target.startswith(("http:", "https:", "//")) and tag != "a":
                raise ValueError(f"an outside resource: {target}")
        if tag not in VOID | OPTIONAL:
            self.open.append((tag, values.get("id")))

    def handle_startendtag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        pass  # a shape of a drawing

    def handle_endtag(self, tag: str) -> None:
        if tag in OPTIONAL:
            return
        if not self.open or self.open[-1][0] != tag:
            raise ValueError(f"</{tag}> within {self.open}")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        tag, name = self.open[-1] if self.open else ("", None)
        if tag == "script" and name:
            self.blocks[name] = self.blocks.get(name, "") + data
        elif tag not in ("script", "style"):
            self.words.append(data)
