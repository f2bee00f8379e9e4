"""What a shopper can do with a cart: add, set, remove, and see it at today's prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.cart.model import (
    MAX_LINES,
    MAX_QUANTITY,
    Cart,
    CartFull,
    Gone,
    ImpossibleCombination,
    LineItem,
    PricedCart,
)
from app.cart.pricing import answered_line, priced_line
from app.cart.store import CartStore, Shelf
from app.catalogue.model import Market
from app.clock import Clock
from app.errors import InsufficientStock, InvalidValue, NotFound, VersionConflict
from app.ids import token_digest
from app.inventory.model import StockPool

ATTEMPTS = 8
"""How often a change is repeated when another tab changed the same cart in between."""


@dataclass(frozen=True)
class Carts:
    """Carts by the shopper's token; the token itself is never kept."""

    store: CartStore
    shelf: Shelf
    clock: Clock
    cart_days: int

    def of(self, token: str | None, market: Market) -> Cart | None:
        """Return the shopper's cart in a market, or nothing where the token opens none."""
        return self.store.cart(token_digest(token, market.id)) if token else None

    def knows(self, token: str | None, markets: Sequence[Market]) -> bool:
        """Say whether the token opens a cart in any market, so that it was made by this shop."""
        return any(self.of(token, market) is not None for market in markets)

    def fresh(self, token: str, market: Market) -> Cart:
        """Return an empty cart that is kept as soon as something is in it."""
        return Cart(id=token_digest(token, market.id), market=market.id, currency=market.currency)

    def choose(self, product_slug: str, options: tuple[str, ...]) -> str:
        """Return the SKU of a product's variant with these option values.

        Raises:
            NotFound: there is no such product.
            Gone: it is not sold any more, or not yet.
            ImpossibleCombination: it has no such variant.
        """
        product = self.shelf.product_by_slug(product_slug)
        if product is None:
            raise NotFound("product", product_slug)
        if not product.is_published:
            raise Gone(product_slug)
        variant = product.chosen(options)
        if variant is None:
            raise ImpossibleCombination(product.title, options)
        return variant.sku

    def add(self, cart: Cart, market: Market, sku: str, quantity: int) -> Cart:
        """Add units to what the cart already holds of a SKU.

        Raises:
            NotFound: no product has the SKU.
            Gone: the market does not sell it now.
            InsufficientStock: the sum is more than is free now.
            InvalidValue: the sum is more than one line takes.
            CartFull: the cart has a hundred other lines already.
        """
        return self._change(cart, market, sku, lambda held: held + quantity)

    def set_quantity(self, cart: Cart, market: Market, sku: str, quantity: int) -> Cart:
        """Set a line to a quantity, at today's price; 0 removes it. Raises as `add` does.

        Removing twice is no mistake: a second click finds what it wants.
        """
        if quantity == 0:
            return self._remove(cart, sku)
        return self._change(cart, market, sku, lambda held: quantity)

    def accept(self, cart: Cart, market: Market) -> Cart:
        """Answer every problem the obvious way: today's prices, what is left, nothing that is gone."""

        def answered(current: Cart) -> Cart:
            result = current
            for line in self.priced(current, market).lines:
                result = result.with_line(answered_line(line))
            return result

        return self._save(cart, answered)

    def drop_bought(self, cart_id: str, bought: dict[str, int]) -> None:
        """Take what was paid for out of the cart; what was added since stays in it."""
        cart = self.store.cart(cart_id)
        if cart is None or not any(cart.line(sku) for sku in bought):
            return

        def without(current: Cart) -> Cart:
            result = current
            for line in current.lines:
                left = max(0, line.quantity - bought.get(line.sku, 0))
                result = result.with_line(replace(line, quantity=left))
            return result

        self._save(cart, without)

    def priced(self, cart: Cart, market: Market) -> PricedCart:
        """Return the cart at today's prices and stock, with its problems.

        Units that the cart's own open checkout holds count as free for this cart.
        """
        products = self.shelf.products_by_skus([line.sku for line in cart.lines])
        found = {sku: product.variant(sku) for sku, product in products.items()}
        pools = self._pools(cart, sorted({variant.stock_id for variant in found.values() if variant}))
        free = {pool.id: pool.available for pool in pools.values() if pool.is_tracked}
        lines = []
        for item in cart.lines:
            product, variant = products.get(item.sku), found.get(item.sku)
            if product is None or variant is None or not product.is_published:
                product = variant = None
            lines.append(priced_line(item, product, variant, pools, free, market))
        return PricedCart(replace(cart, currency=market.currency), tuple(lines))

    def _change(self, cart: Cart, market: Market, sku: str, quantity: Callable[[int], int]) -> Cart:
        product = self.shelf.products_by_skus([sku]).get(sku)
        if product is None:
            raise NotFound("SKU", sku)
        variant = product.variant(sku) if product.is_published else None
        price = variant.price(market.currency) if variant else None
        if variant is None or price is None:
            raise Gone(sku)
        pool = self._pools(cart, [variant.stock_id]).get(variant.stock_id, StockPool(variant.stock_id))

        def changed(current: Cart) -> Cart:
            line = current.line(sku)
            wanted = quantity(line.quantity if line else 0)
            if wanted > MAX_QUANTITY:
                raise InvalidValue("quantity", str(wanted), f"at most {MAX_QUANTITY} in one line")
            if line is None and len(current.lines) >= MAX_LINES:
                raise CartFull()
            free = max(0, pool.available - self._units_beside(current, sku, pool.id))
            if pool.is_tracked and wanted > free:
                raise InsufficientStock(sku, wanted, free)
            return current.with_line(LineItem(sku, wanted, price))

        return self._save(cart, changed)

    def _save(self, cart: Cart, change: Callable[[Cart], Cart]) -> Cart:
        current: Cart | None = cart
        for _ in range(ATTEMPTS):
            if current is None:
                break
            changed = replace(
                change(current),
                version=current.version + 1,
                expires_at=self.clock.now() + timedelta(days=self.cart_days),
            )
            is_kept = (
                self.store.replace(changed, expected_version=current.version)
                if current.version
                else self.store.insert(changed)
            )
            if is_kept:
                return changed
            current = self.store.cart(cart.id)
        raise VersionConflict("cart", cart.id[:8], cart.version)

    def _remove(self, cart: Cart, sku: str) -> Cart:
        line = cart.line(sku)
        if line is None:
            if sku not in self.shelf.products_by_skus([sku]):
                raise NotFound("SKU", sku)
            return cart
        return self._save(cart, lambda current: current.with_line(replace(line, quantity=0)))

    def _pools(self, cart: Cart, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return pools as this cart sees them: what its own open checkout holds is free for it."""
        own = self.shelf.held_for(cart.id)
        return {
            pool.id: replace(pool, reserved=pool.reserved - own.get(pool.id, 0))
            for pool in self.shelf.pools(stock_ids).values()
        }

    def _units_beside(self, cart: Cart, sku: str, stock_id: str) -> int:
        """Return the units that the cart's other lines take from a pool."""
        others = {line.sku: line.quantity for line in cart.lines if line.sku != sku}
        units = 0
        for other, product in self.shelf.products_by_skus(list(others)).items():
            variant = product.variant(other)
            if variant is not None and variant.stock_id == stock_id:
                units += others[other]
        return units
