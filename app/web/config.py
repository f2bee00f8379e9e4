"""What the web needs to know of the configuration, and nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WebConfig:
    """Facts that the factory takes from the settings; no key, no password, no address of a server."""

    shop_url: str
    payment_page_origin: str
    is_secure: bool
    """Whether the shop is reached by https, so that cookies can be bound to it."""
    is_production: bool
    takes_test_payments: bool
    cart_days: int
    rate_cart: str
    rate_checkout: str
    rate_login: str
    public: Path
    """The published folder: it holds the page that is shown while the database is away."""
    pictures: Path
    """Where the files of pictures lie that readers may get."""
    client_salt: str
    """Keeps the digest of a client's address from being guessed back to the address."""
