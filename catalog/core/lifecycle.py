"""The lives of the catalogue as tables of moves: products, listings, promotions and so on."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.roles import Right
from opsdesk.core.moves import Life, Move


class ProductStatus(TextChoices):
    IDEA = "idea", pgettext_lazy("product", "Idea")
    RESEARCHED = "researched", pgettext_lazy("product", "Researched")
    SAMPLING = "sampling", pgettext_lazy("product", "Sampling")
    INSPECTED = "inspected", pgettext_lazy("product", "Inspected")
    COMPLIANCE_REVIEW = "compliance_review", _("Compliance review")
    READY = "ready", _("Ready to list")
    ON_SALE = "on_sale", _("On sale")
    OPTIMISING = "optimising", _("Optimising")
    CLEARANCE = "clearance", _("Clearance")
    RETIRED = "retired", pgettext_lazy("product", "Retired")
    REJECTED = "rejected", pgettext_lazy("product", "Rejected")


class ListingStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("listing", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("listing", "In review")
    LIVE = "live", pgettext_lazy("listing", "Live")
    PAUSED = "paused", pgettext_lazy("listing", "Paused")
    ENDED = "ended", pgettext_lazy("listing", "Ended")


class PromotionStatus(TextChoices):
    PLANNED = "planned", pgettext_lazy("promotion", "Planned")
    WARMING_UP = "warming_up", pgettext_lazy("promotion", "Warming up")
    RUNNING = "running", pgettext_lazy("promotion", "Running")
    WRAPPING_UP = "wrapping_up", pgettext_lazy("promotion", "Wrapping up")
    CLOSED = "closed", pgettext_lazy("promotion", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("promotion", "Cancelled")


class ExperimentStatus(TextChoices):
    PLANNED = "planned", pgettext_lazy("experiment", "Planned")
    RUNNING = "running", pgettext_lazy("experiment", "Running")
    ENDED = "ended", pgettext_lazy("experiment", "Ended")
    CANCELLED = "cancelled", pgettext_lazy("experiment", "Cancelled")


class PurchaseStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("purchase order", "Draft")
    ORDERED = "ordered", pgettext_lazy("purchase order", "Ordered")
    INSPECTED = "inspected", pgettext_lazy("purchase order", "Inspected")
    PARTLY_RECEIVED = "partly_received", pgettext_lazy("purchase order", "Partly received")
    RECEIVED = "received", pgettext_lazy("purchase order", "Received")
    CLOSED = "closed", pgettext_lazy("purchase order", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("purchase order", "Cancelled")


class CustomsStatus(TextChoices):
    NOT_DECLARED = "not_declared", _("Not declared")
    DECLARED = "declared", _("Declared")
    HELD = "held", pgettext_lazy("customs", "Held")
    RELEASED = "released", pgettext_lazy("customs", "Released")


class ViolationStatus(TextChoices):
    OPEN = "open", pgettext_lazy("violation", "Open")
    APPEALED = "appealed", pgettext_lazy("violation", "Appealed")
    UPHELD = "upheld", pgettext_lazy("violation", "Upheld")
    OVERTURNED = "overturned", pgettext_lazy("violation", "Overturned")


_P, _L, _M, _O = ProductStatus, ListingStatus, PromotionStatus, PurchaseStatus
_EDIT, _SIGN, _STOCK = Right.CATALOGUE_EDIT, Right.CATALOGUE_SIGN, Right.STOCK_EDIT
_BEFORE_SALE = (
    _P.IDEA,
    _P.RESEARCHED,
    _P.SAMPLING,
    _P.INSPECTED,
    _P.COMPLIANCE_REVIEW,
    _P.READY,
)

PRODUCT = Life(
    "product",
    _("product"),
    ProductStatus,
    _P.IDEA,
    {
        "research": Move(_("Research"), (_P.IDEA,), _P.RESEARCHED, _EDIT, by_machine=False),
        "sample": Move(_("Order samples"), (_P.RESEARCHED,), _P.SAMPLING, _EDIT, by_machine=False),
        "inspect": Move(
            _("Finish sampling"), (_P.SAMPLING,), _P.INSPECTED, _EDIT, by_machine=False
        ),
        "review": Move(
            _("Send to compliance review"),
            (_P.INSPECTED,),
            _P.COMPLIANCE_REVIEW,
            _EDIT,
            by_machine=False,
        ),
        "clear_for_sale": Move(
            _("Clear for sale"), (_P.COMPLIANCE_REVIEW,), _P.READY, _EDIT, by_machine=False
        ),
        "put_on_sale": Move(_("Put on sale"), (_P.READY,), _P.ON_SALE, _EDIT),
        "optimise": Move(_("Optimise"), (_P.ON_SALE,), _P.OPTIMISING, _EDIT),
        "end_optimising": Move(_("End optimising"), (_P.OPTIMISING,), _P.ON_SALE, _EDIT),
        "clear": Move(
            _("Clear out"), (_P.ON_SALE, _P.OPTIMISING), _P.CLEARANCE, _EDIT, needs_reason=True
        ),
        "recover": Move(_("Recover"), (_P.CLEARANCE,), _P.ON_SALE, _EDIT, needs_reason=True),
        "retire": Move(_("Retire"), (_P.CLEARANCE,), _P.RETIRED, _EDIT, needs_reason=True),
        "reject": Move(
            _("Reject"), _BEFORE_SALE, _P.REJECTED, _EDIT, needs_reason=True, by_machine=False
        ),
    },
)

LISTING = Life(
    "listing",
    _("listing"),
    ListingStatus,
    _L.DRAFT,
    {
        "submit": Move(_("Submit for review"), (_L.DRAFT,), _L.IN_REVIEW, _EDIT),
        "send_back": Move(_("Send back"), (_L.IN_REVIEW,), _L.DRAFT, _EDIT, needs_reason=True),
        "go_live": Move(_("Go live"), (_L.IN_REVIEW,), _L.LIVE, _EDIT),
        "pause": Move(_("Pause"), (_L.LIVE,), _L.PAUSED, _EDIT, needs_reason=True),
        "resume": Move(_("Resume"), (_L.PAUSED,), _L.LIVE, _EDIT),
        "end": Move(
            _("End"),
            (_L.DRAFT, _L.IN_REVIEW, _L.LIVE, _L.PAUSED),
            _L.ENDED,
            _EDIT,
            needs_reason=True,
        ),
    },
)

PROMOTION = Life(
    "promotion",
    pgettext_lazy("campaign", "promotion"),
    PromotionStatus,
    _M.PLANNED,
    {
        "warm_up": Move(_("Start warming up"), (_M.PLANNED,), _M.WARMING_UP, _EDIT),
        "run": Move(_("Start running"), (_M.PLANNED, _M.WARMING_UP), _M.RUNNING, _EDIT),
        "wrap_up": Move(_("Wrap up"), (_M.RUNNING,), _M.WRAPPING_UP, _EDIT),
        "close": Move(_("Close"), (_M.RUNNING, _M.WRAPPING_UP), _M.CLOSED, _EDIT),
        "cancel": Move(
            _("Cancel"), (_M.PLANNED, _M.WARMING_UP), _M.CANCELLED, _EDIT, needs_reason=True
        ),
    },
)

# Its end is a judgement on what was seen: a person makes it.
_X = ExperimentStatus
EXPERIMENT = Life(
    "experiment",
    _("A/B experiment"),
    ExperimentStatus,
    _X.PLANNED,
    {
        "start": Move(pgettext_lazy("experiment", "Start"), (_X.PLANNED,), _X.RUNNING, _EDIT),
        "end": Move(
            pgettext_lazy("experiment", "End"), (_X.RUNNING,), _X.ENDED, _EDIT, by_machine=False
        ),
        "stop": Move(
            _("End early"), (_X.RUNNING,), _X.ENDED, _EDIT, needs_reason=True, by_machine=False
        ),
        "cancel": Move(
            pgettext_lazy("experiment", "Cancel"),
            (_X.PLANNED, _X.RUNNING),
            _X.CANCELLED,
            _EDIT,
            needs_reason=True,
        ),
    },
)

# Receiving moves a purchase order by what has come in, not by a button.
PURCHASE = Life(
    "purchase_order",
    _("purchase order"),
    PurchaseStatus,
    _O.DRAFT,
    {
        "order": Move(pgettext_lazy("step", "Order"), (_O.DRAFT,), _O.ORDERED, _STOCK),
        "inspect": Move(_("Record inspection"), (_O.ORDERED,), _O.INSPECTED, _STOCK),
        "receive_part": Move(
            _("Receive a part"),
            (_O.ORDERED, _O.INSPECTED),
            _O.PARTLY_RECEIVED,
            _STOCK,
            by_hand=False,
        ),
        "receive": Move(
            _("Receive the rest"),
            (_O.ORDERED, _O.INSPECTED, _O.PARTLY_RECEIVED),
            _O.RECEIVED,
            _STOCK,
            by_hand=False,
        ),
        "close": Move(_("Close"), (_O.RECEIVED,), _O.CLOSED, _STOCK),
        "close_short": Move(
            _("Close short"), (_O.PARTLY_RECEIVED,), _O.CLOSED, _STOCK, needs_reason=True
        ),
        "cancel": Move(
            _("Cancel"),
            (_O.DRAFT, _O.ORDERED, _O.INSPECTED),
            _O.CANCELLED,
            _STOCK,
            needs_reason=True,
        ),
    },
)

_C = CustomsStatus
CUSTOMS = Life(
    "inbound_shipment",
    _("inbound shipment"),
    CustomsStatus,
    _C.NOT_DECLARED,
    {
        "declare": Move(_("Declare"), (_C.NOT_DECLARED,), _C.DECLARED, _STOCK),
        "hold": Move(_("Held by customs"), (_C.DECLARED,), _C.HELD, _STOCK, needs_reason=True),
        "release": Move(_("Released"), (_C.DECLARED, _C.HELD), _C.RELEASED, _STOCK),
    },
)

_V = ViolationStatus
VIOLATION = Life(
    "violation",
    _("violation"),
    ViolationStatus,
    _V.OPEN,
    {
        "appeal": Move(_("Appeal"), (_V.OPEN,), _V.APPEALED, _EDIT, needs_reason=True),
        "accept": Move(_("Accept"), (_V.OPEN,), _V.UPHELD, _EDIT, needs_reason=True),
        "uphold": Move(_("Appeal lost"), (_V.APPEALED,), _V.UPHELD, _EDIT, needs_reason=True),
        "overturn": Move(_("Appeal won"), (_V.APPEALED,), _V.OVERTURNED, _EDIT, needs_reason=True),
    },
)

LIVES = {
    life.name: life
    for life in (PRODUCT, LISTING, PROMOTION, EXPERIMENT, PURCHASE, CUSTOMS, VIOLATION)
}

# Products that may be listed and sold; the ones before are still being prepared.
SELLABLE = (_P.READY, _P.ON_SALE, _P.OPTIMISING, _P.CLEARANCE)
# Purchase orders of which something is still to come.
AWAITED = (_O.ORDERED, _O.INSPECTED, _O.PARTLY_RECEIVED)
