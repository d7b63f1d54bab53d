"""Returns of the sample company that people work on: some in each queue, some paid back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from accounts.models import User
from catalog.models import Warehouse
from opsdesk.actions.moves import Mover, move
from orders.actions.inspections import LineSaid, PiecesSaid
from orders.actions.refunding import RefundOrder, refund_return
from orders.actions.return_course import RETURN_COURSE, inspect_return
from orders.actions.return_opening import LineBack, open_return
from orders.core.lifecycle import OrderStatus
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.models import Condition, Disposal, Order, Return, ReturnReason
from orders.queries.returns import returnable

# What became of each, the first one opened longest ago, and why it comes back.
CASES = (
    ("closed", "dead", "It does not switch on."),
    ("refunded", "damaged", "The box was open."),
    ("rejected", "changed_mind", ""),
    ("refunded", "quality", "Thinner than on the picture."),
    ("inspected", "too_small", ""),
    ("inspected", "parts", "No screws in it."),
    ("received", "looks", "Blue, not green."),
    ("received", "by_mistake", ""),
    ("approved", "late", "Came after the birthday."),
    ("approved", "cheaper", ""),
    ("requested", "defective", "Smells of smoke."),
    ("requested", "wrong_item", "Got two lids."),
    ("requested", "changed_mind", ""),
)
DAY = timedelta(days=1)
STEPS = ("requested", "approved", "received", "inspected", "refunded", "closed")


def write(users: dict[str, User], *, at: datetime) -> None:
    """Open returns of orders that were delivered, and take each as far as it is said above."""
    orders, place = _orders(), Warehouse.objects.filter(active=True).order_by("code")[0]
    reasons = {reason.code: reason for reason in ReturnReason.objects.all()}
    for number, (state, code, note) in enumerate(CASES):
        order = next(orders, None)
        if order is None:
            return
        began = at - DAY * (len(CASES) - number)
        mover = Mover(began, users["operator"])
        line = returnable(order)[0]
        back = LineBack(line.line.line_no, min(line.units, 2), reasons[code])
        case = open_return(order, [back], mover, note=note)
        _take_on(case, state, place, Mover(began + DAY, users["operator"]))


def _orders() -> Iterator[Order]:
    """Yield late orders of goods that no return is of, of one store after the other."""
    rows = Order.objects.filter(returns__isnull=True, status=OrderStatus.COMPLETED, units__gte=1)
    stores = sorted(set(rows.order_by().values_list("store", flat=True).distinct()))
    late = [
        rows.filter(store=store).order_by("-placed_at", "-pk")[: len(CASES)] for store in stores
    ]
    for one_of_each in zip_longest(*(list(found) for found in late)):
        yield from (order for order in one_of_each if order is not None and returnable(order))


def _take_on(case: Return, state: str, place: Warehouse, mover: Mover) -> None:
    if state == "rejected":
        move(RETURN_COURSE, case, "reject", mover, reason="Used for four months.")
        return
    reached = STEPS.index(state)
    for verb in ("approve", "receive")[:reached]:
        move(RETURN_COURSE, case, verb, mover)
    if reached >= STEPS.index("inspected"):
        case.refresh_from_db()
        inspect_return(case, _found(case, place), mover, seen=case.handled_at)
    if reached >= STEPS.index("refunded"):
        _pay_back(case, mover)
    if state == "closed":
        move(RETURN_COURSE, case, "close", mover)


def _found(case: Return, place: Warehouse) -> list[LineSaid]:
    """Say that all came: what is defective is scrapped, the rest goes back to stock."""
    found = []
    for line in case.lines.select_related("sku"):
        broken = line.sku is None or case.reason != ""
        said = PiecesSaid(
            line.quantity,
            Condition.DEFECTIVE if broken else Condition.UNOPENED,
            Disposal.SCRAP if broken else Disposal.RESTOCK,
            None if broken else place,
        )
        found.append(LineSaid(line.line_no, line.quantity, (said,) if line.quantity else ()))
    return found


def _pay_back(case: Return, mover: Mover) -> None:
    """Pay one piece back, and the others the day after."""
    line = case.lines.get()
    first = RefundAsk((LineAsk(line.line_no, 1),))
    refund_return(case, RefundOrder(first, "desk:demo-1", reference="PAY-4471"), mover)
    if line.quantity > 1:
        later = Mover(mover.at + timedelta(hours=20), mover.by)
        rest = RefundAsk((LineAsk(line.line_no, line.quantity - 1),), shipping=Decimal(0))
        refund_return(case, RefundOrder(rest, "desk:demo-2"), later)
