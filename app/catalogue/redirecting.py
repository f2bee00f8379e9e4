"""Takes in Shopify's redirects: where the addresses of the old shop lead in this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

from app.catalogue.formats.cells import restored
from app.catalogue.formats.faults import Fault, UnreadableFile, because
from app.catalogue.formats.table import read_rows
from app.catalogue.model import Redirect
from app.catalogue.service import Catalogue
from app.errors import InvalidValue

FROM, TO = "redirect from", "redirect to"
ASKED = re.compile(r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/(?:products|collections|pages)/")
"""The front asks the shop about a missing page below these paths, and nowhere else."""
LONGEST_PATH = 1_000
BATCH = 200


@dataclass
class RedirectsReport:
    """How many redirects were written, were known already, and which rows were refused."""

    created: int = 0
    unchanged: int = 0
    errors: list[Fault] = field(default_factory=list)


def import_redirects(catalogue: Catalogue, file: BinaryIO) -> RedirectsReport:
    """Remember where old paths lead; nothing is written where a row is bad."""
    report, wanted = RedirectsReport(), dict[str, tuple[int, Redirect]]()
    try:
        for row, redirect in _redirects(file, report):
            _, other = wanted.setdefault(redirect.path, (row, redirect))
            if other != redirect:
                report.errors.append(Fault(row, f"{redirect.path} leads to {other.target} in a row above."))
    except UnreadableFile as error:
        report.errors.append(error.fault)
    store, paths = catalogue.store, list(wanted)
    if not report.errors:
        report.errors.extend(_circles(wanted, store.redirect))
    if report.errors:
        return report
    for begin in range(0, len(paths), BATCH):
        batch = [wanted[path][1] for path in paths[begin : begin + BATCH]]
        fresh = [redirect for redirect in batch if store.redirect(redirect.path) != redirect]

        def block(fresh: list[Redirect] = fresh) -> None:
            for redirect in fresh:
                store.put_redirect(redirect)

        catalogue.transactions.run(block)
        report.created += len(fresh)
        report.unchanged += len(batch) - len(fresh)
    return report


def _redirects(file: BinaryIO, report: RedirectsReport) -> Iterator[tuple[int, Redirect]]:
    rows = read_rows(file, lambda name: name.strip().lower() in (FROM, TO))
    _, header = next(rows, (1, list[str]()))
    names = [name.strip().lower() for name in header]
    if FROM not in names or TO not in names:
        raise UnreadableFile(
            1, "The header must hold 'Redirect from' and 'Redirect to', as Shopify writes it."
        )
    places = names.index(FROM), names.index(TO)
    for row, cells in rows:
        source, target = (restored(cells[place]).strip() if place < len(cells) else "" for place in places)
        try:
            path, target = old_path(source), new_address(target)
        except InvalidValue as error:
            report.errors.append(Fault(row, because(error)))
            continue
        if path == target:
            report.errors.append(Fault(row, f"{path} would lead to itself."))
            continue
        yield row, Redirect(path, target)


def _circles(
    wanted: Mapping[str, tuple[int, Redirect]], known: Callable[[str], Redirect | None]
) -> Iterator[Fault]:
    """Yield what leads in a circle once the file is taken in, circles through the shop's own included."""
    walked = set[str]()
    for start, (row, _) in wanted.items():
        way, path = list[str](), start
        while path not in walked:
            walked.add(path)
            way.append(path)
            redirect = wanted[path][1] if path in wanted else known(path)
            if redirect is None:
                break
            path = urlsplit(redirect.target).path if redirect.target.startswith("/") else ""
        else:
            # A path of an earlier walk was judged then; only one of this walk closes a circle.
            if path in way:
                circle = way[way.index(path) :]
                rows = sorted(wanted[one][0] for one in circle if one in wanted) or [row]
                numbers = f"{'rows' if len(rows) > 1 else 'row'} {', '.join(map(str, rows))}"
                reason = f"{' → '.join([*circle, path])} leads in a circle: see the {numbers}."
                yield Fault(rows[0], reason)


def old_path(text: str) -> str:
    """Return an old address as this shop is asked for it: a path that ends in a slash.

    Raises:
        InvalidValue: no visitor of this shop would ever be led from there.
    """
    path = _parts("Redirect from", text, "a path such as /products/old-name").path.rstrip("/") + "/"
    if not text.startswith(("/", "https://", "http://")) or text.startswith("//") or len(text) > LONGEST_PATH:
        raise InvalidValue("Redirect from", text, "a path such as /products/old-name")
    if not ASKED.match(path):
        raise InvalidValue("Redirect from", text, "a path below /products/, /collections/ or /pages/")
    return path


def new_address(text: str) -> str:
    """Return a target: a path of this shop, as its pages are called, or a whole address.

    Raises:
        InvalidValue: it is neither.
    """
    expected = "a path such as /products/new-name, or an https:// address"
    parts = _parts("Redirect to", text, expected)
    is_address = text.startswith(("https://", "http://")) and bool(parts.hostname)
    is_path = text.startswith("/") and not text.startswith(("//", "/\\"))
    if not (is_address or is_path) or len(text) > LONGEST_PATH or not text.isprintable() or " " in text:
        raise InvalidValue("Redirect to", text, expected)
    if is_path and ASKED.match(parts.path) and not parts.path.endswith("/"):
        return parts._replace(path=parts.path + "/").geturl()
    return text


def _parts(column: str, text: str, expected: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        raise InvalidValue(column, text, expected) from error
