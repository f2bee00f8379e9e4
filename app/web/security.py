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
from app.web.headers import Answer, headers_of, kind_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED = frozenset({"webhooks.stripe"})
"""Endpoints that prove their sender by a signature over the body."""


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
    headers = {kind: headers_of(kind, config) for kind in Answer}

    @app.before_request
    def refuse_forgeries() -> None:
        if request.method in SAFE_METHODS or request.endpoint in SIGNED:
            return
        if is_foreign(origins, needs_proof=request.path.startswith("/editor")):
            # The rule and not the path, whose last part may be a token.
            app.logger.warning("forgery refused", extra={"rule": str(request.url_rule or "")})
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers[kind_of(request.path, response.status_code)].items():
            response.headers[name] = value
        return response
