"""Online Retail loaded whole by the command, against the independent calculation."""

from collections import defaultdict

import pytest
from django.db.models import Count, Sum

from catalog.models import DirtyDay
from opsdesk.models import AuditEntry
from orders.models import Order, OrderLine, Return
from tests.oracle import online_retail as oracle
from tests.oracle.conftest import load_orders
from tests.state import state_digest

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


def by_store_and_month(queryset, day, **sums):
    found = defaultdict(dict)
    rows = queryset.values("store__code", f"{day}__year", f"{day}__month").order_by()
    for row in rows.annotate(**sums):
        key = (row["store__code"], f"{row[f'{day}__year']}-{row[f'{day}__month']:02}")
        found[key] = {name: row[name] for name in sums}
    return found


def test_figures_by_store_and_month_equal_the_independent_ones(online_retail):
    figures = oracle.figures(oracle.read_documents(), rate=oracle.pound_in("CNY"))
    expected = {
        key: (f.order_amount, f.refunds, f.orders, f.units, f.units_refunded, f.first_order_amount)
        for key, f in figures.items()
        if key[0] != oracle.COMPANY and key[1] != oracle.ALL_TIME
    }

    placed = by_store_and_month(
        Order.objects.exclude(status="cancelled"),
        "business_date",
        amount=Sum("reporting_amount"),
        units=Sum("units"),
    )
    sold = by_store_and_month(Order.objects.sold(), "business_date", orders=Count("pk"))
    first = by_store_and_month(
        Order.objects.filter(customer_order_no=1), "business_date", amount=Sum("reporting_amount")
    )
    back = by_store_and_month(
        Return.objects.refunded(), "refunded_on", amount=Sum("reporting_amount"), units=Sum("units")
    )
    found = {
        key: (
            placed[key].get("amount", 0),
            back[key].get("amount", 0),
            sold[key].get("orders", 0),
            placed[key].get("units", 0),
            back[key].get("units", 0),
            first[key].get("amount", 0),
        )
        for key in placed.keys() | back.keys()
    }

    assert found == expected


def test_every_row_is_somewhere(online_retail):
    said = (online_retail.folder / "said.txt").read_text().splitlines()

    assert said[-2:] == [
        "online_retail.csv.gz: 541,909 rows read; created 23,802, updated 0, unchanged 0; "
        "rows refused 0.",
        "  set aside 2,108: Stock correction: no price on any line and no customer.",
    ]
    assert (Order.objects.count(), Return.objects.count()) == (19_966, 3_836)
    assert OrderLine.objects.count() == 541_909 - 9_288 - 2_108


def test_loaded_again_nothing_changes(online_retail, real_data):
    before = (
        state_digest(),
        AuditEntry.objects.filter(model__startswith="orders.").count(),
        DirtyDay.objects.count(),
    )

    said = load_orders(online_retail, real_data)

    assert "created 0, updated 0, unchanged 23,802; rows refused 0." in said
    assert (
        state_digest(),
        AuditEntry.objects.filter(model__startswith="orders.").count(),
        DirtyDay.objects.count(),
    ) == before
