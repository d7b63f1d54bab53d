"""The queue of held orders, the order's page, and what they are held for as data."""

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from orders.models import AllocationSource, HoldPolicy, Order, OrderAnomaly
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:orders_orderanomaly_changelist")


@pytest.fixture
def manager(client):
    return sign_in(client, make.user(role=Role.MANAGER))


def held(number, kind="amount", **values):
    order = make.order(external_id=number, status="on_hold", held_from="paid")
    return make.anomaly(order, kind, **values)


def test_the_queue_tells_what_waits_in_words(manager):
    held("1")
    held("2", "loss", found={"margin": "-0.01", "currency": "CNY"})
    held("3", outcome="released")

    text = manager.get(QUEUE).content.decode()

    assert "9.00 CNY; by 9 orders before it, 1.00 to 2.00 is usual." in text
    assert "Less goods and fee, -0.01 CNY are left." in text
    assert [f">{number}</a>" in text for number in "123"] == [True, True, False]


@pytest.mark.parametrize(
    ("kind", "found", "words"),
    [
        (
            "duplicate",
            {"order": "77", "placed_at": ""},
            "The same customer bought the same in order 77.",
        ),
        ("address", {"missing": ["city", "postal_code"]}, "The address lacks: city, postal code."),
        (
            "stock",
            {"short": [["S1", 3, 1], ["S2", 2, 0]]},
            "S1: 3 asked for, 1 there, S2: 2 asked for, 0 there",
        ),
        ("stock", {"short": []}, "No single warehouse has all of its goods."),
    ],
)
def test_each_kind_has_its_words(manager, kind, found, words):
    held("1", kind, found=found)

    assert words in manager.get(QUEUE).content.decode()


def test_several_are_released_at_once_and_each_refusal_is_told(manager):
    rows = [held("1"), held("2", "loss", found={"margin": "-1.00", "currency": "CNY"})]
    make.anomaly(rows[0].order, "address", found={"missing": ["city"]})
    chosen = list(OrderAnomaly.objects.values_list("pk", flat=True))

    answer = manager.post(QUEUE, {"action": "release", "_selected_action": chosen})

    assert sorted(told(answer)) == [
        "1 order released.",
        "2: It would be sold at a loss: a supervisor releases it.",
    ]
    rows = Order.objects.order_by("external_id")
    assert list(rows.values_list("status", flat=True)) == ["paid", "on_hold"]
    assert list(OrderAnomaly.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "released",
        "",
        "released",
    ]


def test_the_orders_page_shows_what_is_odd_and_what_can_be_done(manager):
    one = held("1")

    text = manager.get(reverse("admin:orders_order_change", args=[one.order_id])).content.decode()

    assert "9.00 CNY; by 9 orders before it, 1.00 to 2.00 is usual." in text
    assert "/move/release/" in text
    assert "/move/cancel/" in text


def test_the_home_page_counts_what_waits(manager):
    held("1")

    text = manager.get(reverse("admin:index")).content.decode()

    assert "Orders held for a person" in text


def test_a_queue_of_another_store_is_not_seen(client):
    member = sign_in(client, make.user(role=Role.TEAM_MEMBER))
    one = held("1")

    assert ">1</a>" not in member.get(QUEUE).content.decode()
    page = reverse("admin:orders_orderanomaly_change", args=[one.pk])
    assert member.get(page).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_takes_the_same_statements_for_one_and_for_three(
    manager, count, django_assert_max_num_queries
):
    for number in range(count):
        held(str(number))
    manager.get(QUEUE)

    with django_assert_max_num_queries(9):
        manager.get(QUEUE)


def test_there_is_one_policy_for_all_other_stores(manager):
    address = reverse("admin:orders_holdpolicy_add")
    given = {
        "store": "",
        "duplicate_hours": 24,
        "amount_days": 90,
        "amount_z": 3,
        "amount_fence": "1.5",
        "amount_fewest": 8,
        "oldest_days": 14,
    }

    answer = manager.post(address, given)

    assert "There is a policy for all other stores already" in answer.content.decode()
    assert HoldPolicy.objects.count() == 1

    shop = make.store()
    manager.post(address, given | {"store": shop.pk})
    assert HoldPolicy.objects.get(store=shop).checks_margin is False


def test_a_warehouse_is_named_once_for_a_store(manager):
    address = reverse("admin:orders_allocationsource_add")
    given = {"store": make.store().pk, "warehouse": make.warehouse().pk, "rank": 1}

    for _time in range(2):
        manager.post(address, given)

    assert AllocationSource.objects.count() == 1
