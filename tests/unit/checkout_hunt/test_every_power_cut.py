"""Each step of the checkout, with a power cut before and after every single call that it makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.checkout.model import RefundRequest
from app.orders.model import Order
from tests.builders import usd
from tests.unit.checkout_hunt.promises import Promises
from tests.unit.checkout_hunt.world import World

Step = Callable[[World], object]
MOST_CALLS = 400


def placed(world: World) -> Order:
    """Place an order of three pools; return it."""
    return world.start(world.cart("ada", LAMP_OAK=2, POSTER_BARE=1, GUIDE_PDF=1)).order


def paid(world: World) -> Order:
    """Place an order and take its money, of which the shop has not heard yet."""
    order = placed(world)
    world.stripe.take("cs_1")
    return order


def settled(world: World) -> Order:
    order = paid(world)
    world.checkout.settle("cs_1")
    return world.reread(order)


def order_1001(world: World) -> Order:
    return next(order for order in world.all_orders if order.number == "1001")


def late(world: World) -> None:
    """Let somebody else have the last ash lamp by the time that it is paid."""
    order = world.start(world.cart("ada", LAMP_ASH=1)).order
    world.settle.cancel(order, "by another program", "elsewhere")
    world.start(world.cart("grace", LAMP_ASH=1))
    world.stripe.take("cs_1")


def paid_twice(world: World) -> None:
    world.stripe.open_second(settled(world))
    world.stripe.take("cs_2")


def changed_cart(world: World) -> None:
    placed(world)
    world.cart("ada", LAMP_OAK=1)


def failed_for_good(world: World) -> None:
    placed(world)
    world.stripe.take_later("cs_1")
    world.checkout.settle("cs_1")
    world.stripe.decide("cs_1", arrives=False)


def work_off(world: World) -> None:
    while world.queue.asked:
        world.work()


STEPS: dict[str, tuple[Step, Step]] = {
    "start": (lambda world: world.cart("ada", LAMP_OAK=2, POSTER_BARE=1), placed),
    "start again with a changed cart": (changed_cart, lambda world: world.start(world.cart("ada"))),
    "settle": (paid, lambda world: world.checkout.settle("cs_1")),
    "settle what has failed": (failed_for_good, lambda world: world.checkout.settle("cs_1")),
    "settle late money": (late, lambda world: world.checkout.settle("cs_1")),
    "settle a second payment": (paid_twice, lambda world: world.checkout.settle("cs_2")),
    "abandon": (placed, lambda world: world.checkout.abandon(order_1001(world), "given back")),
    "abandon what was paid": (paid, lambda world: world.checkout.abandon(order_1001(world), "given back")),
    "refund": (
        settled,
        lambda world: world.checkout.refund(order_1001(world), RefundRequest("ada", restocks=True)),
    ),
    "effects": (settled, work_off),
    "events": (paid, lambda world: (world.hear(world.stripe.events[-1]), work_off(world))),
}


@pytest.mark.parametrize("name", STEPS)
def test_whenever_the_power_goes_nothing_is_lost_and_nothing_doubled(name: str) -> None:
    before, step = STEPS[name]
    for calls in range(1, MOST_CALLS):
        world = World()
        promises = Promises(world)
        before(world)
        promises.cancelled_elsewhere = {"cs_1"} if name == "settle late money" else set()
        world.fuse.light(calls)
        world.run(lambda world=world: step(world))
        promises.after_each_step()
        world.settle_down()
        promises.once_all_has_settled()
        if not world.fuse.cuts:
            break
    assert 4 < calls < MOST_CALLS - 1, "the step was never finished, or never cut"


def test_a_refund_whose_answer_was_lost_is_not_made_again_once_stripe_has_forgotten_its_key() -> None:
    world = World()
    promises = Promises(world)
    order = settled(world)
    world.stripe.loses_answers = 1
    world.checkout.refund(order, RefundRequest("ada", amount=usd(1000)))
    world.clock.turn(hours=25)
    world.checkout.sweep()
    assert world.stripe.kept("pi_cs_1") == order.total.minor - 1000
    world.settle_down()
    promises.once_all_has_settled()
