"""Deliveries: counted once, never beyond the order, in stock at once, and the order moved along."""

from datetime import UTC, date, datetime

import pytest

from accounts.core.roles import Role
from catalog.actions.purchase_stock import movement_number
from catalog.actions.receiving import Delivery, receive, upsert_receipts
from catalog.core.supply_items import ReceiptItem
from catalog.models import PurchaseOrder, PurchaseReceipt, StockLevel, StockMovement
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
MOVER = Mover(NOW)


@pytest.fixture
def order():
    """Ten pieces of S1 and four of S2, ordered on 1 March."""
    return make.purchase_order("PO1", lines=[("S1", 10, "5.00"), ("S2", 4, "2.00")])


def line(order, code="S1"):
    return order.lines.get(sku__code=code)


def delivery(accepted=6, rejected=0, note="DN1", on=TODAY, **values):
    return Delivery(note, on, accepted, rejected, **values)


def counts(order):
    return list(order.lines.values_list("sku__code", "received", "rejected"))


def status():
    return PurchaseOrder.objects.get().status


def written():
    return (
        PurchaseReceipt.objects.count(),
        StockMovement.objects.count(),
        StockLevel.objects.count(),
        LifeEvent.objects.count(),
        AuditEntry.objects.count(),
    )


NOTHING = (0, 0, 0, 0, 0)


def test_a_part_comes_in_goes_into_stock_and_moves_the_order(order):
    by = make.manager()

    arrival = receive(line(order), delivery(6, 1), Mover(NOW, by, make.scope(by)))

    assert (arrival.new, arrival.warnings) == (True, ())
    assert counts(order) == [("S1", 6, 1), ("S2", 0, 0)]
    assert status() == "partly_received"
    [level] = StockLevel.objects.values("warehouse__code", "sku__code", "on_hand", "reserved")
    assert level == {
        "warehouse__code": "W1", "sku__code": "S1", "on_hand": 6, "reserved": 0
    }  # fmt: skip
    movement = StockMovement.objects.get()
    assert (movement.kind, movement.units, movement.external_id, movement.by) == (
        "receipt", 6, "PO:PO1:S1:DN1", by
    )  # fmt: skip
    assert movement.happened_at == NOW
    event = LifeEvent.objects.get()
    assert (event.verb, event.by) == ("receive_part", by)


def test_the_order_is_received_with_the_last_piece_good_or_not(order):
    for code, accepted, rejected, note in (("S1", 6, 0, "1"), ("S1", 3, 1, "2"), ("S2", 0, 4, "2")):
        receive(line(order, code), delivery(accepted, rejected, note), MOVER)

    assert (status(), counts(order)) == ("received", [("S1", 9, 1), ("S2", 0, 4)])
    verbs = LifeEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["receive_part", "receive"]
    # of S2 nothing was accepted: no movement
    assert list(StockMovement.objects.order_by("pk").values_list("units", flat=True)) == [6, 3]


def test_all_at_once_needs_no_part_before():
    order = make.purchase_order(status="inspected")

    receive(line(order), delivery(10), MOVER)

    assert status() == "received"


def test_the_same_delivery_note_again_changes_nothing(order):
    first = receive(line(order), delivery(), MOVER)
    before = (written(), counts(order), status())

    again = receive(line(order), delivery(), MOVER)

    assert (again.new, again.receipt) == (False, first.receipt)
    assert (written(), counts(order), status()) == before


def test_a_note_of_a_finished_order_sent_again_is_known_too(order):
    receive(line(order), delivery(10), MOVER)
    receive(line(order, "S2"), delivery(4), MOVER)

    assert receive(line(order), delivery(10), MOVER).new is False


def test_a_delivery_note_with_other_numbers_is_refused(order):
    receive(line(order), delivery(6), MOVER)
    before = (written(), counts(order))

    with pytest.raises(Conflict) as refusal:
        receive(line(order), delivery(5), MOVER)

    assert refusal.value.message == (
        "The delivery note DN1 of S1 is recorded already: 6 accepted and 0 rejected on "
        "2026-04-02. Give what came another time another number."
    )
    assert (written(), counts(order)) == before


def test_one_delivery_note_may_hold_several_skus(order):
    receive(line(order), delivery(), MOVER)

    assert receive(line(order, "S2"), delivery(4), MOVER).new is True


@pytest.mark.parametrize(("accepted", "rejected"), [(11, 0), (10, 1), (0, 11)])
def test_never_more_than_was_ordered(order, accepted, rejected):
    with pytest.raises(InvalidData) as refusal:
        receive(line(order), delivery(accepted, rejected), MOVER)

    assert refusal.value.message == (
        "Of S1 10 pieces were ordered and 10 are still to come; 11 are more. "
        "Make another order for what came beyond it."
    )
    assert (written(), counts(order)) == (NOTHING, [("S1", 0, 0), ("S2", 0, 0)])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"accepted": 0}, "accepted"),
        ({"accepted": -1}, "accepted"),
        ({"rejected": -1}, "rejected"),
        ({"note": " "}, "delivery_note"),
        ({"note": "x" * 61}, "delivery_note"),
        ({"on": date(2026, 4, 3)}, "received_on"),  # tomorrow
        ({"on": date(2026, 2, 28)}, "received_on"),  # the day before it was ordered
    ],
)
def test_what_cannot_have_come_is_refused(order, values, field):
    with pytest.raises(InvalidData) as refusal:
        receive(line(order), delivery(**values), MOVER)

    assert refusal.value.field == field
    assert (written(), counts(order)) == (NOTHING, [("S1", 0, 0), ("S2", 0, 0)])


@pytest.mark.parametrize("state", ["draft", "received", "closed", "cancelled"])
def test_nothing_comes_in_for_an_order_that_waits_for_nothing(state):
    order = make.purchase_order("PO1", status=state)

    with pytest.raises(InvalidTransition, match="nothing can be received for it now"):
        receive(line(order), delivery(), MOVER)

    assert (written(), status()) == (NOTHING, state)


def test_receiving_takes_the_right_to_keep_stock(order):
    hr = make.user(role=Role.HR_PAYROLL)

    with pytest.raises(NotAllowed):
        receive(line(order), delivery(), Mover(NOW, hr, make.scope(hr)))

    assert written() == NOTHING


def test_what_customs_hold_does_not_come_in(order):
    make.inbound_shipment(order, "SEA-1", status="held")
    make.inbound_shipment(order, "AIR-2", status="held")

    with pytest.raises(InvalidTransition) as refusal:
        receive(line(order), delivery(), MOVER)

    assert refusal.value.message == (
        "Customs hold every shipment of PO1 (SEA-1, AIR-2): record the release first, then what "
        "came in."
    )
    assert written() == NOTHING


def test_a_held_and_an_undeclared_shipment_beside_others_are_warned_of(order):
    for reference, state in (("A", "held"), ("B", "not_declared"), ("C", "declared"),
                             ("D", "released")):  # fmt: skip
        make.inbound_shipment(order, reference, status=state)

    arrival = receive(line(order), delivery(), MOVER)

    assert arrival.warnings == (
        "Shipment A stands with customs as “Held”.",
        "Shipment B stands with customs as “Not declared”.",
    )


def test_what_came_on_an_earlier_day_is_in_stock_from_that_day(order):
    receive(line(order), delivery(on=date(2026, 3, 20)), MOVER)

    # midnight in Shanghai
    assert StockMovement.objects.get().happened_at == datetime(2026, 3, 19, 16, tzinfo=UTC)


def test_stock_that_lies_there_already_grows(order):
    of = line(order)
    StockLevel.objects.create(warehouse=order.warehouse, sku=of.sku, on_hand=100)

    receive(of, delivery(6), MOVER)

    assert StockLevel.objects.get().on_hand == 106


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("PO1", "S1", "DN:1"), "PO:PO1:S1:DN:1"),
        (("PO1", "S:1", "DN"), "PO:PO1:#"),
        (("P" * 40, "S" * 60, "N" * 60), f"PO:{'P' * 40}:#"),
    ],
)
def test_the_number_in_the_ledger_is_readable_where_it_can_be_and_short_enough(names, expected):
    number = movement_number(*names)

    assert len(number) <= 100
    assert number.startswith(expected.partition("#")[0])
    assert ("#" in number) == ("#" in expected)


def test_names_with_colons_do_not_meet_in_the_ledger():
    assert movement_number("P", "S", "1:2") != movement_number("P", "S:1", "2")


def row(order="PO1", sku="S1", **values):
    values = {"delivery_note": "DN1", "received_on": TODAY, "accepted": 6} | values
    return ReceiptItem(order, sku, **values)


def test_deliveries_from_outside_are_answered_one_by_one(order):
    found = upsert_receipts(
        [row(), row(), row(sku="S9"), row(delivery_note="DN2", accepted=5), row(sku="S2",
         accepted=4)],
        by=None, at=NOW,
    )  # fmt: skip

    assert [one.state for one in found] == ["created", "unchanged", "error", "error", "created"]
    assert [error.field for one in found for error in one.errors] == ["order", "accepted"]
    assert counts(order) == [("S1", 6, 0), ("S2", 4, 0)]
