"""The list of orders and the page of one."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from opsdesk.core.periods import business_date
from orders.models import Order
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

LIST = "admin:orders_order_changelist"


def numbers_on(response):
    return [order.external_id for order in response.context["cl"].result_list]


def test_the_newest_order_comes_first(client):
    sign_in(client, factories.manager())
    factories.order(external_id="old", on=date(2026, 3, 1))
    factories.order(external_id="new", on=date(2026, 3, 2))

    response = client.get(reverse(LIST))

    assert numbers_on(response) == ["new", "old"]


def test_a_longer_list_needs_no_more_queries(client, django_assert_max_num_queries):
    sign_in(client, factories.manager())
    factories.order()
    with django_assert_max_num_queries(20) as few:
        client.get(reverse(LIST))
    for number in range(5):
        factories.order(customer=factories.customer(f"c{number}"))

    with django_assert_max_num_queries(len(few)):
        client.get(reverse(LIST))


def test_a_page_with_more_lines_needs_no_more_queries(client, django_assert_max_num_queries):
    sign_in(client, factories.manager())
    order = factories.order()
    url = reverse("admin:orders_order_change", args=[order.pk])
    with django_assert_max_num_queries(25) as few:
        client.get(url)
    line = order.lines.get()
    for number in range(2, 6):
        line.pk, line.line_no = None, number
        line.save(force_insert=True)
    factories.refund(order=order)

    with django_assert_max_num_queries(len(few)):
        client.get(url)


@pytest.mark.parametrize(
    ("term", "found"),
    [("5363", ["536366", "536365"]), ("536365", ["536365"]), ("36365", []), ("5364%", [])],
)
def test_search_finds_how_a_number_begins(client, term, found):
    sign_in(client, factories.manager())
    factories.order(external_id="536365", on=date(2026, 3, 1))
    factories.order(external_id="536366", on=date(2026, 3, 2))
    factories.order(external_id="999", on=date(2026, 3, 3))

    assert numbers_on(client.get(reverse(LIST), {"q": term})) == found


def test_the_range_of_business_dates_holds_both_days(client):
    sign_in(client, factories.manager())
    for day in (9, 10, 11, 12):
        factories.order(external_id=f"d{day}", on=date(2026, 3, day))

    asked = {"business_date_from": "2026-03-10", "business_date_to": "2026-03-11"}
    response = client.get(reverse(LIST), asked)

    assert numbers_on(response) == ["d11", "d10"]


def test_an_order_of_a_foreign_store_is_not_there(client):
    home, away = factories.department("home"), factories.department("away")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=home))
    own = factories.order(store=factories.store("H", department=home))
    foreign = factories.order(store=factories.store("A", department=away))

    codes = [
        client.get(reverse("admin:orders_order_change", args=[order.pk])).status_code
        for order in (own, foreign)
    ]

    assert (numbers_on(client.get(reverse(LIST))), codes) == ([own.external_id], [200, 404])


def test_the_store_filter_offers_only_visible_stores(client):
    home, away = factories.department("home"), factories.department("away")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=home))
    factories.store("H", department=home)
    factories.store("H2", department=home)
    factories.store("A", department=away)

    response = client.get(reverse(LIST))

    stores = response.context["cl"].filter_specs[0].lookup_choices
    assert [name for _pk, name in stores] == ["H · Shop H", "H2 · Shop H2"]


def test_an_order_is_never_written_through_its_page(client):
    sign_in(client, factories.manager())
    order = factories.order("100.00")
    url = reverse("admin:orders_order_change", args=[order.pk])

    client.post(url, {"amount": "1.00", "status": "cancelled"})
    response = client.post(reverse("admin:orders_order_delete", args=[order.pk]), {"post": "yes"})

    order.refresh_from_db()
    assert (response.status_code, str(order.amount), order.status) == (403, "100.00", "completed")


def test_text_from_outside_is_shown_as_text(client):
    sign_in(client, factories.manager())
    order = factories.order()
    order.lines.update(title="<script>alert(1)</script>")

    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("term", ["\ud7ff", "\U0010ffff"])
def test_search_for_the_last_of_the_characters_finds_nothing(client, term):
    sign_in(client, factories.manager())

    response = client.get(reverse("admin:orders_order_changelist"), {"q": term})

    assert response.status_code == 200


def test_the_days_of_a_filter_are_those_of_the_stores_wall(client):
    sign_in(client, factories.manager())
    # both are placed on 10 March where their stores are: an hour before, and after, it is in UTC
    early = make_at("2026-03-09T15:30:00+00:00", "Asia/Tokyo")
    late = make_at("2026-03-11T06:30:00+00:00", "Pacific/Honolulu")
    make_at("2026-03-10T15:30:00+00:00", "Asia/Tokyo")

    asked = {"business_date_from": "2026-03-10", "business_date_to": "2026-03-10"}
    response = client.get(reverse(LIST), asked)

    assert set(response.context["cl"].result_list) == {early, late}


def make_at(instant, zone):
    placed = datetime.fromisoformat(instant)
    store = factories.store(zone[:4], time_zone=zone)
    day = business_date(placed, zone)
    made = factories.order(on=day, store=store)
    Order.objects.filter(pk=made.pk).update(placed_at=placed)
    return made
