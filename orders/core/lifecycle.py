"""The lives of orders and of what comes after them, as tables of moves."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.roles import Right
from opsdesk.core.moves import BACK, Life, Move


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


class ShipmentStatus(TextChoices):
    READY = "ready", pgettext_lazy("shipment", "Ready to dispatch")
    IN_TRANSIT = "in_transit", pgettext_lazy("shipment", "In transit")
    DELIVERED = "delivered", pgettext_lazy("shipment", "Delivered")
    LOST = "lost", pgettext_lazy("shipment", "Lost")
    RETURNED = "returned_to_sender", pgettext_lazy("shipment", "Returned to sender")
    CANCELLED = "cancelled", pgettext_lazy("shipment", "Cancelled")


class ExceptionStatus(TextChoices):
    OPEN = "open", pgettext_lazy("exception", "Open")
    TAKEN = "taken", pgettext_lazy("exception", "In work")
    SOLVED = "solved", pgettext_lazy("exception", "Solved")
    PASSED = "passed", pgettext_lazy("exception", "Passed by itself")


class DisputeStatus(TextChoices):
    OPENED = "opened", pgettext_lazy("dispute", "Opened")
    INVESTIGATING = "investigating", pgettext_lazy("dispute", "Investigating")
    MEDIATION = "mediation", pgettext_lazy("dispute", "Mediation")
    ARBITRATION = "arbitration", pgettext_lazy("dispute", "Arbitration")
    WON = "won", pgettext_lazy("dispute", "Won")
    LOST = "lost", pgettext_lazy("dispute", "Lost")
    SETTLED = "settled", pgettext_lazy("dispute", "Settled")


class FollowUpStatus(TextChoices):
    NONE = "none", pgettext_lazy("follow-up", "None needed")
    OPEN = "open", pgettext_lazy("follow-up", "Open")
    CONTACTED = "contacted", pgettext_lazy("follow-up", "Customer contacted")
    SOLVED = "solved", pgettext_lazy("follow-up", "Solved")
    LEFT = "left", pgettext_lazy("follow-up", "Left as it is")


class TicketStatus(TextChoices):
    NEW = "new", pgettext_lazy("ticket", "New")
    OPEN = "open", pgettext_lazy("ticket", "Open")
    WAITING = "waiting_customer", pgettext_lazy("ticket", "Waiting for the customer")
    RESOLVED = "resolved", pgettext_lazy("ticket", "Resolved")
    CLOSED = "closed", pgettext_lazy("ticket", "Closed")
    REOPENED = "reopened", pgettext_lazy("ticket", "Reopened")
    MERGED = "merged", pgettext_lazy("ticket", "Merged")


# A status that nobody has mapped yet neither counts as sold nor as cancelled.
NOT_SOLD = (OrderStatus.CANCELLED, OrderStatus.UNMAPPED)

# The money of a return counts once it has gone back to the buyer.
MONEY_BACK = (ReturnStatus.REFUNDED, ReturnStatus.CLOSED)

# A return in one of these waits for somebody to take it a step further.
RETURN_QUEUE = (
    ReturnStatus.REQUESTED,
    ReturnStatus.APPROVED,
    ReturnStatus.RECEIVED,
    ReturnStatus.INSPECTED,
)


_EDIT, _ALLOW = Right.SERVICE_EDIT, Right.SERVICE_ALLOW

# The goods are still here in the first three: only from these an order is cancelled, allocated
# to stock, or looked at for what is odd about it.
_O = OrderStatus
ORDER_UNSENT = (_O.PLACED, _O.PAID, _O.ALLOCATED)
ORDER_OPEN = (*ORDER_UNSENT, _O.DISPATCHED, _O.DELIVERED)
ORDER = Life(
    "order",
    _("order"),
    OrderStatus,
    _O.PLACED,
    {
        "pay": Move(pgettext_lazy("order", "Paid"), (_O.PLACED,), _O.PAID, _EDIT),
        "allocate": Move(pgettext_lazy("order", "Allocate"), (_O.PAID,), _O.ALLOCATED, _EDIT),
        "dispatch": Move(pgettext_lazy("order", "Dispatch"), (_O.ALLOCATED,), _O.DISPATCHED, _EDIT),
        "deliver": Move(pgettext_lazy("order", "Delivered"), (_O.DISPATCHED,), _O.DELIVERED, _EDIT),
        "complete": Move(pgettext_lazy("order", "Complete"), (_O.DELIVERED,), _O.COMPLETED, _EDIT),
        "hold": Move(
            pgettext_lazy("order", "Put on hold"), ORDER_OPEN, _O.ON_HOLD, _EDIT, needs_reason=True
        ),
        "release": Move(
            pgettext_lazy("order", "Release"), (_O.ON_HOLD,), BACK, _EDIT, by_machine=False
        ),
        "release_loss": Move(
            _("Release at a loss"),
            (_O.ON_HOLD,),
            BACK,
            _ALLOW,
            needs_reason=True,
            by_machine=False,
        ),
        "cancel": Move(
            pgettext_lazy("order", "Cancel"),
            (*ORDER_UNSENT, _O.ON_HOLD),
            _O.CANCELLED,
            _EDIT,
            needs_reason=True,
        ),
    },
)

# Goods are inspected before the money goes back (先处理后结算) unless a supervisor allows it.
_R = ReturnStatus
RETURN = Life(
    "return",
    _("return"),
    ReturnStatus,
    _R.REQUESTED,
    {
        "approve": Move(pgettext_lazy("return", "Approve"), (_R.REQUESTED,), _R.APPROVED, _EDIT),
        "receive": Move(pgettext_lazy("return", "Receive"), (_R.APPROVED,), _R.RECEIVED, _EDIT),
        "inspect": Move(pgettext_lazy("return", "Inspect"), (_R.RECEIVED,), _R.INSPECTED, _EDIT),
        "refund": Move(pgettext_lazy("return", "Refund"), (_R.INSPECTED,), _R.REFUNDED, _EDIT),
        "refund_early": Move(
            _("Refund before inspection"),
            (_R.APPROVED, _R.RECEIVED),
            _R.REFUNDED,
            _ALLOW,
            needs_reason=True,
            by_machine=False,
        ),
        "close": Move(pgettext_lazy("return", "Close"), (_R.REFUNDED,), _R.CLOSED, _EDIT),
        "reject": Move(
            pgettext_lazy("return", "Reject"),
            (_R.REQUESTED, _R.APPROVED, _R.RECEIVED, _R.INSPECTED),
            _R.REJECTED,
            _EDIT,
            needs_reason=True,
        ),
    },
)

# What the carrier reports moves a shipment, and so does a person who knows better. What was
# delivered can still go back, such as a parcel that nobody fetched; a source may take back what it
# had told of the outcome.
_S = ShipmentStatus
SHIPMENT = Life(
    "shipment",
    _("shipment"),
    ShipmentStatus,
    _S.READY,
    {
        "dispatch": Move(pgettext_lazy("shipment", "Dispatch"), (_S.READY,), _S.IN_TRANSIT, _EDIT),
        "deliver": Move(
            pgettext_lazy("shipment", "Delivered"), (_S.IN_TRANSIT,), _S.DELIVERED, _EDIT
        ),
        "lose": Move(
            pgettext_lazy("shipment", "Give up as lost"),
            (_S.IN_TRANSIT,),
            _S.LOST,
            _EDIT,
            needs_reason=True,
        ),
        "find": Move(pgettext_lazy("shipment", "Found again"), (_S.LOST,), _S.IN_TRANSIT, _EDIT),
        "return_to_sender": Move(
            pgettext_lazy("shipment", "Returned to sender"),
            (_S.IN_TRANSIT, _S.LOST, _S.DELIVERED),
            _S.RETURNED,
            _EDIT,
        ),
        "correct": Move(
            pgettext_lazy("shipment", "Outcome taken back by the source"),
            (_S.DELIVERED, _S.LOST, _S.RETURNED),
            _S.IN_TRANSIT,
            _EDIT,
            by_hand=False,
        ),
        "cancel": Move(
            pgettext_lazy("shipment", "Cancel"),
            (_S.READY,),
            _S.CANCELLED,
            _EDIT,
            needs_reason=True,
        ),
    },
)

_E = ExceptionStatus
SHIPMENT_EXCEPTION = Life(
    "shipment_exception",
    _("shipment exception"),
    ExceptionStatus,
    _E.OPEN,
    {
        "take": Move(
            pgettext_lazy("exception", "Take"), (_E.OPEN,), _E.TAKEN, _EDIT, by_machine=False
        ),
        "put_back": Move(
            pgettext_lazy("exception", "Put back"), (_E.TAKEN,), _E.OPEN, _EDIT, by_machine=False
        ),
        "solve": Move(
            pgettext_lazy("exception", "Solve"),
            (_E.OPEN, _E.TAKEN),
            _E.SOLVED,
            _EDIT,
            needs_reason=True,
            by_machine=False,
        ),
        "pass": Move(_("Passed by itself"), (_E.OPEN, _E.TAKEN), _E.PASSED, _EDIT, by_hand=False),
    },
)

# A dispute that is not decided is in one of these.
_D = DisputeStatus
DISPUTED = (_D.OPENED, _D.INVESTIGATING, _D.MEDIATION, _D.ARBITRATION)
DISPUTE = Life(
    "dispute",
    _("dispute"),
    DisputeStatus,
    _D.OPENED,
    {
        "investigate": Move(_("Investigate"), (_D.OPENED,), _D.INVESTIGATING, _EDIT),
        "mediate": Move(_("Go to mediation"), (_D.OPENED, _D.INVESTIGATING), _D.MEDIATION, _EDIT),
        "arbitrate": Move(_("Go to arbitration"), (_D.MEDIATION,), _D.ARBITRATION, _EDIT),
        "win": Move(pgettext_lazy("dispute", "Won"), DISPUTED, _D.WON, _EDIT),
        "lose": Move(pgettext_lazy("dispute", "Lost"), DISPUTED, _D.LOST, _EDIT, needs_reason=True),
        "settle": Move(
            pgettext_lazy("dispute", "Settle"), DISPUTED, _D.SETTLED, _EDIT, needs_reason=True
        ),
    },
)

_F = FollowUpStatus
REVIEW = Life(
    "review",
    pgettext_lazy("of a product", "review"),
    FollowUpStatus,
    _F.NONE,
    {
        "open": Move(_("Open a follow-up"), (_F.NONE, _F.SOLVED, _F.LEFT), _F.OPEN, _EDIT),
        "contact": Move(_("Customer contacted"), (_F.OPEN,), _F.CONTACTED, _EDIT, by_machine=False),
        "solve": Move(
            pgettext_lazy("follow-up", "Solve"),
            (_F.OPEN, _F.CONTACTED),
            _F.SOLVED,
            _EDIT,
            needs_reason=True,
            by_machine=False,
        ),
        "leave": Move(
            _("Leave as it is"),
            (_F.OPEN, _F.CONTACTED),
            _F.LEFT,
            _EDIT,
            needs_reason=True,
            by_machine=False,
        ),
    },
)

_T = TicketStatus
TICKET = Life(
    "ticket",
    _("ticket"),
    TicketStatus,
    _T.NEW,
    {
        "take": Move(
            pgettext_lazy("ticket", "Take"), (_T.NEW, _T.REOPENED), _T.OPEN, _EDIT, by_machine=False
        ),
        "wait": Move(_("Wait for the customer"), (_T.OPEN, _T.REOPENED), _T.WAITING, _EDIT),
        "resume": Move(pgettext_lazy("ticket", "Resume"), (_T.WAITING,), _T.OPEN, _EDIT),
        "resolve": Move(
            pgettext_lazy("ticket", "Resolve"),
            (_T.OPEN, _T.WAITING, _T.REOPENED),
            _T.RESOLVED,
            _EDIT,
        ),
        "close": Move(pgettext_lazy("ticket", "Close"), (_T.RESOLVED,), _T.CLOSED, _EDIT),
        "reopen": Move(
            pgettext_lazy("ticket", "Reopen"),
            (_T.RESOLVED, _T.CLOSED),
            _T.REOPENED,
            _EDIT,
            needs_reason=True,
        ),
        "merge": Move(
            pgettext_lazy("ticket", "Merge"),
            (_T.NEW, _T.OPEN, _T.WAITING, _T.REOPENED),
            _T.MERGED,
            _EDIT,
            by_hand=False,
        ),
    },
)
# Somebody took these, or their source answered them before they came.
TICKET_WORKED_ON = (_T.OPEN, _T.WAITING)
# Nobody has to work on these.
TICKET_DONE = (_T.RESOLVED, _T.CLOSED, _T.MERGED)

LIVES = {
    life.name: life
    for life in (ORDER, RETURN, SHIPMENT, SHIPMENT_EXCEPTION, DISPUTE, REVIEW, TICKET)
}
