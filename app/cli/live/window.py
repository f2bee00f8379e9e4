"""The points about settings, the domain and the front: what the world gets to see."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path

from app.adapters.front_door import DoorAnswer, DoorShut, FrontDoor
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, ok, unknown, wrong
from app.settings import DEVELOPMENT_SECRET

MADE_UP = ("example", "test", "invalid", "localhost", "local")
"""Ends of names that lead to no shop (RFC 2606, RFC 6762)."""
FEWEST_CHARACTERS = 10
"""Different characters of a key that was thrown and not typed."""
CERTIFICATE_DAYS = 14
"""Caddy renews a certificate when a third of its time is left: with fewer days renewing has failed."""
PAGES = ("/", "/sitemap.xml", "/robots.txt")
SAID_BY_BOTH = ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy")
PRIVATE = ("/metrics", "/readyz")


def production(inquiry: Inquiry) -> Finding:
    """The shop demands what real customers need, and takes real money only."""
    settings = inquiry.settings
    if not settings.is_production:
        return wrong("the shop runs in development", "set VITRINE_ENV=production and restart the processes")
    if settings.allow_test_payments:
        return wrong(
            "test payments are allowed, so that orders are paid with made-up cards",
            "take VITRINE_ALLOW_TEST_PAYMENTS out and restart the processes",
        )
    return ok("production, without test payments")


def secrets(inquiry: Inquiry) -> Finding:
    """Nobody can guess what cookies are signed with, nor whom webhooks come from."""
    settings = inquiry.settings
    key = settings.secret_key.get_secret_value()
    if key == DEVELOPMENT_SECRET or len(key) < 32 or len(set(key)) < FEWEST_CHARACTERS:
        return wrong("VITRINE_SECRET_KEY can be guessed", "make one by `openssl rand -hex 32`")
    hooks = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
    if not hooks or any(not hook.startswith("whsec_") or len(hook) < 24 for hook in hooks):
        return wrong(
            "STRIPE_WEBHOOK_SECRET is none of Stripe's",
            "copy whsec_… from the endpoint in Stripe's dashboard",
        )
    return ok("the key is long and random, webhooks have a secret of Stripe's form")


def domain(inquiry: Inquiry) -> Finding:
    """The shop's address is https and a name that leads to a machine."""
    host, url = inquiry.host, inquiry.settings.shop_url
    if not inquiry.settings.is_secure:
        return wrong(f"{url} is not https", "set VITRINE_SHOP_URL to https:// and your domain")
    if _is_address(host) or host.rpartition(".")[2] in MADE_UP or "." not in host:
        return wrong(f"{host} is no name that shoppers can reach", "take a domain, and set VITRINE_SHOP_URL")
    addresses = inquiry.records.addresses(host)
    if not addresses:
        return wrong(f"{host} leads nowhere", f"give {host} an A or AAAA record with this server's address")
    return ok(f"{host} leads to {', '.join(addresses)}")


def https(inquiry: Inquiry) -> Finding:
    """The certificate is good for a while, and whoever comes by http is led to https, for good."""
    url = inquiry.settings.shop_url
    if not inquiry.settings.is_secure:
        return wrong(
            f"{url} is not https", "set VITRINE_SHOP_URL, and VITRINE_SITE of the front, to your domain"
        )
    answer = inquiry.ask("/")
    now = inquiry.services.clock.now()
    if answer.certificate_ends and answer.certificate_ends < now + timedelta(days=CERTIFICATE_DAYS):
        return wrong(
            f"the certificate ends on {answer.certificate_ends:%Y-%m-%d}, and should have been renewed",
            "look into the front's log: ports 80 and 443 must reach it from outside",
        )
    if "max-age=" not in answer.headers.get("strict-transport-security", ""):
        return wrong(
            "browsers are not told to come by https alone (Strict-Transport-Security)",
            "serve deploy/Caddyfile with VITRINE_SITE set to the domain, without http:// before it",
        )
    return _redirected(inquiry) or ok("a trusted certificate, Strict-Transport-Security, and http leads here")


def _redirected(inquiry: Inquiry) -> Finding | None:
    plain = inquiry.plain_url
    if not plain:
        return None
    try:
        answer = FrontDoor(inquiry.tls).ask(plain)
    except DoorShut as shut:
        return wrong(str(shut), "open port 80: certificates are renewed by it, and old links use it")
    if answer.status in (301, 308) and answer.headers.get("location", "").startswith(
        inquiry.settings.shop_url
    ):
        return None
    return wrong(
        f"{plain} answers {answer.status} and not a redirect to https", "let the front serve both ports"
    )


def headers(inquiry: Inquiry) -> Finding:
    """A page comes with the headers of the shop: the front says the same as the app, and a CDN too."""
    page, live = inquiry.ask("/").headers, inquiry.ask("/healthz").headers
    bad = [name for name in SAID_BY_BOTH if name not in page or page[name] != live.get(name, page[name])]
    if page.get("cache-control") != "no-cache":
        bad.append("cache-control")
    if bad:
        return wrong(
            f"the front page comes without the shop's {', '.join(bad)}",
            "let the front read deploy/Caddyfile, with the same VITRINE_PAYMENT_PAGE_ORIGIN as the shop "
            "or none; whatever stands before it must pass headers on as they are",
        )
    return ok("a page comes with the shop's own headers")


def pages(inquiry: Inquiry) -> Finding:
    """What is read through the front is what was published, byte for byte, and nothing private is."""
    public = inquiry.settings.public
    if not (public / "index.html").exists():
        return unknown(f"there is no published page in {public}", "run it where the published folder is")
    product = min((public / "products").glob("*/index.html"), default=None)
    paths = [*PAGES, *([f"/products/{product.parent.name}/"] if product else [])]
    for path in paths:
        file = public / f"{path[1:]}index.html" if path.endswith("/") else public / path[1:]
        # A page may be replaced between the two looks, but hardly twice.
        answer = next((it for _ in range(2) if _is_file(it := inquiry.ask(path), file)), None)
        if answer is None:
            return wrong(
                f"{path} is read with other bytes than {file} has",
                "let the front serve this folder, and let nothing before it change or keep pages",
            )
    shown = [path for path in PRIVATE if inquiry.ask(path).status != 404]
    if shown:
        return wrong(f"{', '.join(shown)} can be read by everybody", "let the front read deploy/Caddyfile")
    return ok(f"{len(paths)} files are read as they were published, {' and '.join(PRIVATE)} by nobody")


def _is_file(answer: DoorAnswer, file: Path) -> bool:
    return answer.status == 200 and answer.body == file.read_bytes()


def counter(inquiry: Inquiry) -> Finding:
    """The app answers through the front, and refuses a webhook that nobody has signed."""
    answers: list[DoorAnswer] = [inquiry.ask("/healthz"), inquiry.ask("/webhooks/stripe", "POST", b"{}")]
    statuses = tuple(answer.status for answer in answers)
    if statuses != (200, 400):
        return wrong(
            f"/healthz answers {statuses[0]}, not 200; an unsigned webhook {statuses[1]}, not 400",
            "start the web process, and let the front lead to it (VITRINE_APP_UPSTREAM)",
        )
    return ok("the app answers through the front, and takes no unsigned webhook")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
