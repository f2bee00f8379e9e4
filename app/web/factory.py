"""The app: one factory for the server, the generator and the tests.

The generator comes in by this door alone, so what it needs of the web is named here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from htmx_flask import Htmx

from app import logs
from app.addresses import networks
from app.ids import new_id
from app.services import Services
from app.settings import TEST_KEYS, Settings
from app.web.assets import AssetMap
from app.web.cart import cart
from app.web.checkout import checkout
from app.web.config import WebConfig
from app.web.editor import create_editor
from app.web.errors import register_errors
from app.web.facets import facets
from app.web.health import health
from app.web.language import register_language
from app.web.limits import register_limits
from app.web.media import media
from app.web.orders import orders
from app.web.proxies import BehindProxies, Proxies
from app.web.routing import register_converters
from app.web.search import search
from app.web.security import register_security
from app.web.shop import ROOT, Shop
from app.web.storefront import storefront
from app.web.templating import configure_templates
from app.web.webhooks import webhooks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["AssetMap", "Shop", "create_app"]

ExceptionInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]
LARGEST_FORM = 2 * 1024 * 1024


class _AtHome:
    """Puts the shop's own address in the place of the one that a request claims: no answer depends on it."""

    def __init__(self, serve: WSGIApplication, shop_url: str) -> None:
        self.serve, self.home = serve, urlsplit(shop_url)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["HTTP_HOST"], environ["wsgi.url_scheme"] = self.home.netloc, self.home.scheme
        return self.serve(environ, start_response)


class _App(Flask):
    """Flask, but for a line in its log that would hold the path, whose last part may open an order."""

    def log_exception(self, exc_info: ExceptionInfo) -> None:
        """Note a fault of ours under the rule of its request, not under its path."""
        ids = {"method": request.method, "rule": str(request.url_rule or "")}
        self.logger.error("request broke", exc_info=exc_info, extra=ids)


def create_app(
    settings: Settings,
    services: Services,
    assets: AssetMap | None = None,
    *,
    serves: bool = True,
) -> Flask:
    """Build the app from its parts; nothing is read from the environment here.

    Args:
        settings: of this process.
        services: what the views may call.
        assets: the asset map, where it was loaded already.
        serves: whether visitors are answered; the generator wants errors raised, nothing
            limited and no line in the log for each page.
    """
    config = _config(settings)
    app = _App("app.web", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_PARTS=200,
    )
    # A SKU may hold two slashes in a row; Werkzeug would redirect them away.
    app.url_map.merge_slashes = False
    register_converters(app)
    assets = assets or AssetMap.load()
    app.extensions["vitrine"] = Shop.assemble(config, services, assets)
    configure_templates(app, assets)
    Htmx(app)
    if serves:
        app.wsgi_app = _AtHome(app.wsgi_app, config.shop_url)  # type: ignore[method-assign]
        _register_request_ids(app)
        register_security(app, config)
        register_limits(app, settings.redis_url)
        register_errors(app)
    register_language(app)
    for blueprint in (
        storefront,
        cart,
        checkout,
        orders,
        search,
        facets,
        media,
        webhooks,
        health,
        create_editor(services),
    ):
        app.register_blueprint(blueprint)
    proxies = Proxies(*networks(settings.trusted_proxies))
    app.wsgi_app = BehindProxies(app.wsgi_app, proxies)  # type: ignore[method-assign]
    return app


def _config(settings: Settings) -> WebConfig:
    key = settings.stripe_secret_key.get_secret_value()
    return WebConfig(
        shop_url=settings.shop_url,
        payment_page_origin=settings.payment_page_origin,
        is_secure=settings.is_secure,
        is_production=settings.is_production,
        takes_test_payments=settings.allow_test_payments or key.startswith(TEST_KEYS),
        cart_days=settings.cart_days,
        rate_cart=settings.rate_cart,
        rate_checkout=settings.rate_checkout,
        rate_login=settings.rate_login,
        rate_search=settings.rate_search,
        public=settings.public.absolute(),
        pictures=settings.media.absolute() / "files",
        client_salt=settings.secret_key.get_secret_value(),
    )


def _register_request_ids(app: Flask) -> None:
    """Tie all lines of a request together, and say how it ended."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = new_id("req")
        logs.unbind_all()
        logs.bind(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        # The path's last part may be a token that opens an order, so the rule is written instead.
        app.logger.info(
            "request",
            extra={
                "method": request.method,
                "rule": str(request.url_rule or ""),
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            },
        )
        return response
