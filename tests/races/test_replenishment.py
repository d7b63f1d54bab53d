"""Proposals that two people order at the same moment."""

import pytest

from catalog.actions.replenishment import order_by_supplier
from catalog.models import PurchaseLine, Replenishment
from opsdesk.actions.moves import Mover
from tests import factories as make
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_of_many_proposals_is_a_line_of_exactly_one_order():
    proposals = [make.proposal(f"S{number}") for number in range(6)]
    near, far, place = make.supplier("V1"), make.supplier("V2"), make.warehouse()

    def ordering(chosen, supplier):
        def work():
            answers = order_by_supplier(dict.fromkeys(chosen, supplier), place, Mover(NOW))
            return str(sum(1 for one in answers if one.order))

        return work

    found = at_once(
        *(ordering(proposals, near) for _number in range(5)),
        *(ordering(proposals[::-1], far) for _number in range(5)),
    )

    assert found == {"6": 1, "0": 9}
    lines = PurchaseLine.objects.order_by("sku__code").values_list("sku__code", "units")
    assert list(lines) == [(f"S{number}", 7) for number in range(6)]
    assert set(Replenishment.objects.values_list("state", flat=True)) == {"ordered"}
