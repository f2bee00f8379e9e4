"""Settings: where values come from, which one wins, and what the shop refuses to start with."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.settings import Settings, SettingsError, load_settings, read_stack

STACK = {
    "shop": "http://127.0.0.1:8000",
    "mongo": "mongodb://127.0.0.1:40001/vitrine?replicaSet=secantus",
    "redis": "redis://127.0.0.1:40002/0",
    "smtp": "smtp://127.0.0.1:40003",
    "stripe": "http://127.0.0.1:40004",
    "stripe_key": "sk_test_stack",
    "webhook_secret": "whsec_stack",
}
PRODUCTION = {
    "VITRINE_ENV": "production",
    "VITRINE_MONGO_URI": "mongodb://db/vitrine?replicaSet=rs0",
    "VITRINE_REDIS_URL": "redis://redis:6379/0",
    "VITRINE_SECRET_KEY": "k" * 32,
    "VITRINE_SHOP_URL": "https://lamps.example",
    "VITRINE_SMTP_URL": "smtp://mail:587",
    "STRIPE_SECRET_KEY": "sk_live_real",
    "STRIPE_WEBHOOK_SECRET": "whsec_real",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("VITRINE_", "STRIPE_")):
            monkeypatch.delenv(name)
    # `.env` is read from the working folder.
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which a shop for real customers starts."""
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refusal() -> list[str]:
    """Return the faults that the shop refuses to start with."""
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return refused.value.faults


def put_stack(folder: Path, **changes: str) -> Path:
    """Write the file of a running `vitrine up`."""
    folder.mkdir(exist_ok=True)
    (folder / "stack.json").write_text(json.dumps({**STACK, **changes}))
    return folder


def test_a_shop_for_oneself_starts_without_any_setting() -> None:
    settings = load_settings()
    assert (settings.env, settings.data, settings.checkout_minutes) == ("development", Path(".vitrine"), 35)
    assert settings.stripe_webhook_secrets == ()
    assert not settings.is_production
    assert not settings.is_secure


def test_a_running_stack_says_where_everything_is(tmp_path: Path) -> None:
    settings = load_settings(put_stack(tmp_path / "data"))
    assert settings.mongo_uri == STACK["mongo"]
    assert settings.redis_url == STACK["redis"]
    assert settings.smtp_url == STACK["smtp"]
    assert settings.stripe_api_base == settings.payment_page_origin == STACK["stripe"]
    assert settings.stripe_secret_key.get_secret_value() == "sk_test_stack"
    assert [secret.get_secret_value() for secret in settings.stripe_webhook_secrets] == ["whsec_stack"]
    assert settings.data == tmp_path / "data"
    assert settings.public == tmp_path / "data" / "public"


def test_the_environment_wins_over_the_env_file_and_both_over_the_stack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_stack(tmp_path / ".vitrine")
    (tmp_path / ".env").write_text("VITRINE_REDIS_URL=redis://file/0\nVITRINE_SMTP_URL=smtp://file:25\n")
    monkeypatch.setenv("VITRINE_SMTP_URL", "smtp://environment:25")
    settings = load_settings()
    assert settings.smtp_url == "smtp://environment:25"
    assert settings.redis_url == "redis://file/0"
    assert settings.mongo_uri == STACK["mongo"]


def test_the_stack_of_the_named_data_folder_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_stack(tmp_path / "named", redis="redis://named/0")
    put_stack(tmp_path / "given", redis="redis://given/0")
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path / "named"))
    assert load_settings().redis_url == "redis://named/0"
    assert load_settings(tmp_path / "given").redis_url == "redis://given/0"


@pytest.mark.parametrize("content", ["", "{", "\x00"])
def test_a_damaged_stack_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "stack.json").write_text(content)
    assert read_stack(tmp_path) == {}


def test_several_webhook_secrets_are_accepted_while_one_is_rolled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", " whsec_old, whsec_new ,")
    secrets = load_settings().stripe_webhook_secrets
    assert [secret.get_secret_value() for secret in secrets] == ["whsec_old", "whsec_new"]


def test_no_secret_is_shown_by_printing_the_settings(environment: pytest.MonkeyPatch) -> None:
    shown = repr(load_settings())
    assert not [secret for secret in ("sk_live_real", "whsec_real", "k" * 32) if secret in shown]


def test_every_value_that_cannot_be_read_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_SHOP_URL", "lamps.example")
    monkeypatch.setenv("VITRINE_CHECKOUT_MINUTES", "5")
    monkeypatch.setenv("VITRINE_LOG_LEVEL", "LOUD")
    faults = refusal()
    assert [fault.split()[0] for fault in faults] == [
        "VITRINE_SHOP_URL",
        "VITRINE_CHECKOUT_MINUTES",
        "VITRINE_LOG_LEVEL",
    ]
    assert faults[0] == "VITRINE_SHOP_URL must be an http or https address such as https://shop.example"


def test_malformed_and_missing_values_are_named_together(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VITRINE_CHECKOUT_MINUTES", "5")
    environment.setenv("STRIPE_API_BASE", "stripe")
    environment.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    environment.delenv("VITRINE_MONGO_URI")
    assert [fault.split()[0] for fault in refusal()] == [
        "STRIPE_API_BASE",
        "VITRINE_CHECKOUT_MINUTES",
        "VITRINE_MONGO_URI",
        "STRIPE_SECRET_KEY",
    ]


def test_an_empty_value_is_as_good_as_none(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VITRINE_REDIS_URL", "")
    assert [fault.split()[0] for fault in refusal()] == ["VITRINE_REDIS_URL"]


def test_a_shop_for_customers_starts_with_everything_that_it_needs(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.is_production
    assert settings.is_secure
    assert settings.payment_page_origin == "https://checkout.stripe.com"


def test_production_names_everything_that_is_missing_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_ENV", "production")
    assert [fault.split()[0] for fault in refusal()] == [
        "VITRINE_MONGO_URI",
        "VITRINE_REDIS_URL",
        "VITRINE_SHOP_URL",
        "VITRINE_SMTP_URL",
        "VITRINE_SECRET_KEY",
        "STRIPE_SECRET_KEY",
        "VITRINE_SHOP_URL",
    ]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("STRIPE_SECRET_KEY", "sk_test_x", "STRIPE_SECRET_KEY is a test key; VITRINE_ALLOW_TEST_PAYMENTS=1"),
        ("STRIPE_SECRET_KEY", "pk_live_x", "STRIPE_SECRET_KEY is no Stripe secret key"),
        ("STRIPE_WEBHOOK_SECRET", " , ", "STRIPE_WEBHOOK_SECRET is missing: webhooks are never taken"),
        ("STRIPE_API_BASE", "http://127.0.0.1:9", "STRIPE_API_BASE is set beside a live key"),
        ("VITRINE_PAYMENT_PAGE_ORIGIN", "http://127.0.0.1:9", "VITRINE_PAYMENT_PAGE_ORIGIN must be left out"),
        ("VITRINE_SHOP_URL", "http://lamps.example", "VITRINE_SHOP_URL is not https"),
        ("VITRINE_SECRET_KEY", "k" * 31, "VITRINE_SECRET_KEY is missing or shorter than 32 characters"),
        ("VITRINE_PARTNER_URL", "https://partner.example", "VITRINE_PARTNER_SECRET is missing"),
    ],
)
def test_production_refuses_what_would_hurt_customers(
    environment: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    environment.setenv(name, value)
    faults = refusal()
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_production_takes_test_payments_only_where_that_is_said(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    environment.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    environment.setenv("VITRINE_PAYMENT_PAGE_ORIGIN", "http://127.0.0.1:9")
    environment.setenv("VITRINE_ALLOW_TEST_PAYMENTS", "1")
    assert load_settings().stripe_api_base == "http://127.0.0.1:9"


def test_the_message_lists_the_faults_and_says_where_they_are_explained() -> None:
    message = str(SettingsError(["VITRINE_A is missing", "VITRINE_B is wrong"]))
    assert message == (
        "Vitrine cannot start with these settings:\n"
        "  - VITRINE_A is missing\n  - VITRINE_B is wrong\n"
        ".env.example explains each of them."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VITRINE_SHOP_URL", "http://lamps.example:99999999"),
        ("VITRINE_SHOP_URL", "https://lamps.example/shop"),
        ("VITRINE_SHOP_URL", "https://ada:secret@lamps.example"),
        ("VITRINE_SHOP_URL", "lamps.example"),
        ("VITRINE_PAYMENT_PAGE_ORIGIN", "https://pay.example;script-src"),
        ("VITRINE_PAYMENT_PAGE_ORIGIN", "https://pay.example *"),
        ("VITRINE_PARTNER_URL", "https://partner.example:bad"),
        ("VITRINE_REDIS_URL", "redis"),
        ("VITRINE_REDIS_URL", "http://redis:6379"),
        ("VITRINE_SMTP_URL", "smtp://mail:bad"),
        ("VITRINE_SMTP_URL", "mail:587"),
        ("VITRINE_MONGO_URI", "localhost:27017"),
        ("VITRINE_RATE_LOGIN", "2 per minte"),
        ("VITRINE_RATE_CART", "0/minute"),
    ],
)
def test_a_value_that_could_only_fail_later_is_refused_now(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (fault,) = refusal()
    assert fault.startswith(f"{name} must be")
    assert "secret" not in fault


def test_every_malformed_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("VITRINE_MONGO_URI", "VITRINE_REDIS_URL", "VITRINE_RATE_CART", "VITRINE_TRUSTED_PROXIES")
    for name in names:
        monkeypatch.setenv(name, "wrong")
    assert {fault.split()[0] for fault in refusal()} == set(names)


def test_a_redis_on_a_socket_of_this_machine_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_REDIS_URL", "unix:///run/redis.sock")
    assert load_settings().redis_url == "unix:///run/redis.sock"


@pytest.mark.parametrize("text", ["[]", "7", "not JSON"])
def test_a_stack_file_that_is_no_object_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text, "utf-8")
    assert read_stack(tmp_path) == {}


@pytest.mark.parametrize(
    ("env", "said", "is_for"),
    [
        ("development", None, "nobody"),
        ("production", None, "owners"),
        ("production", "nobody", "nobody"),
        ("development", "everyone", "everyone"),
    ],
)
def test_owners_need_a_second_factor_in_production_unless_something_else_is_said(
    env: str, said: str | None, is_for: str
) -> None:
    settings = Settings.model_construct(env=env, require_totp=said)
    assert settings.totp_is_for == is_for


def test_a_word_for_who_needs_a_second_factor_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VITRINE_REQUIRE_TOTP", "admins")
    (fault,) = refusal()
    assert fault.startswith("VITRINE_REQUIRE_TOTP")


@pytest.mark.parametrize("value", ["1", "caddy", "10.0.0.1/24", "none, ::1"])
def test_a_proxy_that_is_none_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("VITRINE_TRUSTED_PROXIES", value)
    (fault,) = refusal()
    assert fault.startswith("VITRINE_TRUSTED_PROXIES must be addresses and networks such as 127.0.0.1")
