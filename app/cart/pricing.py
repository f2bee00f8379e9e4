"""What a line item costs and lacks today: the rules by which a cart is priced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.cart.model import LineItem, PricedLine, Problem, ProblemKind
from app.catalogue.model import SOLD_OUT, Market, Product, Variant
from app.inventory.model import StockPool
from app.money import Money


def priced_line(
    item: LineItem,
    product: Product | None,
    variant: Variant | None,
    pools: dict[str, StockPool],
    free: dict[str, int],
    market: Market,
) -> PricedLine:
    """Return a line item at today's price, and take its units off those that are free.

    Lines that share a pool share its units: what one line takes the next cannot have.
    """
    price = variant.price(market.currency) if variant else None
    if variant is None or price is None:
        gone = (Problem(ProblemKind.GONE, item.sku),)
        return PricedLine(item, product, None, item.unit_price_seen, SOLD_OUT, gone)
    pool = pools.get(variant.stock_id, StockPool(variant.stock_id))
    problems = (*_price_problems(item, price), *_stock_problems(item, pool, free))
    if pool.is_tracked:
        free[pool.id] = max(0, free.get(pool.id, 0) - item.quantity)
    return PricedLine(item, product, variant, price, pool.availability(), tuple(problems))


def _price_problems(item: LineItem, price: Money) -> Iterator[Problem]:
    seen = item.unit_price_seen
    if price.minor > seen.minor or price.currency != seen.currency:
        yield Problem(ProblemKind.PRICE_UP, item.sku, seen=seen, now=price)
    elif price.minor < seen.minor:
        yield Problem(ProblemKind.PRICE_DOWN, item.sku, seen=seen, now=price)


def _stock_problems(item: LineItem, pool: StockPool, free: dict[str, int]) -> Iterator[Problem]:
    left = free.get(pool.id, 0)
    if not pool.is_tracked or left >= item.quantity:
        return
    kind = ProblemKind.FEWER_LEFT if left > 0 else ProblemKind.SOLD_OUT
    yield Problem(kind, item.sku, available=left)


def answered_line(line: PricedLine) -> LineItem:
    """Return the line with its problems answered: today's price, what is left, nothing that is gone."""
    kinds = {problem.kind: problem for problem in line.problems}
    if ProblemKind.GONE in kinds or ProblemKind.SOLD_OUT in kinds:
        return replace(line.item, quantity=0)
    fewer = kinds.get(ProblemKind.FEWER_LEFT)
    quantity = fewer.available if fewer else line.item.quantity
    return replace(line.item, quantity=quantity, unit_price_seen=line.unit_price)
