"""Proposals of what to buy: made each night, dismissed or ordered once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from catalog.actions.abc import classify
from catalog.actions.replenishment import dismiss, order_by_supplier, order_proposals, propose
from catalog.models import (
    AbcClass,
    PurchaseLine,
    PurchaseOrder,
    Replenishment,
    Sku,
    SkuDemand,
    Stockout,
)
from catalog.queries.replenishment import last_suppliers
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.models import LifeEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cup():
    """Sells 10 pieces on each of the 90 days; it comes within 4 days."""
    made = make.sku("CUP", lead_time_days=4)
    SkuDemand.objects.bulk_create(
        SkuDemand(sku=made, day=make.TODAY - DAY * n, units=10, sales=Decimal(100))
        for n in range(90)
    )
    return made


def proposed(at=make.NOW):
    return propose(make.TODAY, at=at)


def open_ones():
    rows = Replenishment.objects.filter(state="open")
    return list(rows.values_list("sku__code", "reorder_point", "on_hand", "on_order", "quantity"))


def test_a_sku_at_its_reorder_point_is_proposed_once_and_made_anew_each_night(cup):
    make.stock(40, sku=cup)
    assert proposed() == 1
    [before] = Replenishment.objects.all()
    make.stock(1, sku=make.sku("IDLE"))
    Replenishment.objects.update(quantity=1, mean=1)

    assert proposed() == 1

    assert open_ones() == [("CUP", 40, 40, 0, 300)]
    assert Replenishment.objects.get().pk == before.pk


def test_what_is_above_its_reorder_point_is_not_proposed_any_more(cup):
    make.stock(40, sku=cup)
    proposed()
    make.stock(1, sku=cup)

    assert proposed() == 0
    assert not Replenishment.objects.exists()


def test_a_product_that_is_not_on_sale_is_not_bought():
    make.sku("OLD", of=make.product(status="clearance"), safety_stock=5)

    assert proposed() == 0


def test_days_without_stock_say_nothing_about_demand():
    cup = make.sku("CUP", lead_time_days=4)
    place = make.stock(40, sku=cup).warehouse
    start = make.TODAY - DAY * 89
    SkuDemand.objects.bulk_create(
        SkuDemand(sku=cup, day=start + DAY * n, units=10, sales=Decimal(1)) for n in range(30)
    )
    Stockout.objects.create(
        warehouse=place, sku=cup, from_day=start + DAY * 30, to_day=make.TODAY + DAY
    )

    proposed()

    [one] = Replenishment.objects.all()
    assert (one.mean, one.deviation) == (Decimal(10), Decimal(0))


def test_the_statements_of_a_night_do_not_grow_with_the_skus(cup, django_assert_max_num_queries):
    for _number in range(5):
        make.sku(safety_stock=3)

    with django_assert_max_num_queries(14):
        assert proposed() == 6


def test_what_was_dismissed_comes_back_after_a_reviews_time(cup):
    proposed()
    one = Replenishment.objects.get()
    with pytest.raises(InvalidData):
        dismiss(one, " ", make.mover())

    dismiss(one, "Leaves the range", make.mover())

    with pytest.raises(InvalidTransition):
        dismiss(one, "Again", make.mover())
    assert proposed() == 0
    assert proposed(at=make.NOW + DAY * 31) == 1


def test_a_reason_to_dismiss_is_kept_without_what_no_database_takes(cup):
    proposed()
    [proposal] = Replenishment.objects.all()

    dismiss(proposal, " No\0 room ", make.mover())

    assert Replenishment.objects.get().reason == "No room"


def test_an_order_takes_the_next_number_where_its_own_is_taken():
    first, second = make.proposal("CUP"), make.proposal("CAP")
    supplier, place = make.supplier("V1"), make.warehouse()
    code = f"R{first.pk}-20260402"
    make.purchase_order(code, lines=[("ASH", 1, "5.00")])
    make.purchase_order(f"{code}-2", lines=[("ASH", 1, "5.00")])

    [one] = order_by_supplier({first: supplier}, place, make.mover())
    [other] = order_by_supplier({second: supplier}, place, make.mover())

    assert one.order.code == f"{code}-3"
    assert other.order.code == f"R{second.pk}-20260402"


def test_the_quantity_ordered_is_the_one_proposed_by_now():
    shown = make.proposal("CUP", quantity=7)
    Replenishment.objects.update(quantity=9)

    [answer] = order_by_supplier({shown: make.supplier("V1")}, make.warehouse(), make.mover())

    assert list(answer.order.lines.values_list("units", flat=True)) == [9]


def test_proposals_become_the_lines_of_one_draft_order(cup):
    proposed()
    chosen = list(Replenishment.objects.all())
    supplier, place = make.supplier(), make.warehouse()

    order = order_proposals(chosen, supplier, place, make.mover())

    assert (order.status, order.currency) == ("draft", "CNY")
    assert list(order.lines.values_list("sku__code", "units", "unit_cost")) == [
        ("CUP", 340, Decimal(10))
    ]
    assert Replenishment.objects.get().purchase_order == order
    with pytest.raises(InvalidTransition):
        order_proposals(chosen, supplier, place, make.mover(at=make.NOW + DAY))
    assert PurchaseOrder.objects.count() == 1
    assert proposed() == 0

    PurchaseOrder.objects.update(status="ordered")
    assert proposed() == 0
    order.lines.update(received=330)
    assert open_ones() == []
    assert proposed() == 1
    assert open_ones() == [("CUP", 40, 0, 10, 330)]


def test_a_supplier_of_another_currency_needs_a_cost_in_it(cup):
    proposed()
    chosen = list(Replenishment.objects.all())

    with pytest.raises(NotReady):
        order_proposals(chosen, make.supplier("US", currency="USD"), make.warehouse(), make.mover())
    with pytest.raises(InvalidData):
        order_proposals([], make.supplier(), make.warehouse(), make.mover())

    assert not PurchaseOrder.objects.exists()
    assert Replenishment.objects.get().state == "open"


def test_classes_are_of_the_last_ninety_days(cup):
    late = make.sku("LATE")
    SkuDemand.objects.create(sku=late, day=make.TODAY - DAY * 90, units=1, sales=Decimal(9999))

    for _time in range(2):
        assert classify(make.TODAY) == 2

    assert list(AbcClass.objects.values_list("sku__code", "sales", "running", "letter")) == [
        ("CUP", Decimal(9000), Decimal(1), "A"),
        ("LATE", Decimal(0), Decimal(1), "C"),
    ]


def test_who_may_not_keep_stock_decides_on_no_proposal(cup):
    make.stock(40, sku=cup)
    proposed()
    [one] = Replenishment.objects.all()
    auditor = make.mover(make.user("auditor", role=Role.AUDITOR))

    with pytest.raises(NotAllowed, match="right to change stock"):
        dismiss(one, "Too dear", auditor)
    with pytest.raises(NotAllowed, match="right to change stock"):
        order_proposals([one], make.supplier(), make.warehouse(), auditor)

    one.refresh_from_db()
    assert (one.state, PurchaseOrder.objects.count()) == ("open", 0)


def test_several_proposals_become_one_order_for_each_supplier():
    cup, cap, ash = (make.proposal(code, quantity=units) for code, units in CODES)
    near, far = make.supplier("V1"), make.supplier("V2")

    found = order_by_supplier({ash: near, cup: near, cap: far}, make.warehouse("W1"), make.mover())

    orders = {order.supplier.code: order for order in PurchaseOrder.objects.all()}
    assert [(one.proposal, one.order, one.refusal) for one in found] == [
        (cup, orders["V1"], ""),
        (ash, orders["V1"], ""),
        (cap, orders["V2"], ""),
    ]
    assert lines() == [("V1", "ASH", 3), ("V1", "CUP", 7), ("V2", "CAP", 5)]
    assert {order.status for order in orders.values()} == {"draft"}
    verbs = LifeEvent.objects.filter(life="purchase_order").values_list("object_id", "verb")
    assert set(verbs) == {(order.pk, "begin") for order in orders.values()}


CODES = (("CUP", 7), ("CAP", 5), ("ASH", 3))


def lines():
    rows = PurchaseLine.objects.order_by("order__supplier__code", "sku__code")
    return list(rows.values_list("order__supplier__code", "sku__code", "units"))


def test_what_cannot_be_ordered_is_told_and_holds_up_no_other():
    cup, cap, ash = (make.proposal(code, quantity=units) for code, units in CODES)
    near = make.supplier("V1")
    order_proposals([cap], near, make.warehouse(), make.mover())
    Sku.objects.filter(code="ASH").update(unit_cost=None)

    found = order_by_supplier(dict.fromkeys((cup, cap, ash), near), make.warehouse(), make.mover())

    assert {one.proposal.sku.code: one.refusal for one in found} == {
        "CUP": "",
        "CAP": "It was decided on already: look again.",
        "ASH": "What ASH costs in CNY is not known: set the SKU's unit cost.",
    }
    assert lines() == [("V1", "CAP", 5), ("V1", "CUP", 7)]
    assert dict(Replenishment.objects.values_list("sku__code", "state")) == {
        "CUP": "ordered",
        "CAP": "ordered",
        "ASH": "open",
    }


def test_who_may_not_keep_stock_orders_nothing():
    one = make.proposal("CUP")
    auditor = make.mover(make.user("auditor", role=Role.AUDITOR))

    with pytest.raises(NotAllowed):
        order_by_supplier({one: make.supplier()}, make.warehouse(), auditor)

    assert not PurchaseOrder.objects.exists()


def test_a_sku_is_bought_from_whom_it_was_bought_last(django_assert_num_queries):
    for number, (supplier, status) in enumerate(
        [("V1", "closed"), ("V2", "ordered"), ("V3", "cancelled")]
    ):
        make.purchase_order(
            f"P{number}",
            lines=[("CUP", 1, "5.00")],
            supplier=make.supplier(supplier),
            status=status,
        )
    gone = make.supplier("V9", active=False)
    make.purchase_order("P9", lines=[("CAP", 1, "5.00")], supplier=gone)
    skus = [Sku.objects.get(code=code).pk for code in ("CUP", "CAP")]

    with django_assert_num_queries(1):
        found = last_suppliers(skus)

    assert found == {skus[0]: make.supplier("V2").pk}
