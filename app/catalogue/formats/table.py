"""From a file's bytes to numbered rows, whatever program wrote them."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from app.catalogue.formats.faults import UnreadableFile

DELIMITERS = ",;\t"
LONGEST_CELL = 10_000_000
ENDINGS = {"unexpected end of data": "a quotation mark that opens here is never closed"}

Row = tuple[int, list[str]]


def read_rows(file: BinaryIO, known: Callable[[str], bool]) -> Iterator[Row]:
    """Yield the rows that hold anything, with their numbers; the header comes first.

    UTF-8 with or without a byte order mark and UTF-16 are read; cells may be
    separated by commas, semicolons or tabs and may hold line breaks in quotation marks.

    Args:
        file: opened as bytes, at its beginning.
        known: says whether a text is the name of a column.

    Raises:
        UnreadableFile: the bytes are no such text, or a quotation mark is out of place.
    """
    lines = _lines(file)
    first = next(lines, "")
    csv.field_size_limit(LONGEST_CELL)
    delimiter = max(DELIMITERS, key=lambda one: sum(map(known, _first_row([first], one))))
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield number, cells
            number += 1
    except csv.Error as error:
        raise UnreadableFile(number, _sentence(str(error))) from error
    except UnicodeDecodeError as error:
        expected = "save the file as 'CSV UTF-8'"
        found = error.object[error.start : error.start + 1].hex().upper()
        raise UnreadableFile(number, f"The byte {found} is not UTF-8: {expected}.") from error


def _lines(file: BinaryIO) -> Iterator[str]:
    start = file.read(2)
    file.seek(0)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        # A program that writes UTF-16 is a spreadsheet, whose files fit into memory.
        yield from file.read().decode("utf-16").splitlines(keepends=True)
        return
    encoding = "utf-8-sig"
    for line in file:
        yield line.decode(encoding)
        encoding = "utf-8"


def _first_row(lines: Iterable[str], delimiter: str) -> list[str]:
    return next(csv.reader(lines, delimiter=delimiter), [])


def _sentence(error: str) -> str:
    if error in ENDINGS:
        return f"In or after this row {ENDINGS[error]}."
    return f"The row cannot be read ({error}): check its quotation marks and line ends."
