"""Tier and class of customers: what counts, ties, few customers, and who comes first."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from opsdesk.actions.records import save_record
from opsdesk.models import AuditEntry
from orders.actions.sequences import renumber_orders
from orders.actions.standings import delete_tier, stand_customers
from orders.actions.ticket_files import upsert_tickets
from orders.core.rfm import quintiles, segment
from orders.core.ticket_items import TicketItem
from orders.models import Customer, CustomerStanding, MemberTier, Ticket
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


def stand(day=DAY):
    customers = Customer.objects.values_list("pk", flat=True)
    renumber_orders(customers, at=NOW)
    return stand_customers([make.store().pk], day)


def standing(number="c1", *names):
    return CustomerStanding.objects.values_list(*names).get(customer__external_id=number)


def bought(number, *orders, **values):
    """Orders of a customer: (day, amount)."""
    buyer = make.customer(number)
    return [make.order(amount, on=on, customer=buyer, **values) for on, amount in orders]


def test_what_counts_and_what_does_not():
    bought("c1", (date(2025, 1, 5), "70.00"), (date(2025, 4, 1), "100.00"), (DAY, "30.00"))
    bought("c1", (date(2026, 3, 1), "999.00"), status="cancelled")
    bought("c1", (date(2026, 3, 2), "999.00"), status="unmapped")
    bought("c1", (date(2026, 3, 3), "999.00"), has_goods=False)
    bought("c1", (date(2026, 4, 1), "999.00"))  # the day after
    bought("c2", (date(2026, 3, 4), "999.00"), status="cancelled")

    assert stand() == 1
    names = ("day", "first_order_on", "second_order_on", "last_order_on", "orders", "year_orders")
    assert standing("c1", *names, "spend") == (
        DAY,
        date(2025, 1, 5),
        date(2025, 4, 1),
        DAY,
        3,
        2,
        Decimal("130.00"),
    )
    assert CustomerStanding.objects.get().days_to_second == 86


def test_the_year_begins_the_day_after_the_same_day_before():
    bought("c1", (date(2025, 3, 31), "10.00"), (date(2025, 4, 1), "5.00"))

    stand()

    assert standing("c1", "year_orders", "spend") == (1, Decimal("5.00"))


def test_few_customers_have_no_scores_and_no_class():
    for number in range(4):
        bought(f"c{number}", (DAY, "10.00"))

    stand()

    rows = CustomerStanding.objects.values_list("recency", "frequency", "monetary", "segment")
    assert set(rows) == {(None, None, None, "")}


def test_who_bought_nothing_for_a_year_is_lost():
    bought("c1", (date(2024, 1, 1), "10.00"))

    stand()

    assert standing("c1", "recency", "segment", "spend") == (None, "lost", Decimal("0.00"))


def test_scores_are_those_of_the_core():
    chance = Random(7)
    for number in range(40):
        days = [
            DAY - timedelta(days=chance.randrange(300)) for _ in range(chance.choice((1, 1, 3)))
        ]
        bought(f"c{number}", *((on, f"{chance.randrange(1, 9)}.00") for on in days))
    bought("old", (date(2024, 1, 1), "10.00"))

    stand()

    rows = list(CustomerStanding.objects.filter(year_orders__gt=0).order_by("pk"))
    scores = [
        quintiles([getattr(row, name) for row in rows])
        for name in ("last_order_on", "year_orders", "spend")
    ]
    expected = [
        (*three, segment(*three, row.orders)) for row, *three in zip(rows, *scores, strict=True)
    ]
    assert [(r.recency, r.frequency, r.monetary, r.segment) for r in rows] == expected
    assert len(rows) == 40


@pytest.mark.parametrize(
    ("spend", "tier"),
    [
        ("0.01", "none"),
        ("1999.99", "none"),
        ("2000.00", "silver"),
        ("9999.99", "silver"),
        ("10000.00", "gold"),
        ("50000.00", "vip"),
    ],
)
def test_the_highest_tier_that_is_reached(spend, tier):
    bought("c1", (DAY, spend))

    stand()

    assert standing("c1", "tier__code") == (tier,)


def test_without_tiers_there_is_none():
    MemberTier.objects.all().delete()
    bought("c1", (DAY, "10.00"))

    stand()

    assert standing("c1", "tier") == (None,)


def test_again_changes_nothing_and_another_day_moves_on():
    orders = bought("c1", (DAY, "10.00"))
    stand()
    before = list(CustomerStanding.objects.values())

    stand()

    assert list(CustomerStanding.objects.values()) == before
    type(orders[0]).objects.update(status="cancelled")
    assert stand(DAY + timedelta(days=1)) == 0
    assert CustomerStanding.objects.count() == 0


@pytest.mark.parametrize("count", [1, 8])
def test_a_store_takes_a_constant_number_of_statements(count, django_assert_max_num_queries):
    for number in range(count):
        bought(f"c{number}", (DAY, "10.00"))
    store = make.store().pk

    # two of them open and close the transaction, one waits for its turn on PostgreSQL
    with django_assert_max_num_queries(7):
        stand_customers([store], DAY)


def test_customers_are_compared_with_those_of_their_own_store():
    other = make.store("DE")
    for number in range(10):
        bought(f"c{number}", (DAY, f"{number + 1}0.00"))
        buyer = make.customer(f"d{number}", store=other)
        make.order(f"{number + 1}000.00", on=DAY, store=other, customer=buyer)

    apart = [stand_customers([pk], DAY) for pk in (make.store().pk, other.pk)]
    rows = CustomerStanding.objects.order_by("customer__external_id")
    one_by_one = list(rows.values_list("customer__external_id", "recency", "frequency", "monetary"))
    together = stand_customers([make.store().pk, other.pk], DAY)

    assert (apart, together) == ([10, 10], 20)
    found = rows.values_list("customer__external_id", "recency", "frequency", "monetary")
    assert list(found) == one_by_one
    assert [row[3] for row in one_by_one[:10]] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_another_store_is_left_alone():
    other = make.store("DE")
    make.order(on=DAY, store=other, customer=make.customer("x", store=other))
    stand_customers([other.pk], DAY)
    bought("c1", (DAY, "10.00"))

    stand(DAY + timedelta(days=1))

    assert standing("x", "day") == (DAY,)


def test_a_ticket_of_a_vip_customer_comes_first():
    vip = make.customer("v")
    make.customer_standing(vip, tier="vip")
    order = make.order(customer=vip)
    other = make.customer("n")
    make.customer_standing(other, tier="gold")

    assert make.ticket(customer=vip).priority == "high"
    assert make.ticket(order=order, priority="low").priority == "high"
    assert make.ticket(customer=vip, priority="major").priority == "major"
    assert make.ticket(customer=other).priority == "normal"
    assert make.ticket().priority == "normal"


def test_a_ticket_from_outside_does_likewise_where_it_names_no_priority():
    make.customer_standing(make.customer("v"), tier="vip")
    plain = {"store": "UK", "channel": "email", "kind": "enquiry", "subject": "Hello"}
    plain |= {"opened_at": NOW, "customer": "v"}
    items = [
        TicketItem(external_id="1", **plain),
        TicketItem(external_id="2", **plain, priority="low"),
        TicketItem(external_id="3", **plain | {"customer": ""}),
    ]

    upsert_tickets(items, scope=None, by=None, at=NOW)

    found = Ticket.objects.order_by("external_id").values_list("priority", flat=True)
    assert list(found) == ["high", "low", "normal"]


def test_tiers_are_written_down_and_a_deleted_one_is_nobodys():
    boss = make.manager()
    make.customer_standing(make.customer("v"), tier="vip")
    tier = MemberTier.objects.get(code="vip")
    tier.name = "Diamond"

    save_record(tier, by=boss, at=NOW)
    delete_tier(tier, by=boss, at=NOW)

    assert standing("v", "tier") == (None,)
    verbs = AuditEntry.objects.filter(model="orders.membertier").order_by("pk")
    assert list(verbs.values_list("verb", "actor")) == [("changed", boss.pk), ("deleted", boss.pk)]
