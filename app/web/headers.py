"""Which headers go with which kind of answer: the one table, for the app and for the front.

The app sends it (`app.web.security`); `deploy/Caddyfile` says the same of the files, in its own
language, and a test asks a real Caddy for each of them and compares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.web.config import WebConfig


class Answer(StrEnum):
    """What is answered, as far as a browser must treat it differently."""

    PAGE = "page"
    """A published file that is no asset: a page, the sitemap, a feed. The front's."""
    ASSET = "asset"
    """A style sheet or a script, whose name says its content. The front's."""
    PICTURE = "picture"
    """A file of a picture, from the front, or from the app while the front has none."""
    LIVE = "live page"
    """A page or a redirect that the app makes, and its refusals."""
    FOUND = "found"
    """What search or a narrowed listing has found."""
    FRAGMENT = "fragment"
    ORDER = "order"
    """An order's pages: the path itself opens the order."""
    WEBHOOK = "webhook"
    MACHINE = "machine"
    """Health and figures."""
    DESK = "desk"
    LINK = "link"
    """The desk's page that sets a password: its path holds the token."""
    MISSING = "missing"
    """The front's own 404."""
    REFUSED = "refused"
    """The front's own refusal of a method or of a request that it cannot read."""
    CLOSED = "closed"
    """The front's own 503, while the app does not answer."""


FOR_A_YEAR = "public, max-age=31536000, immutable"
NO_INDEX = {"X-Robots-Tag": "noindex"}
NOT_STORED = {"Cache-Control": "no-store"}
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of a picture that is opened by itself: browsers lay it out by a style of their own; nothing in it runs."""

TABLE: Mapping[Answer, Mapping[str, str]] = MappingProxyType(
    {
        Answer.PAGE: {"Cache-Control": "no-cache"},
        Answer.ASSET: {"Cache-Control": FOR_A_YEAR},
        Answer.PICTURE: {"Cache-Control": FOR_A_YEAR, "Content-Security-Policy": PICTURE_POLICY},
        Answer.LIVE: NOT_STORED,
        Answer.FOUND: NOT_STORED | NO_INDEX,
        Answer.FRAGMENT: NOT_STORED | NO_INDEX,
        Answer.ORDER: NOT_STORED | NO_INDEX | {"Referrer-Policy": "no-referrer"},
        Answer.WEBHOOK: NOT_STORED | NO_INDEX,
        Answer.MACHINE: NOT_STORED | NO_INDEX,
        Answer.DESK: NOT_STORED | NO_INDEX,
        Answer.LINK: NOT_STORED | NO_INDEX | {"Referrer-Policy": "no-referrer"},
        Answer.MISSING: {"Cache-Control": "no-cache"},
        Answer.REFUSED: NOT_STORED,
        Answer.CLOSED: NOT_STORED | {"Retry-After": "5"},
    }
)
"""What each kind says besides, or instead of, what all of them say."""

_MARKET = r"(?:/[a-z]{2}(?:-[a-z]{2})?)?"
_KINDS = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rf"{_MARKET}/_fragments/.*", Answer.FRAGMENT),
        (rf"{_MARKET}/orders/.*", Answer.ORDER),
        (rf"{_MARKET}/(?:search|collections/[^/]+/filter)/?", Answer.FOUND),
        (r"/editor/set-password/.*", Answer.LINK),
        (r"/editor(?:/.*)?", Answer.DESK),
        (r"/webhooks/.*", Answer.WEBHOOK),
        (r"/(?:healthz|readyz|metrics)/?", Answer.MACHINE),
    )
)
_OF_A_FILE = (200, 206, 304)
"""A file is told to be there by these: whole, in part, or still the one that is known."""


def content_security_policy(payment_page_origin: str) -> str:
    """Return the one policy of the shop's documents: nothing inline, nothing from elsewhere."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; "
        f"form-action 'self' {payment_page_origin}; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


def security_headers(config: WebConfig) -> dict[str, str]:
    """Return what every kind of answer says, unless its row of the table says otherwise."""
    headers = {
        "Content-Security-Policy": content_security_policy(config.payment_page_origin),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "accelerometer=(), browsing-topics=(), camera=(), geolocation=(), gyroscope=(), "
            "magnetometer=(), microphone=(), payment=(), usb=()"
        ),
    }
    if config.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def headers_of(kind: Answer, config: WebConfig) -> dict[str, str]:
    """Return the headers of one kind of answer."""
    return {**security_headers(config), **TABLE[kind]}


def kind_of(path: str, status: int) -> Answer:
    """Return the kind of what the app answers at a path; a refusal keeps its path's privacy."""
    if path.startswith("/media/") and status in _OF_A_FILE:
        return Answer.PICTURE
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(path)), Answer.LIVE)
