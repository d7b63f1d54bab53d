"""Lines that came before their SKU."""

import pytest

from opsdesk.models import AuditEntry
from orders.actions.linking import link_lines
from orders.models import OrderLine, ReturnLine
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def links():
    rows = OrderLine.objects.order_by("order__external_id", "line_no")
    return list(rows.values_list("item_code", "sku__code"))


def lines_of(code, number):
    order = factories.order("30.00", external_id=number)
    OrderLine.objects.filter(order=order).update(item_code=code)


def test_a_line_gets_the_sku_of_its_code_when_that_comes_and_only_once(
    django_assert_num_queries,
):
    for number, code in enumerate(("CUP", "cup", "CUP", "")):
        lines_of(code, f"N{number}")
    factories.sku("CUP")
    before = OrderLine.objects.values_list("unit_cost", "amount", "reporting_amount")
    figures = list(before.order_by("pk"))

    assert link_lines(at=NOW) == 2
    # codes are kept as typed: another case is another code
    assert links() == [("CUP", "CUP"), ("cup", None), ("CUP", "CUP"), ("", None)]
    assert list(before.order_by("pk")) == figures
    told = AuditEntry.objects.filter(verb="linked").values_list("model", "record")
    assert list(told) == [("catalog.sku", "CUP")]
    with django_assert_num_queries(6):
        assert link_lines(at=NOW) == 0
    assert AuditEntry.objects.filter(verb="linked").count() == 1


def test_a_line_that_has_its_sku_keeps_it():
    lines_of("CUP", "N1")
    OrderLine.objects.update(sku=factories.sku("MUG"))
    factories.sku("CUP")

    assert link_lines(at=NOW) == 0
    assert links() == [("CUP", "MUG")]


def test_lines_of_returns_are_linked_too():
    factories.refund("12.00")
    ReturnLine.objects.update(item_code="CUP", sku=None)
    factories.sku("CUP")

    assert link_lines(at=NOW) == 1
    assert list(ReturnLine.objects.values_list("sku__code", flat=True)) == ["CUP"]
