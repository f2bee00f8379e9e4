"""Every setting, typed: read once, and refused with all faults at once.

Values come from the environment, then from `.env`, then from the stack that
`vitrine up` runs on the data folder (`stack.json`). `.env.example` explains each.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from app.addresses import Address, MongoUri, Origin, Proxies, Rate, RedisUrl, SmtpUrl
from app.errors import VitrineError

DEVELOPMENT_SECRET = "development-only-secret-key-development"  # noqa: S105 - refused in production
LIVE_KEYS = ("sk_live_", "rk_live_")
TEST_KEYS = ("sk_test_", "rk_test_")


class SettingsError(VitrineError):
    """The environment does not describe a shop that can start."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        return f"Vitrine cannot start with these settings:\n{lines}\n.env.example explains each of them."


class Settings(BaseSettings):
    """What a process of the shop needs to know before it starts."""

    model_config = SettingsConfigDict(
        env_prefix="VITRINE_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        frozen=True,
    )

    env: Literal["development", "production"] = "development"
    data: Path = Path(".vitrine")
    mongo_uri: MongoUri = "mongodb://127.0.0.1:27017/vitrine?replicaSet=rs0"
    redis_url: RedisUrl = "redis://127.0.0.1:6379/0"
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    shop_url: Origin = "http://127.0.0.1:8000"
    smtp_url: SmtpUrl = "smtp://127.0.0.1:1025"
    allow_test_payments: bool = False

    stripe_secret_key: SecretStr = Field(SecretStr(""), alias="STRIPE_SECRET_KEY")
    stripe_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), alias="STRIPE_WEBHOOK_SECRET"
    )
    stripe_api_base: Address | None = Field(None, alias="STRIPE_API_BASE")
    payment_page_origin: Origin = "https://checkout.stripe.com"

    checkout_minutes: int = Field(35, ge=31, le=1380)
    """Minutes a Checkout Session stays open; Stripe takes 30 minutes to 24 hours."""
    hold_grace_minutes: int = Field(5, ge=1, le=60)
    """Minutes that the units stay held after their session has ended."""
    cart_days: int = Field(60, ge=1, le=365)
    rate_login: Rate = "10/minute"
    rate_cart: Rate = "120/minute"
    rate_checkout: Rate = "20/minute"
    rate_search: Rate = "240/minute"
    holds_per_address: int = Field(20, ge=1)
    """Open checkouts that one address may hold units with; loopback is exempt in development."""
    partner_url: Address | None = None
    partner_secret: SecretStr = SecretStr("")
    trusted_proxies: Proxies = "127.0.0.1, ::1"
    """Who may connect to the app and say whose request it is (X-Forwarded-For): Caddy's address."""
    require_totp: Literal["owners", "everyone", "nobody"] | None = None
    """Who must have a second factor at the desk; unsaid, owners in production and nobody elsewhere."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def is_production(self) -> bool:
        """Whether real customers are served."""
        return self.env == "production"

    @property
    def totp_is_for(self) -> str:
        """Who must have a second factor: `owners`, `everyone` or `nobody`."""
        return self.require_totp or ("owners" if self.is_production else "nobody")

    @property
    def is_secure(self) -> bool:
        """Whether the shop is reached by https, so that cookies can be bound to it."""
        return self.shop_url.startswith("https://")

    @property
    def public(self) -> Path:
        """The published folder that the front serves."""
        return self.data / "public"

    @property
    def media(self) -> Path:
        """Where pictures lie: originals, and the files that readers get."""
        return self.data / "media"

    @property
    def search_index(self) -> Path:
        """The file that the generator writes and search reads."""
        return self.data / "search.sqlite"

    @model_validator(mode="before")
    @classmethod
    def _split_secrets(cls, values: Any) -> Any:
        for name in ("STRIPE_WEBHOOK_SECRET", "stripe_webhook_secrets"):
            raw = values.get(name) if isinstance(values, dict) else None
            if isinstance(raw, str):
                values[name] = tuple(part.strip() for part in raw.split(",") if part.strip())
        return values

    @model_validator(mode="after")
    def _refuse_unsafe_combinations(self) -> Self:
        faults = [*self._payment_faults(), *(self._production_faults() if self.is_production else [])]
        if faults:
            raise SettingsError(faults)
        return self

    def _payment_faults(self) -> list[str]:
        key = self.stripe_secret_key.get_secret_value()
        faults = []
        if key and not key.startswith(LIVE_KEYS + TEST_KEYS):
            faults.append("STRIPE_SECRET_KEY is no Stripe secret key: it begins with sk_test_ or sk_live_.")
        if key.startswith(LIVE_KEYS) and self.stripe_api_base:
            faults.append("STRIPE_API_BASE is set beside a live key: a live key goes to Stripe only.")
        if key.startswith(LIVE_KEYS) and self.payment_page_origin != "https://checkout.stripe.com":
            faults.append("VITRINE_PAYMENT_PAGE_ORIGIN must be left out with a live key.")
        if key and not self.stripe_webhook_secrets:
            faults.append("STRIPE_WEBHOOK_SECRET is missing: webhooks are never taken unverified (whsec_…).")
        if self.partner_url and not self.partner_secret.get_secret_value():
            faults.append("VITRINE_PARTNER_SECRET is missing: partner notices are never sent unsigned.")
        return faults

    def _production_faults(self) -> list[str]:
        key = self.stripe_secret_key.get_secret_value()
        given = self.model_fields_set
        faults = [
            f"VITRINE_{name.upper()} is missing, e.g. {example}"
            for name, example in (
                ("mongo_uri", "mongodb://user:password@db/vitrine?replicaSet=rs0"),
                ("redis_url", "redis://redis:6379/0"),
                ("shop_url", "https://shop.example"),
                ("smtp_url", "smtp://user:password@mail.example:587"),
            )
            if name not in given
        ]
        secret = self.secret_key.get_secret_value()
        if secret == DEVELOPMENT_SECRET or len(secret) < 32:
            faults.append("VITRINE_SECRET_KEY is missing or shorter than 32 characters: openssl rand -hex 32")
        if not key:
            faults.append("STRIPE_SECRET_KEY is missing: sk_live_… from Stripe's dashboard")
        if not self.allow_test_payments:
            if key.startswith(TEST_KEYS):
                faults.append("STRIPE_SECRET_KEY is a test key; VITRINE_ALLOW_TEST_PAYMENTS=1 permits it")
            if not self.is_secure:
                faults.append("VITRINE_SHOP_URL is not https: customers' cookies would travel in the clear")
        return faults

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over `.env`, and both over the running stack."""
        init_kwargs = getattr(init_settings, "init_kwargs", {})
        stack = init_kwargs.pop("_stack", {})
        return (init_settings, env_settings, dotenv_settings, InitSettingsSource(settings_cls, stack))


def read_stack(data: Path) -> dict[str, Any]:
    """Return what `stack.json` of a running `vitrine up` says, or nothing."""
    try:
        stack = json.loads((data / "stack.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stack if isinstance(stack, dict) else {}


def load_settings(data: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings of this process.

    Args:
        data: the data folder; by default `VITRINE_DATA`, else `.vitrine`.
        overrides: values that win over every other source, by field name.

    Raises:
        SettingsError: with every fault that was found, not only the first.
    """
    if data is not None:
        overrides["data"] = data
    folder = data or Path(os.environ.get("VITRINE_DATA") or ".vitrine")
    values = {"_stack": _from_stack(read_stack(folder)), **overrides}
    try:
        return Settings(**values)
    except ValidationError as error:
        faults = [_fault(detail) for detail in error.errors()]
        faulty = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
    try:
        # What is well-formed may still be refused: with defaults in the place of the
        # malformed values, the other faults are found as well.
        Settings(**{**values, **_defaults(faulty)})
    except SettingsError as refused:
        faults += refused.faults
    raise SettingsError(faults)


def _defaults(names: set[str]) -> dict[str, Any]:
    return {
        name: field.get_default()
        for field_name, field in Settings.model_fields.items()
        for name in (field.alias or field_name,)
        if name in names
    }


def _from_stack(stack: dict[str, Any]) -> dict[str, Any]:
    names = {
        "mongo_uri": "mongo",
        "redis_url": "redis",
        "shop_url": "shop",
        "smtp_url": "smtp",
        "payment_page_origin": "stripe",
        "STRIPE_SECRET_KEY": "stripe_key",
        "STRIPE_API_BASE": "stripe",
        "STRIPE_WEBHOOK_SECRET": "webhook_secret",
    }
    return {field: stack[name] for field, name in names.items() if stack.get(name)}


def _fault(detail: Any) -> str:
    field = str(detail["loc"][0]) if detail["loc"] else "settings"
    name = field if field.isupper() else f"VITRINE_{field.upper()}"
    return f"{name} {detail['msg'].removeprefix('Value error, ')}"
