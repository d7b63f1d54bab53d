"""The lives of an order and of a return, as tables of moves."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderStatus(TextChoices):
    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    ALLOCATED = "allocated", _("Allocated")
    DISPATCHED = "dispatched", _("Dispatched")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")
    UNMAPPED = "unmapped", _("Status not mapped")


class ReturnStatus(TextChoices):
    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    RECEIVED = "received", _("Received")
    INSPECTED = "inspected", _("Inspected")
    REFUNDED = "refunded", _("Refunded")
    CLOSED = "closed", _("Closed")
    REJECTED = "rejected", _("Rejected")


_O = OrderStatus
_OPEN = (_O.PLACED, _O.PAID, _O.ALLOCATED, _O.DISPATCHED, _O.DELIVERED)
ORDER_MOVES: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    _O.PLACED: (_O.PAID, _O.ON_HOLD, _O.CANCELLED),
    _O.PAID: (_O.ALLOCATED, _O.ON_HOLD, _O.CANCELLED),
    _O.ALLOCATED: (_O.DISPATCHED, _O.ON_HOLD, _O.CANCELLED),
    _O.DISPATCHED: (_O.DELIVERED, _O.ON_HOLD),
    _O.DELIVERED: (_O.COMPLETED, _O.ON_HOLD),
    _O.ON_HOLD: _OPEN,
    _O.COMPLETED: (),
    _O.CANCELLED: (),
    _O.UNMAPPED: (),
}

# A status that nobody has mapped yet neither counts as sold nor as cancelled.
NOT_SOLD = (OrderStatus.CANCELLED, OrderStatus.UNMAPPED)

# The money of a return counts once it has gone back to the buyer.
MONEY_BACK = (ReturnStatus.REFUNDED, ReturnStatus.CLOSED)


def order_sources(to: OrderStatus) -> list[OrderStatus]:
    """Return the statuses an order may be in to become ``to``."""
    return [status for status, targets in ORDER_MOVES.items() if to in targets]
