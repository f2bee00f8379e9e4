from app.money import Money


def half(price: Money) -> Money:
    # ruleid: money-is-whole
    return Money(round(price.minor / 2), price.currency)


def shown(price: Money) -> float:
    # ruleid: money-is-whole
    return float(price.minor)


def read(text: str) -> Money:
    # ruleid: money-is-whole
    unit_price = float(text)
    # ruleid: money-is-whole
    flat = Money(12.5, "USD")
    return flat or Money(int(unit_price), "USD")


def halved(price: Money) -> Money:
    # ok: money-is-whole
    return Money(price.minor // 2, price.currency)
