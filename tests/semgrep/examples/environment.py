import os

from app.settings import load_settings


def key() -> str:
    # ruleid: environment
    return os.environ["STRIPE_SECRET_KEY"]


def address() -> str | None:
    # ruleid: environment
    return os.getenv("VITRINE_SHOP_URL")


def told() -> str:
    # ok: environment
    return load_settings().shop_url
