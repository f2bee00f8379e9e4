"""Reads rendered HTML as a browser would name its parts: tags, attributes, ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


@dataclass
class Tag:
    """One start tag: its name, its attributes, and the text of a script."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Markup(HTMLParser):
    """The tags of a document, and the faults of its nesting."""

    tags: list[Tag] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, text: str) -> Markup:
        """Read a whole document or a fragment."""
        markup = cls()
        markup.feed(text)
        markup.close()
        markup.faults += [f"<{name}> is never closed" for name in markup.open]
        return markup

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Match it with the tag that is open."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        """Keep the text of a script."""
        if self.tags and self.tags[-1].name == "script":
            self.tags[-1].text += data

    def values(self, attribute: str) -> list[str]:
        """Return an attribute's values over all tags that have it, in their order."""
        return [tag.attributes[attribute] for tag in self.tags if attribute in tag.attributes]
