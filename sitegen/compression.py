"""The compressed siblings of a published file: which there are, and what is in them."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import brotli

PAGE_BROTLI, ASSET_BROTLI = 5, 11
"""Pages are compressed while somebody waits for them (80 µs), assets once and for all (5 ms)."""
GZIP_LEVEL = 6
SIBLINGS = (".br", ".gz")
COMPRESSED = frozenset({".html", ".xml", ".txt", ".css", ".js", ".svg", ".json"})


def siblings_of(path: str) -> list[str]:
    """Return the compressed files that stand beside a published file."""
    return [path + suffix for suffix in SIBLINGS] if Path(path).suffix in COMPRESSED else []


def compressed(sibling: str, content: bytes) -> bytes:
    """Return what a sibling holds; equal content gives equal bytes."""
    if sibling.endswith(".br"):
        quality = ASSET_BROTLI if sibling.startswith("assets/") else PAGE_BROTLI
        return bytes(brotli.compress(content, quality=quality))
    # No name and no time in the header.
    return gzip.compress(content, GZIP_LEVEL, mtime=0)


def decompressed(sibling: str, content: bytes | None) -> bytes | None:
    """Return what a sibling says that the file holds; nothing where it is missing or damaged."""
    if content is None:
        return None
    try:
        return bytes(brotli.decompress(content) if sibling.endswith(".br") else gzip.decompress(content))
    except (brotli.error, zlib.error, OSError, EOFError):
        return None
