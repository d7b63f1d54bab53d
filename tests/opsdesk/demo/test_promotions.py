"""The promotions of the sample company."""

import pytest

from catalog.models import Promotion, StockLevel
from opsdesk.demo import promotions
from tests import factories
from tests.factories import NOW, TODAY


@pytest.mark.django_db
def test_one_runs_with_its_stock_kept_and_one_is_planned():
    factories.store()
    place = factories.warehouse("NINGBO")
    for code in ("S1", "S2", "S3", "S4"):
        factories.stock(50, sku=factories.sku(code), warehouse=place)

    promotions.write(TODAY, at=NOW)

    rows = Promotion.objects.order_by("code").values_list("code", "status", "items__reserved_units")
    assert sorted(rows) == [("AUTUMN", "running", 20)] * 3 + [("YEAREND", "planned", 10)] * 3
    assert list(StockLevel.objects.order_by("sku__code").values_list("reserved", flat=True)) == [
        *(20, 20, 20, 0)
    ]
