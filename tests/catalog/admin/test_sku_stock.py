"""The stock page of a SKU."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from catalog.actions.stock import Entry, move_stock
from catalog.models import AbcClass, SkuDemand, Stockout
from opsdesk.core.periods import business_date
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = business_date(timezone.now(), "Asia/Shanghai")


@pytest.fixture
def cup():
    return make.sku("CUP", lead_time_days=4, safety_stock=5)


@pytest.fixture
def keeper(client):
    user = make.user("keeper", role=Role.TEAM_MEMBER, department=make.department())
    return sign_in(client, user)


def address(sku):
    return reverse("admin:catalog_sku_stock", args=[sku.pk])


def sold(sku, units=10, days=90):
    """So many pieces on each of the days up to yesterday."""
    SkuDemand.objects.bulk_create(
        SkuDemand(sku=sku, day=TODAY - DAY * ago, units=units, sales=Decimal(units * 10))
        for ago in range(1, days + 1)
    )


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_it_tells_what_there_is_how_long_it_lasts_and_why(keeper, cup):
    now = timezone.now()
    sold(cup)
    make.stock(35, sku=cup, at=now - DAY * 3)
    move_stock([Entry(make.warehouse(), cup, "sale", -2)], make.mover(at=now))
    make.purchase_order("P1", lines=[("CUP", 10, "5.00")])
    AbcClass.objects.create(day=TODAY, sku=cup, sales=900, running=1, letter="A")
    Stockout.objects.create(
        warehouse=make.warehouse(), sku=cup, from_day=TODAY - DAY * 9, to_day=TODAY - DAY * 7
    )

    answer = keeper.get(address(cup))

    told = answer.context
    assert [(one["level"].on_hand, one["on_order"]) for one in told["places"]] == [(33, 10)]
    assert (told["cover"], told["cover_coming"]) == (Decimal("3.3"), Decimal("4.3"))
    assert (told["planned"].plan.reorder_point, told["planned"].days) == (40, 88)
    assert [one["lost"] for one in told["stockouts"]] == [2]
    assert [one.units for one in told["movements"]] == [-2, 35]
    assert [row["value"] for row in told["plot"]["rows"]][-4:] == [35, 35, 35, 33]
    assert {row["value"] for row in told["plot"]["rows"][:-4]} == {None}
    text = text_of(answer)
    assert "10 × 4 + 1.6449 × 0 × √4" in text
    assert "33 ÷ 10 = 3.3" in text
    assert "(33 + 10) ÷ 10 = 4.3" in text
    assert "Reorder point: 40" in text
    assert 'class="goal" d="M' in text


def test_without_demand_it_is_not_known_how_long_it_lasts(keeper, cup):
    make.stock(35, sku=cup)

    answer = keeper.get(address(cup))

    assert (answer.context["cover"], answer.context["cover_coming"]) == (None, None)
    assert "for how long it lasts is not known" in text_of(answer)


def test_a_sku_that_never_was_anywhere_has_a_page_too(keeper, cup):
    answer = keeper.get(address(cup))

    assert answer.context["places"] == []
    assert "It lies nowhere" in text_of(answer)


def test_a_time_that_lasts_costs_the_days_up_to_today(keeper, cup):
    make.stock(1, sku=cup)
    Stockout.objects.create(warehouse=make.warehouse(), sku=cup, from_day=TODAY - DAY * 3)

    assert [one["lost"] for one in keeper.get(address(cup)).context["stockouts"]] == [3]


def test_the_number_of_statements_does_not_grow(keeper, cup):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert keeper.get(address(cup)).status_code == 200
        return len(found)

    def grow(number):
        place = make.warehouse(f"W{number}")
        make.stock(5, sku=cup, warehouse=place)
        Stockout.objects.create(warehouse=place, sku=cup, from_day=TODAY - DAY * number)
        make.purchase_order(f"P{number}", lines=[("CUP", 10, "5.00")], warehouse=place)

    sold(cup)
    grow(1)
    keeper.get(address(cup))
    few = statements()
    grow(2)
    grow(3)

    assert statements() == few


def test_it_is_linked_from_the_sku_and_from_the_stock_list(keeper, cup):
    make.stock(1, sku=cup)

    sku_page = keeper.get(reverse("admin:catalog_sku_change", args=[cup.pk]))
    stock_list = keeper.get(reverse("admin:catalog_stocklevel_changelist"))

    assert address(cup) in sku_page.content.decode()
    assert f'href="{address(cup)}"' in stock_list.content.decode()


def test_who_sees_no_stock_sees_no_page_of_it(client, cup):
    keeper = sign_in(client, make.user("payroll", role=Role.HR_PAYROLL))

    assert keeper.get(address(cup)).status_code == 403


def test_what_is_not_there_is_not_found(keeper):
    assert keeper.get("/admin/catalog/sku/999999/stock/").status_code == 404
    assert keeper.get("/admin/catalog/sku/nothing/stock/").status_code == 404
