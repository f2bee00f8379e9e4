"""What must be true after every step (promises 4, 5 and 7 of the architecture), and once all has settled."""

from __future__ import annotations

from collections import Counter

from app.inventory.model import Movement, MovementKind, Reservation, ReservationState
from app.money import Money
from app.orders.model import Order, OrderState
from app.orders.refunds import RefundState
from tests.unit.checkout_hunt.world import World

KINDS = ("receipt", "merchant_notice", "invoice")
RESERVATION_OF = {
    OrderState.PENDING_PAYMENT: {ReservationState.HELD},
    OrderState.PAYMENT_PROCESSING: {ReservationState.HELD},
    # Money that is not as agreed keeps what is held, and revives nothing that was given back.
    OrderState.PAYMENT_REVIEW: {ReservationState.HELD, ReservationState.RELEASED},
    OrderState.CANCELLED: {ReservationState.RELEASED},
}


class Promises:
    """Compares the shop's books with each other and with what Stripe has taken and given back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cancelled_elsewhere: set[str] = set()
        """Sessions of orders that another program has cancelled; only their events tell of a payment."""
        self._overdrawn: Counter[str] = Counter()
        """By how many units other programs have written pools below what was reserved."""
        self._written: Counter[str] = Counter()
        """Units by which other programs changed pools; the watcher's movements must come to as many."""

    def write_from_outside(self, stock_id: str, on_hand: int) -> None:
        """Let another program write a count, and remember what the books may differ by."""
        before, _ = self.world.stock(stock_id)
        self.world.write_from_outside(stock_id, on_hand)
        self._written[stock_id] += on_hand - before
        self._overdrawn[stock_id] = self._excess(stock_id)

    def after_each_step(self) -> None:
        """Check what is true at any moment, whatever is under way."""
        self._stock_is_never_oversold_and_its_books_are_closed()
        for order in self.world.all_orders:
            self._an_order_and_its_units_say_the_same(order)
            self._money_is_whole(order)
            self._payments_are_real_and_noted_once(order)
        self._nothing_that_was_given_back_can_be_paid()
        self._effects_happen_once()
        carts = Counter(order.cart_id for order in self.world.all_orders if order.state.is_open)
        assert all(number == 1 for number in carts.values()), f"two open orders of one cart: {carts}"

    def once_all_has_settled(self) -> None:
        """Check what is true once nothing is under way any more."""
        self.after_each_step()
        late = [pool for pool in self._written if self._unnoted(pool)]
        assert not late, f"no movement says what other programs did to {late}"
        for order in self.world.all_orders:
            assert not order.state.is_open, f"{order.number} is still {order.state}"
            waiting = [one.id for one in order.refunds if one.state is RefundState.REQUESTED]
            assert not waiting, f"{order.number} still asks for {waiting}"
            self._stripe_and_the_order_agree(order)
        in_review = {o.id for o in self.world.all_orders if o.state is OrderState.PAYMENT_REVIEW}
        held = {reservation.order for reservation in self.world.inventory.store.held()}
        assert held <= in_review, f"held by orders that nobody can pay: {held - in_review}"
        self._each_payment_is_one_paid_order_or_given_back()
        due = [f"{kind}:{order.id}" for order in self.world.all_orders if order.is_sold for kind in KINDS]
        done = {effect.id for effect in self.world.memory.tables["outbox"].values() if effect.done_at}
        assert set(due) <= done, f"never happened: {sorted(set(due) - done)}"
        assert self.world.inbox.count_unhandled() == 0, "events wait"

    def _stock_is_never_oversold_and_its_books_are_closed(self) -> None:
        for pool in self.world.memory.tables["stock_pools"].values():
            books = self.world._stores["inventory"].books(pool.id)
            noted = books.moved_on_hand + self._unnoted(pool.id)
            if not pool.is_tracked:
                assert (pool.on_hand, pool.reserved) == (0, 0), f"{pool.id} is not counted, but was"
                continue
            assert pool.on_hand == noted, f"{pool.id}: {pool.on_hand} on hand, moved {noted}"
            counts = (pool.reserved, books.moved_reserved, books.held)
            assert len(set(counts)) == 1, f"{pool.id}: reserved, moved, held are {counts}"
            assert pool.reserved >= 0
            excess = self._excess(pool.id)
            assert excess <= self._overdrawn[pool.id], f"{pool.id} is oversold by {excess}"
            self._overdrawn[pool.id] = excess

    def _unnoted(self, stock_id: str) -> int:
        """Return by how many units other programs changed a pool without a movement that says so yet."""
        return self._written[stock_id] - sum(
            movement.on_hand
            for movement in self.world.memory.tables["stock_movements"].values()
            if movement.pool == stock_id and movement.kind is MovementKind.EXTERNAL
        )

    def _excess(self, stock_id: str) -> int:
        pool = self.world.memory.tables["stock_pools"][stock_id]
        return max(0, pool.reserved - pool.on_hand - pool.backing)

    def _an_order_and_its_units_say_the_same(self, order: Order) -> None:
        found: Reservation = self.world.memory.tables["reservations"][order.id]
        sold = {ReservationState.SOLD}
        expected = sold if order.is_sold else RESERVATION_OF.get(order.state, {ReservationState.RELEASED})
        assert found.state in expected, f"{order.number} is {order.state}, its units are {found.state}"
        moved: Counter[str] = Counter()
        returned: Counter[str] = Counter()
        movements: list[Movement] = list(self.world.memory.tables["stock_movements"].values())
        for movement in movements:
            if movement.order == order.id and movement.kind is MovementKind.SALE:
                moved[movement.pool] -= movement.on_hand
            if movement.order == order.id and movement.kind is MovementKind.RETURN:
                returned[movement.pool] += movement.on_hand
        wanted = Counter(order.units if order.is_sold else {})
        del wanted["GUIDE-PDF"]
        assert moved == wanted, f"{order.number} sold {moved}, not {wanted}"
        assert returned <= moved, f"{order.number}: more came back than was sold"

    def _money_is_whole(self, order: Order) -> None:
        total = sum(line.unit_price.minor * line.quantity for line in order.lines)
        assert order.total == Money(total, "USD")
        for payment in order.payments:
            assert order.refundable(payment).minor >= 0, f"{order.number}: more goes back than came"
        # What came a second time is not kept until Stripe has said what becomes of its refund.
        if order.is_sold and not any(one.state is RefundState.REQUESTED for one in order.refunds):
            assert order.state is order.state_after_refunds(), f"{order.number}: {order.state}"
        if order.is_sold:
            assert order.is_paid_as_agreed or order.payments[0].amount == order.total, order.number

    def _payments_are_real_and_noted_once(self, order: Order) -> None:
        taken = {session.id: session for session in self.world.stripe.takings}
        noted = [payment.session_id for payment in order.payments]
        assert len(noted) == len(set(noted)), f"{order.number} notes a payment twice"
        for payment in order.payments:
            assert payment.session_id in taken, f"{order.number} was never paid"
            assert payment.amount == taken[payment.session_id].total
            assert taken[payment.session_id].order_id == order.id
        assert not order.is_sold or order.payments, f"{order.number} was sold for nothing"

    def _nothing_that_was_given_back_can_be_paid(self) -> None:
        cancelled = [order for order in self.world.all_orders if order.state is OrderState.CANCELLED]
        payable = self.world.stripe.sessions_of_attempts(cancelled) & set(self.world.stripe.open_sessions)
        wrong = payable - self.cancelled_elsewhere
        assert not wrong, f"{wrong} can be paid, and the units are given back"

    def _effects_happen_once(self) -> None:
        sold = {order.id for order in self.world.all_orders if order.is_sold}
        refunds = {refund.id: refund.state for order in self.world.all_orders for refund in order.refunds}
        for effect in self.world.memory.tables["outbox"].values():
            if effect.kind == "refund_notice":
                assert refunds.get(effect.subject, RefundState.REQUESTED) is not RefundState.REQUESTED
            else:
                assert effect.subject in sold, f"{effect.id}, but nothing was paid"
        for effect_id, times in self.world.mailed.items():
            assert effect_id in self.world.memory.tables["outbox"], f"{effect_id} was never due"
            again = times - 1 - self.world.interrupted[effect_id]
            assert again <= 0, f"{effect_id} happened {times} times"

    def _stripe_and_the_order_agree(self, order: Order) -> None:
        for payment in order.payments:
            kept = order.refundable(payment).minor
            at_stripe = self.world.stripe.kept(payment.payment_intent)
            assert kept == at_stripe, f"{order.number}: keeps {kept}, Stripe {at_stripe}"

        known = {refund.id for refund in order.refunds}
        intents = {payment.payment_intent for payment in order.payments}
        asked_for = [made for made in self.world.stripe.made.values() if made.refund_id]
        strange = [
            made.id for made in asked_for if made.payment_intent in intents and made.refund_id not in known
        ]
        assert not strange, f"{strange} were asked for and never written down"

    def _each_payment_is_one_paid_order_or_given_back(self) -> None:
        orders = {order.id: order for order in self.world.all_orders}
        for session in self.world.stripe.takings:
            order, kept = orders[session.order_id], self.world.stripe.kept(session.payment_intent)
            assert session.id in {payment.session_id for payment in order.payments}, f"{session.id} is lost"
            if not kept or order.state is OrderState.PAYMENT_REVIEW:
                continue
            assert order.is_sold, f"{session.id}: {kept} is kept, and nothing was sold for it"
            first = order.payments[0].session_id == session.id
            failed = _has_failed_refund(order, session.payment_intent)
            assert first or failed, f"{order.number} was paid twice, and {kept} of that is kept"


def _has_failed_refund(order: Order, intent: str) -> bool:
    """Say whether a refund has failed, so that a person has been told to look at the money."""
    return any(one.payment_intent == intent and one.state is RefundState.FAILED for one in order.refunds)
