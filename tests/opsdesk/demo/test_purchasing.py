"""What the sample company buys: a grade and a state of each kind."""

from datetime import date

import pytest

from catalog.models import InboundShipment, PurchaseOrder, Supplier, SupplierScore
from opsdesk.demo import purchasing
from tests import factories as make

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 3, 1)])
def test_there_is_an_order_in_every_state_and_suppliers_of_several_grades(today):
    for code in purchasing.BOUGHT:
        product = make.product(code)
        for variant in ("A", "B"):
            make.sku(f"{code}-{variant}", of=product)

    purchasing.write(today, {"admin": make.user("admin")})

    states = set(PurchaseOrder.objects.values_list("status", flat=True))
    assert states == {"draft", "ordered", "inspected", "partly_received", "received", "closed",
                      "cancelled"}  # fmt: skip
    assert dict(Supplier.objects.values_list("code", "grade")) == {
        "YIWU": "A", "FOSHAN": "C", "SHANTOU": "D"
    }  # fmt: skip
    assert list(InboundShipment.objects.values_list("status", flat=True)) == ["held"]
    assert SupplierScore.objects.count() == 15
    assert PurchaseOrder.objects.late(today).count() == 1
