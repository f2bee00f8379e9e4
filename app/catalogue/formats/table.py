"""From a file's bytes to numbered rows, whatever program wrote them."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from app.catalogue.formats.faults import UnreadableFile

DELIMITERS = ",;\t"
LONGEST_CELL = 10_000_000
OLD_MAC = re.compile(rb"[^\r\n]*\r(?!\n)")
"""A first line that ends in a carriage return alone; every other line then may too."""
ENDINGS = {"unexpected end of data": "a quotation mark that opens here is never closed"}

Row = tuple[int, list[str]]


def read_rows(file: BinaryIO, known: Callable[[str], bool]) -> Iterator[Row]:
    """Yield the rows that hold anything, with their numbers; the header comes first.

    UTF-8 with or without a byte order mark and UTF-16 are read; cells may be
    separated by commas, semicolons or tabs and may hold line breaks in quotation marks.
    Lines end in a line feed, a carriage return, or both.

    Args:
        file: opened as bytes, at its beginning.
        known: says whether a text is the name of a column.

    Raises:
        UnreadableFile: the bytes are no such text, or a quotation mark is out of place.
    """
    csv.field_size_limit(LONGEST_CELL)
    number = 1
    try:
        lines = _lines(file)
        first = next(lines, "")
        delimiter = max(DELIMITERS, key=lambda one: sum(map(known, _first_row(first, one))))
        for cells in csv.reader(chain([first], lines), delimiter=delimiter, strict=True):
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
    start = file.readline(LONGEST_CELL)
    file.seek(0)
    # Programs that write UTF-16 or the line ends of old Macs are spreadsheets, whose files fit into memory.
    lines: Iterable[bytes] = file
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        lines = _utf_16(file.read()).splitlines(keepends=True)
    elif OLD_MAC.match(start):
        lines = file.read().splitlines(keepends=True)
    encoding = "utf-8-sig"
    for line in lines:
        yield line.decode(encoding)
        encoding = "utf-8"


def _utf_16(content: bytes) -> bytes:
    try:
        return content.decode("utf-16").encode()
    except UnicodeDecodeError as error:
        reason = "The file begins as UTF-16, but is not: save it as 'CSV UTF-8'."
        raise UnreadableFile(1, reason) from error


def _first_row(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _sentence(error: str) -> str:
    if error in ENDINGS:
        return f"In or after this row {ENDINGS[error]}."
    return f"The row cannot be read ({error}): check its quotation marks and line ends."
