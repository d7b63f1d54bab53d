"""A thing in each state of each life."""

from datetime import date, timedelta

from catalog.core.lifecycle import LIVES as CATALOGUE_LIVES
from catalog.models import (
    Experiment,
    InboundShipment,
    Listing,
    Product,
    Promotion,
    PurchaseOrder,
    Violation,
)
from opsdesk.models import LifeEvent
from orders.core.lifecycle import LIVES as ORDER_LIVES
from orders.models import Dispute, Order, Return, Review, Shipment, ShipmentException, Ticket
from tests import factories as make

MODELS = {
    "product": Product,
    "listing": Listing,
    "promotion": Promotion,
    "experiment": Experiment,
    "purchase_order": PurchaseOrder,
    "inbound_shipment": InboundShipment,
    "violation": Violation,
    "ticket": Ticket,
    "dispute": Dispute,
    "review": Review,
    "shipment": Shipment,
    "shipment_exception": ShipmentException,
    "return": Return,
    "order": Order,
}


def thing(name, state):
    """A row of the noun in ``state``; what a move asks for besides is not looked at here."""
    day = date(2026, 4, 1)
    match name:
        case "product":
            return make.product("p", status=state)
        case "listing":
            return make.listing("l", store=make.store("UK"), status=state, price=1)
        case "promotion":
            return Promotion.objects.create(
                store=make.store("UK"),
                code="p",
                name="P",
                warms_up_on=day,
                runs_on=day,
                wraps_up_on=day + timedelta(days=1),
                ends_on=day + timedelta(days=1),
                budget=1,
                status=state,
            )
        case "experiment":
            of = make.listing("l", store=make.store("UK"), status="live", price=1)
            return make.experiment(listing=of, status=state)
        case "purchase_order" | "inbound_shipment":
            order = PurchaseOrder.objects.create(
                code="PO1",
                supplier=make.supplier(),
                warehouse=make.warehouse(),
                currency="CNY",
                status=state if name == "purchase_order" else "ordered",
            )
            if name == "purchase_order":
                return order
            return InboundShipment.objects.create(order=order, reference="R1", status=state)
        case "ticket":
            made = make.ticket(store=make.store("UK"), external_id="x")
            into = make.ticket()
            LifeEvent.objects.all().delete()
            Ticket.objects.filter(pk=made.pk).update(status=state, merged_into=into)
            made.refresh_from_db()
            return made
        case "violation":
            return Violation.objects.create(
                store=make.store("UK"),
                external_id="v",
                kind="warning",
                severity="minor",
                happened_on=day,
                status=state,
            )
        case "dispute":
            return make.dispute("d", store=make.store("UK"), status=state)
        case "review":
            return make.review("r", store=make.store("UK"), stars=1, status=state)
        case "shipment":
            return make.shipment("s", store=make.store("UK"), status=state)
        case "shipment_exception":
            return make.shipment_exception(status=state)
        case "order":
            return make.order(
                external_id="O1", store=make.store("UK"), status=state, held_from=HELD_FROM
            )
        case "return":
            return make.return_case(
                make.sold((1, "5.00", "0.95"), store=make.store("UK")),
                external_id="R1",
                status=state,
                refunded_on=day,
            )


# Where a held order goes back to.
HELD_FROM = "paid"


def end_of(move):
    """The state in which a move of ``thing`` ends."""
    return move.to or HELD_FROM


# What a thing with nothing besides still needs before a move, by life and verb.
UNREADY = {
    ("product", "research"),  # a report
    ("product", "inspect"),  # a sample's result
    ("product", "review"),  # an inspection's result
    ("product", "clear_for_sale"),  # a signed checklist
    ("product", "put_on_sale"),  # a SKU's cost
    ("listing", "submit"),  # content
    ("listing", "go_live"),  # the platform's id
    ("listing", "resume"),
    ("promotion", "warm_up"),  # what it is for
    ("promotion", "run"),
    ("experiment", "end"),  # figures of each day
    ("purchase_order", "order"),  # lines
    ("ticket", "wait"),  # an answer
    ("ticket", "close"),  # a resolution and a root cause
    ("dispute", "mediate"),  # evidence
    ("dispute", "arbitrate"),
    ("return", "inspect"),  # what came
    ("return", "refund"),  # what is refunded
    ("return", "refund_early"),
    ("order", "release_loss"),  # a negative margin that it is held for
}
# States that no move leads to: a source tells them.
ONLY_TOLD = {("order", "unmapped")}
# A life is tried once its noun is there.
LIVES = {name: life for name, life in (CATALOGUE_LIVES | ORDER_LIVES).items() if name in MODELS}
# These have pages of their own, with other forms than a button for each step.
FORMED = {"ticket"}
STATES = [(life.name, state.value) for life in LIVES.values() for state in life.states]


def state_of(name):
    """The state in which the one thing of this life stands, and how much was written of it."""
    return MODELS[name].objects.order_by("pk").first().status, LifeEvent.objects.count()
