"""Purchase orders: what changes in a draft, what ordering needs, and lines from outside."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from accounts.core.roles import Role
from catalog.actions.purchasing import (
    PURCHASE_COURSE,
    delete_purchase_line,
    save_purchase_line,
    save_purchase_order,
    upsert_purchase_lines,
)
from catalog.core.lifecycle import CUSTOMS, PURCHASE
from catalog.core.supply_items import PurchaseLineItem
from catalog.models import PurchaseLine, PurchaseOrder
from opsdesk.actions.moves import Mover, move, options
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.core.moves import drawing
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MOVER = Mover(NOW)
DUE = date(2026, 5, 1)


def draft(**values):
    values = {"supplier": make.supplier(), "warehouse": make.warehouse()} | values
    return save_purchase_order(PurchaseOrder(code="PO1", **values), MOVER)


def events():
    return list(LifeEvent.objects.order_by("pk").values_list("verb", "state", "reason"))


def test_a_new_order_is_a_draft_in_the_currency_of_its_supplier():
    order = draft(supplier=make.supplier(currency="USD"))

    assert (order.status, order.currency, order.ordered_on) == ("draft", "USD", None)
    assert events() == [("begin", "draft", "")]


def test_the_number_of_an_order_has_no_colon():
    with pytest.raises(InvalidData, match="has no colon"):
        save_purchase_order(
            PurchaseOrder(code="PO:1", supplier=make.supplier(), warehouse=make.warehouse()), MOVER
        )

    assert (PurchaseOrder.objects.count(), LifeEvent.objects.count()) == (0, 0)


def test_what_is_missing_for_an_order_is_said_in_whole_sentences():
    order = draft(supplier=make.supplier(active=False), warehouse=make.warehouse(active=False))

    with pytest.raises(NotReady) as refusal:
        move(PURCHASE_COURSE, order, "order", MOVER)

    assert refusal.value.message == (
        "Add at least one line: what is bought, how much, and at which cost. "
        "Give the day on which the goods are expected. "
        "Supplier V1 is not active: choose another supplier, or make it active. "
        "Warehouse W1 is not active: choose another warehouse."
    )
    order.refresh_from_db()
    assert (order.status, order.ordered_on, events()) == ("draft", None, [("begin", "draft", "")])


def test_ordering_notes_the_day():
    order = draft(expected_on=DUE)
    save_purchase_line(PurchaseLine(order=order, sku=make.sku(), units=5, unit_cost=1), MOVER)

    move(PURCHASE_COURSE, order, "order", MOVER)

    stored = PurchaseOrder.objects.get()
    assert (stored.status, stored.ordered_on) == ("ordered", date(2026, 4, 2))


@pytest.mark.parametrize("verb", ["receive", "receive_part"])
@pytest.mark.parametrize("machine", [False, True])
def test_nobody_receives_by_a_move(verb, machine):
    order = make.purchase_order()
    by = make.manager()
    scope = make.scope(by)
    mover = Mover(NOW, None if machine else by, scope)

    assert verb not in [option.verb for option in options(PURCHASE_COURSE, order, scope)]
    with pytest.raises(NotAllowed, match="follows by itself from what is recorded"):
        move(PURCHASE_COURSE, order, verb, mover)

    assert (PurchaseOrder.objects.get().status, events()) == ("ordered", [])


@pytest.mark.parametrize(
    ("status", "verb", "after"),
    [
        ("ordered", "inspect", "inspected"),
        ("received", "close", "closed"),
        ("partly_received", "close_short", "closed"),
        ("draft", "cancel", "cancelled"),
        ("ordered", "cancel", "cancelled"),
        ("inspected", "cancel", "cancelled"),
    ],
)
def test_an_order_goes_through_its_life(status, verb, after):
    order = make.purchase_order(status=status)

    move(PURCHASE_COURSE, order, verb, MOVER, reason="Said so")

    assert (PurchaseOrder.objects.get().status, events()) == (after, [(verb, after, "Said so")])


@pytest.mark.parametrize(("status", "verb"), [("partly_received", "close_short"),
                                              ("ordered", "cancel")])  # fmt: skip
def test_ending_an_order_early_takes_a_reason(status, verb):
    order = make.purchase_order(status=status)

    with pytest.raises(InvalidData, match="Give the reason"):
        move(PURCHASE_COURSE, order, verb, MOVER, reason=" ")

    assert (PurchaseOrder.objects.get().status, events()) == (status, [])


def test_what_has_partly_come_is_not_cancelled():
    order = make.purchase_order(status="partly_received")

    with pytest.raises(InvalidTransition):
        move(PURCHASE_COURSE, order, "cancel", MOVER, reason="x")

    assert PurchaseOrder.objects.get().status == "partly_received"


@pytest.mark.parametrize(
    "change",
    [
        lambda order: setattr(order, "expected_on", DUE),
        lambda order: setattr(order, "code", "OTHER"),
        lambda order: setattr(order, "supplier", make.supplier("V2")),
        lambda order: setattr(order, "warehouse", make.warehouse("W2")),
    ],
)
def test_what_was_agreed_stands_once_it_is_ordered(change):
    order = make.purchase_order("PO1")
    before = PurchaseOrder.objects.values().get()
    change(order)

    with pytest.raises(InvalidTransition, match="PO1 is “Ordered”: what was agreed"):
        save_purchase_order(order, MOVER)

    assert PurchaseOrder.objects.values().get() == before
    assert AuditEntry.objects.filter(model="catalog.purchaseorder").count() == 0


def test_notes_are_written_at_any_time_and_the_state_by_no_form():
    order = make.purchase_order(status="closed")
    order.notes, order.status = "Was fine", "draft"

    save_purchase_order(order, MOVER)

    stored = PurchaseOrder.objects.get()
    assert (stored.notes, stored.status) == ("Was fine", "closed")


def test_lines_change_only_in_a_draft():
    order = make.purchase_order("PO1", lines=[("S1", 10, "5")])
    line = order.lines.get()
    line.units = 99
    fresh = PurchaseLine(order=order, sku=make.sku("S9"), units=1, unit_cost=1)

    for write in (
        lambda: save_purchase_line(line, MOVER),
        lambda: save_purchase_line(fresh, MOVER),
        lambda: delete_purchase_line(line, MOVER),
    ):
        with pytest.raises(InvalidTransition, match="Make another order"):
            write()

    assert list(order.lines.values_list("sku__code", "units")) == [("S1", 10)]


def test_a_line_of_a_draft_is_taken_out():
    order = make.purchase_order(status="draft")

    delete_purchase_line(order.lines.get(), MOVER)

    assert order.lines.count() == 0


def test_a_draft_with_lines_goes_to_no_supplier_of_another_currency():
    order = make.purchase_order(status="draft")
    order.supplier = make.supplier("US", currency="USD")

    with pytest.raises(InvalidData, match="The lines are in CNY"):
        save_purchase_order(order, MOVER)

    stored = PurchaseOrder.objects.get()
    assert (stored.supplier.code, stored.currency) == ("V1", "CNY")


def test_a_draft_without_lines_takes_the_currency_of_another_supplier():
    order = make.purchase_order(status="draft", lines=[])
    order.supplier = make.supplier("US", currency="USD")

    save_purchase_order(order, MOVER)

    assert PurchaseOrder.objects.get().currency == "USD"


def test_ordering_takes_the_right_to_keep_stock():
    order = make.purchase_order(status="draft")
    hr = make.user(role=Role.HR_PAYROLL)

    with pytest.raises(NotAllowed):
        move(PURCHASE_COURSE, order, "order", Mover(NOW, hr, make.scope(hr)))

    assert PurchaseOrder.objects.get().status == "draft"


def item(order="PO1", sku="S1", **values):
    values = {"units": 10, "unit_cost": Decimal("5.00"), "expected_on": DUE} | values
    return PurchaseLineItem(order=order, supplier="V1", warehouse="W1", sku=sku, **values)


def load(*items):
    return upsert_purchase_lines(items, by=None, at=NOW)


@pytest.fixture
def known():
    make.supplier()
    make.warehouse()
    for code in ("S1", "S2"):
        make.sku(code)


def test_lines_from_outside_make_drafts_and_change_them(known):
    first = load(item(), item(sku="S2"), item("PO2"))
    again = load(item(), item(sku="S2", units=7), item("PO2"), item("PO2"))

    assert [one.state for one in first] == ["created"] * 3
    assert [one.state for one in again] == ["unchanged", "updated", "unchanged", "error"]
    rows = PurchaseLine.objects.order_by("order__code", "sku__code")
    assert list(rows.values_list("order__code", "sku__code", "units", "order__status")) == [
        ("PO1", "S1", 10, "draft"),
        ("PO1", "S2", 7, "draft"),
        ("PO2", "S1", 10, "draft"),
    ]
    assert [verb for verb, _state, _reason in events()] == ["begin", "begin"]


def test_lines_of_a_placed_order_come_again_unchanged_or_are_refused(known):
    load(item())
    move(PURCHASE_COURSE, PurchaseOrder.objects.get(), "order", MOVER)

    same, other = load(item()), load(item(units=11))

    assert (same[0].state, other[0].state) == ("unchanged", "error")
    assert [error.field for error in other[0].errors] == ["order"]
    assert PurchaseLine.objects.get().units == 10


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sku": "NONE"}, "sku"),
        ({"units": 0}, "units"),
        ({"unit_cost": Decimal("-1")}, "unit_cost"),
        ({"unit_cost": Decimal("0.00001")}, "unit_cost"),
        ({"currency": "USD"}, "currency"),
        ({"order": ""}, "order"),
        ({"order": "A:B"}, "order"),
        ({"expected_on": date(1, 1, 1)}, "expected_on"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_leaves_no_order_behind(known, values, field):
    [outcome] = load(item(**values))

    assert (outcome.state, [error.field for error in outcome.errors]) == ("error", [field])
    assert (PurchaseOrder.objects.count(), LifeEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("field", ["supplier", "warehouse"])
def test_who_and_where_to_must_be_known(field):
    make.sku("S1")
    if field == "warehouse":
        make.supplier()

    [outcome] = load(item())

    assert [error.field for error in outcome.errors] == [field]
    assert PurchaseOrder.objects.count() == 0


@pytest.mark.parametrize("life", [PURCHASE, CUSTOMS], ids=lambda life: life.name)
def test_the_docs_draw_the_life_as_the_table_has_it(life):
    text = (Path(settings.BASE_DIR) / "docs" / "purchasing.md").read_text(encoding="utf-8")

    drawn = text.partition(f"<!-- life:{life.name} -->\n")[2]
    assert drawn.partition(f"<!-- /life:{life.name} -->")[0] == drawing(life)
