"""The app: one factory for the server, the generator and the tests.

The generator comes in by this door alone, so what it needs of the web is named here.
"""

from __future__ import annotations

import time
from contextlib import ExitStack

from flask import Flask, Response, g, request
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from app import logs
from app.ids import new_id
from app.services import Services
from app.settings import TEST_KEYS, Settings
from app.web.assets import AssetMap
from app.web.cart import cart
from app.web.checkout import checkout
from app.web.config import WebConfig
from app.web.editor import create_editor
from app.web.errors import register_errors
from app.web.health import health
from app.web.i18n import use_locale
from app.web.limits import register_limits
from app.web.orders import orders
from app.web.routing import register_converters
from app.web.security import register_security
from app.web.shop import ROOT, Shop, current_shop
from app.web.storefront import storefront
from app.web.templating import configure_templates
from app.web.webhooks import webhooks

__all__ = ["AssetMap", "Shop", "create_app"]

LARGEST_FORM = 2 * 1024 * 1024


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
    app = Flask("app.web", template_folder=str(ROOT / "templates"), static_folder=None)
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
        _register_request_ids(app)
        register_security(app, config)
        register_limits(app, settings.redis_url)
        register_errors(app)
    _register_language(app)
    for blueprint in (storefront, cart, checkout, orders, webhooks, health, create_editor(services)):
        app.register_blueprint(blueprint)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_prefix=0
        )
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


def _register_language(app: Flask) -> None:
    """Render every answer in the language of the market that its path names."""

    @app.before_request
    def enter() -> None:
        prefix = (request.view_args or {}).get("market")
        if prefix is None and request.blueprint != "editor":
            return
        g.language = ExitStack()
        g.language.enter_context(use_locale(_locale(prefix or "")))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        stack = g.pop("language", None)
        if stack is not None:
            stack.close()


def _locale(prefix: str) -> str:
    market = current_shop().services.catalogue.market(prefix)
    if market is None:
        return "en"
    g.market = market
    return market.locale
