"""Fail if a page of the built site would fetch anything from outside."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

#: Tags whose address the browser fetches by itself; links that a reader clicks are free.
FETCHED = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "video": "src",
}
HARMLESS_LINKS = {"canonical", "next", "prev"}
STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)")


class Fetches(HTMLParser):
    """Collects what one page fetches from outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found = STYLE.findall(text)
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address on another host."""
        values = dict(attrs)
        address = values.get(FETCHED.get(tag, "")) or ""
        if (
            address.startswith(("http:", "https:", "//"))
            and values.get("rel") not in HARMLESS_LINKS
        ):
            self.found.append(address)


def outside(site: Path) -> list[str]:
    """What the site fetches from outside, with the file that does it."""
    pages = {path: Fetches(path.read_text("utf-8")).found for path in site.rglob("*.html")}
    sheets = {path: STYLE.findall(path.read_text("utf-8")) for path in site.rglob("*.css")}
    return [f"{path}: {address}" for path, found in (pages | sheets).items() for address in found]


if __name__ == "__main__":
    problems = outside(Path(sys.argv[1]))
    sys.exit("\n".join(problems) or None)
