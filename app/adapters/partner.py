"""Notices to a partner's program, signed as Standard Webhooks has it (standardwebhooks.com, v1)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import http.client
import json
import time
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from app.adapters.outward import Door, PrivateAddress, opened
from app.clock import Clock, iso
from app.effects.letters import PartnerRefused
from app.effects.model import ANSWER_LENGTH, Delivery, Effect
from app.errors import InvalidValue
from app.orders.model import Order

TIMEOUT_SECONDS = 10
MAX_BODY_BYTES = 256 * 1024


class SignedPartner:
    """Tells one partner of paid orders, by POST; an answer of 2xx confirms."""

    def __init__(self, url: str, secret: str, clock: Clock, *, is_production: bool) -> None:
        """Read the address; nothing is sent.

        Args:
            url: where the partner listens.
            secret: `whsec_` and base64, or any text.
            clock: dates the signatures.
            is_production: demands https and a public address: a setting must not make
                the shop knock at doors inside its own network.

        Raises:
            InvalidValue: the address or the secret cannot be used.
        """
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        if not parts.hostname or (is_production and not is_tls):
            raise InvalidValue(
                "VITRINE_PARTNER_URL", url, "an https address such as https://partner.example/"
            )
        self._door = Door(parts.hostname, parts.port or (443 if is_tls else 80), is_tls)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._key = _signing_key(secret)
        self._clock = clock
        self._is_public_only = is_production

    def notify(self, effect: Effect, order: Order) -> Delivery:
        """Return the attempt once the partner has confirmed; repeated notices carry the same `webhook-id`."""
        body = json.dumps(notice(order), ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) > MAX_BODY_BYTES:
            raise PartnerRefused(f"the notice has {len(body)} bytes, more than {MAX_BODY_BYTES}")
        now, began = self._clock.now(), time.perf_counter()
        timestamp = str(int(now.timestamp()))
        headers = {
            "Host": self._door.authority,
            "Content-Type": "application/json",
            "User-Agent": "Vitrine",
            "webhook-id": effect.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._key, effect.id, timestamp, body),
        }

        def attempt(**outcome: Any) -> Delivery:
            return Delivery(now, round((time.perf_counter() - began) * 1000), **outcome)

        try:
            status, answer = self._post(body, headers)
        except PrivateAddress as error:
            raise PartnerRefused(str(error), attempt(error=str(error))) from error
        except (OSError, http.client.HTTPException) as error:
            reason = f"{self._door.host}: {error or type(error).__name__}"
            raise PartnerRefused(reason, attempt(error=reason)) from error
        delivery = attempt(status=status, answer=answer)
        if not delivery.is_confirmed:
            raise PartnerRefused(f"{self._door.host} answered {status}", delivery)
        return delivery

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Post without following redirects, and without reading more than the beginning of the answer."""
        with contextlib.closing(
            opened(self._door, TIMEOUT_SECONDS, is_public_only=self._is_public_only)
        ) as connection:
            connection.request("POST", self._path, body, headers)
            answer = connection.getresponse()
            return answer.status, _beginning(answer)


def _beginning(answer: http.client.HTTPResponse) -> str:
    """Return the first characters of an answer: what one read brings, so that nobody can keep us reading.

    An answer that breaks off has been given all the same: its status is what counts.
    """
    try:
        read = answer.read1(4 * ANSWER_LENGTH)
    except (OSError, http.client.HTTPException):
        return ""
    text = read.decode("utf-8", "replace")[:ANSWER_LENGTH]
    # It is shown at the desk and in terminals, which other signs could command.
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def notice(order: Order) -> dict[str, object]:
    """Return what a partner needs to know of a paid order: no token, no session, no address of a browser."""
    paid_at = iso(order.paid_at or order.created_at)
    return {
        "type": "order.paid",
        "timestamp": paid_at,
        "data": {
            "number": order.number,
            "paid_at": paid_at,
            "email": order.email,
            "shipping": asdict(order.shipping) if order.shipping else None,
            "currency": order.currency,
            "total": order.total.minor,
            "lines": [
                {
                    "sku": line.sku,
                    "title": line.title,
                    "variant": line.variant,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price.minor,
                    "total": line.total.minor,
                }
                for line in order.lines
            ],
        },
    }


def signature(key: bytes, identifier: str, timestamp: str, body: bytes) -> str:
    """Return the value of `webhook-signature`: `v1,` and an HMAC-SHA256 in base64."""
    signed = b".".join((identifier.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _signing_key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise InvalidValue(
            "VITRINE_PARTNER_SECRET", "(not shown)", "whsec_ and base64, or any text"
        ) from error
