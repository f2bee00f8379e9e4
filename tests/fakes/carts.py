"""Carts in memory."""

from __future__ import annotations

from app.cart.model import Cart
from tests.fakes.memory import Memory


class FakeCartStore:
    def __init__(self, memory: Memory) -> None:
        self._carts: dict[str, Cart] = memory.tables["carts"]

    def cart(self, cart_id: str) -> Cart | None:
        return self._carts.get(cart_id)

    def insert(self, cart: Cart) -> bool:
        if cart.id in self._carts:
            return False
        self._carts[cart.id] = cart
        return True

    def replace(self, cart: Cart, *, expected_version: int) -> bool:
        found = self._carts.get(cart.id)
        if found is None or found.version != expected_version:
            return False
        self._carts[cart.id] = cart
        return True
