"""What a browser would send of a form that a page holds."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.fields = form_id, dict[str, str]()
        self._is_inside, self._area, self._select = False, "", ""
        self._options = list[tuple[str, bool]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = known.get("id") == self.form_id
        name = known.get("name", "")
        if not self._is_inside:
            return
        if tag == "input" and (known.get("type") != "checkbox" or "checked" in known):
            self.fields[name] = known.get("value", "")
        elif tag == "textarea":
            self._area, self.fields[name] = name, ""
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((known.get("value", ""), "selected" in known))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "textarea" and self._area:
            # A browser drops the line end that stands first in a text area.
            text = self.fields[self._area].removeprefix("\n")
            self.fields[self._area] = text.replace("\n", "\r\n")
            self._area = ""
        elif tag == "select" and self._select:
            chosen = [value for value, is_selected in self._options if is_selected]
            self.fields[self._select] = (chosen or [value for value, _ in self._options])[0]
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data


def form_of(page: str, form_id: str = "product-form") -> dict[str, str]:
    """Return the fields of a form by name, as they stand in it."""
    reader = _Reader(form_id)
    reader.feed(page)
    return reader.fields
