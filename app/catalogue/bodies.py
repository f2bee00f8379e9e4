"""What of a text in HTML may stand on a page: the one place in the domain that knows nh3."""

from __future__ import annotations

import nh3

ROUNDS = 5
"""A text that is read and written again settles after one or two rounds."""


def sanitised(html: str) -> str:
    """Return what is safe of a text; sanitising it once more changes nothing."""
    for _ in range(ROUNDS):
        cleaned = nh3.clean(html)
        if cleaned == html:
            break
        html = cleaned
    return html
