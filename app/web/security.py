"""What every answer says to the browser, and which requests are refused for where they come from.

Frozen pages can hold no token, so forgery is told by what a browser says of a
request's origin. A request that carries neither header was not made by a browser
that could be tricked (every current one sends `Origin` with a cross-site POST), so
the shop takes it; the desk, where nobody needs scripts, does not.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from app.web.config import WebConfig

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED = frozenset({"webhooks.stripe"})
"""Endpoints that prove their sender by a signature over the body."""


def content_security_policy(payment_page_origin: str) -> str:
    """Return the one policy of the shop: nothing inline, nothing from elsewhere."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; "
        f"form-action 'self' {payment_page_origin}; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


def security_headers(config: WebConfig) -> dict[str, str]:
    """Return the headers of every answer; the front sends the same with every file."""
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


def is_foreign(origins: frozenset[str], *, needs_proof: bool) -> bool:
    """Say whether another site made the browser send this request."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site in ("same-origin", "none"):
        return False
    if origin is not None:
        return origin not in origins
    return needs_proof or site is not None


def register_security(app: Flask, config: WebConfig) -> None:
    """Refuse forged requests and send the headers."""
    parts = urlsplit(config.shop_url)
    origins = frozenset({f"{parts.scheme}://{parts.netloc}"})
    headers = security_headers(config)

    @app.before_request
    def refuse_forgeries() -> None:
        if request.method in SAFE_METHODS or request.endpoint in SIGNED:
            return
        if is_foreign(origins, needs_proof=request.path.startswith("/editor")):
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith("/_fragments/") or "/_fragments/" in request.path:
            response.headers["X-Robots-Tag"] = "noindex"
        return response
