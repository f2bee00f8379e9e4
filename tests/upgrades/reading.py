"""What a page asks of the shop: its forms with every field, its fragments, its ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VERBS = {"hx-get": "GET", "hx-post": "POST"}


@dataclass
class Sending:
    """A form: where it leads, and every value that each of its fields may send."""

    action: str
    method: str
    attributes: dict[str, str]
    fields: dict[str, list[str]] = field(default_factory=dict)

    @property
    def first(self) -> dict[str, str]:
        """What it sends with the first value of each field."""
        return {name: values[0] for name, values in self.fields.items()}


@dataclass
class Paper(HTMLParser):
    """One page or fragment, read."""

    forms: list[Sending] = field(default_factory=list)
    asks: set[tuple[str, str]] = field(default_factory=set)
    """Method and address of everything that a form or htmx may send."""
    ids: set[str] = field(default_factory=set)
    out_of_band: set[str] = field(default_factory=set)
    """The ids that htmx looks for elsewhere in the page."""
    targets: set[str] = field(default_factory=set)
    has_place: bool = False
    """Whether something in it can take the focus (`tabindex="-1"`)."""

    def __post_init__(self) -> None:
        super().__init__()
        self._form: Sending | None = None
        self._select = ""

    @classmethod
    def of(cls, text: str) -> Paper:
        """Read a page."""
        paper = cls()
        paper.feed(text)
        paper.close()
        return paper

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        said = {name: value or "" for name, value in attrs}
        self._note(said)
        if tag == "form" and said.get("method") != "dialog":
            self._form = Sending(said["action"], said.get("method", "get").upper(), said)
            self.forms.append(self._form)
            self.asks.add((self._form.method, self._form.action))
        elif tag == "select":
            self._select = said.get("name", "")
        elif self._form and tag == "option" and self._select:
            self._form.fields.setdefault(self._select, []).append(said.get("value", ""))
        elif self._form and tag in ("input", "textarea", "button") and said.get("name"):
            self._form.fields.setdefault(said["name"], []).append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def _note(self, said: dict[str, str]) -> None:
        if "id" in said:
            self.ids.add(said["id"])
            if "hx-swap-oob" in said:
                self.out_of_band.add(said["id"])
        if said.get("tabindex") == "-1":
            self.has_place = True
        if said.get("hx-target", "").startswith("#"):
            self.targets.add(said["hx-target"][1:])
        self.asks |= {(method, said[name]) for name, method in VERBS.items() if said.get(name)}
