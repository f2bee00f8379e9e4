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
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of a picture that is opened by itself: browsers lay it out by a style of their own; nothing in it runs."""


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
    if site is not None:
        return site not in ("same-origin", "none")
    return origin not in origins if origin is not None else needs_proof


def origin_of(url: str) -> str:
    """Return a URL's origin as browsers write it: lower-case, and without the port that goes unsaid."""
    parts = urlsplit(url.lower())
    unsaid = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(unsaid)}"


def register_security(app: Flask, config: WebConfig) -> None:
    """Refuse forged requests and send the headers."""
    origins = frozenset({origin_of(config.shop_url)})
    headers = security_headers(config)

    @app.before_request
    def refuse_forgeries() -> None:
        if request.method in SAFE_METHODS or request.endpoint in SIGNED:
            return
        if is_foreign(origins, needs_proof=request.path.startswith("/editor")):
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        if request.endpoint == "media.file" and response.status_code in (200, 206, 304):
            response.headers["Content-Security-Policy"] = PICTURE_POLICY
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if "/_fragments/" in request.path:
            response.headers["X-Robots-Tag"] = "noindex"
        if request.path.startswith("/orders/"):
            # The path opens the order: it belongs in no index, and in no other site's log.
            response.headers["X-Robots-Tag"] = "noindex"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response
