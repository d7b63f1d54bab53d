"""What signals are made of: rules by day, pieces by window, the oldest piece, the state's days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.actions.stock import Entry, Transfer, move_stock, transfer
from catalog.core.signals import ReviewCounts
from catalog.models import Category, ReviewDay, SignalRule, SkuDemand, SkuReturn
from catalog.queries.signals import (
    category_paths,
    in_state_since,
    oldest_pieces,
    pieces_by_window,
    pieces_on_hand,
    reviews_by_window,
    rules_on,
    signals_on,
)
from opsdesk.models import LifeEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ago(days):
    return make.NOW - DAY * days


def test_the_shipped_rules_hold_from_the_beginning():
    rules = rules_on(make.TODAY)

    assert {key: (rule.threshold, rule.min_units) for key, rule in rules.items()} == {
        ("return_rate", "optimise", None): (Decimal("0.10"), 30),
        ("slow_sales", "optimise", None): (Decimal(5), 1),
        ("stock_age", "clear", None): (Decimal(180), 1),
        ("bad_reviews", "optimise", None): (Decimal("0.20"), 10),
        ("complaints", "optimise", None): (Decimal(10), 5),
    }
    assert {(rule.window_days, rule.quiet_days) for rule in rules.values()} == {(30, 30)}


def test_the_latest_rule_on_or_before_a_day_holds():
    key = ("stock_age", "clear", None)
    dated = {"kind": "stock_age", "verb": "clear"}
    SignalRule.objects.create(**dated, from_date=make.TODAY, threshold=90)
    SignalRule.objects.create(**dated, from_date=make.TODAY + DAY, threshold=1, active=False)

    days = [make.TODAY - DAY, make.TODAY, make.TODAY + DAY]

    held = [rules_on(day)[key] for day in days]
    assert [rule and rule.threshold for rule in held] == [Decimal(180), Decimal(90), None]


def test_a_category_stands_before_those_above_it():
    root = Category.objects.create(code="a", name="A")
    middle = Category.objects.create(code="b", name="B", parent=root)
    leaf = Category.objects.create(code="d", name="D", parent=middle)

    assert category_paths() == {
        root.pk: [root.pk],
        middle.pk: [middle.pk, root.pk],
        leaf.pk: [leaf.pk, middle.pk, root.pk],
    }


@pytest.mark.parametrize("model", [SkuDemand, SkuReturn])
def test_pieces_are_those_of_each_window_over_all_skus(model, django_assert_num_queries):
    of = make.product()
    one, two = make.sku(of=of), make.sku(of=of)
    values = {"sales": Decimal(1)} if model is SkuDemand else {}
    for sku, days, units in (
        (one, -1, 100),  # tomorrow: not yet
        (one, 0, 1),
        (two, 6, 2),  # the first day of the window of 7
        (one, 7, 4),  # the day before it
        (two, 29, 8),
        (two, 30, 16),  # the day before the window of 30
    ):
        model.objects.create(sku=sku, day=make.TODAY - DAY * days, units=units, **values)

    with django_assert_num_queries(1):
        found = pieces_by_window(model, make.TODAY, [7, 30])

    assert found == {of.pk: {7: 3, 30: 15}}


def test_reviews_are_those_of_each_window(django_assert_num_queries):
    cup, pan = make.product(), make.product()
    for product, days, bad in (
        (cup, -1, 100),  # tomorrow: not yet
        (cup, 0, 1),
        (pan, 6, 2),  # the first day of the window of 7
        (cup, 7, 4),  # the day before it
        (cup, 29, 8),
        (cup, 30, 16),  # the day before the window of 30
    ):
        ReviewDay.objects.create(
            product=product, day=make.TODAY - DAY * days, reviews=200, bad=bad, complaints=bad + 1
        )

    with django_assert_num_queries(1):
        found = reviews_by_window(make.TODAY, [7, 30])

    assert found == {
        cup.pk: {7: ReviewCounts(200, 1, 2), 30: ReviewCounts(600, 13, 16)},
        pan.pk: {7: ReviewCounts(200, 2, 3), 30: ReviewCounts(200, 2, 3)},
    }


def came(sku, days, units, *, kind="receipt", place=None):
    entry = Entry(place or make.warehouse(), sku, kind, units, happened_at=ago(days), reason="x")
    move_stock([entry], make.mover())


@pytest.mark.parametrize(
    ("out", "oldest"),
    [
        (0, 100),
        (9, 100),  # one of the first ten is left
        (10, 50),  # the first ten are gone
        (14, 50),
        (15, 20),
        (29, 20),
    ],
)
def test_the_oldest_piece_on_hand_is_found_first_in_first_out(out, oldest):
    cup = make.sku()
    came(cup, 100, 10)
    came(cup, 50, 5)
    came(cup, 20, 15)
    if out:
        came(cup, 1, -out, kind="sale")

    assert oldest_pieces() == {cup.product_id: make.TODAY - DAY * oldest}


def test_the_oldest_piece_is_that_of_any_sku_in_one_statement(django_assert_num_queries):
    of = make.product()
    for days in (40, 70, 10):
        came(make.sku(of=of), days, 3)
    gone = make.sku(of=make.product())
    came(gone, 300, 3)
    came(gone, 5, -3, kind="sale")
    came(make.sku(of=make.product(status="retired")), 300, 3)
    found_again = make.sku(of=make.product())
    came(found_again, 60, 2, kind="adjustment")

    with django_assert_num_queries(1):
        found = oldest_pieces()

    assert found == {of.pk: make.TODAY - DAY * 70, found_again.product_id: make.TODAY - DAY * 60}
    assert pieces_on_hand()[gone.product_id] == 0


def test_a_transfer_makes_nothing_younger():
    cup, far = make.sku(), make.warehouse("FAR")
    came(cup, 90, 4)
    transfer(Transfer(cup, 3, make.warehouse(), far, "T1", ago(1)), make.mover())

    assert oldest_pieces() == {cup.product_id: make.TODAY - DAY * 90}
    assert pieces_on_hand() == {cup.product_id: 4}


def event(product, days, *, state="on_sale", came_from=""):
    LifeEvent.objects.create(
        life="product", object_id=product.pk, verb="x", from_state=came_from, state=state,
        at=ago(days),
    )  # fmt: skip


def test_a_product_is_in_its_state_since_its_last_step():
    cup = make.product()
    event(cup, 200, state="idea")
    event(cup, 60, came_from="ready")
    event(cup, 20, came_from="on_sale", state="optimising")

    assert in_state_since(make.TODAY) == {cup.pk: make.TODAY - DAY * 20}


@pytest.mark.parametrize(("first_sold", "since"), [(None, 3), (1, 3), (300, 300)])
def test_what_was_loaded_is_on_sale_since_then_or_since_it_was_first_sold(first_sold, since):
    cup = make.sku()
    event(cup.product, 3)
    if first_sold is not None:
        SkuDemand.objects.create(
            sku=cup, day=make.TODAY - DAY * first_sold, units=1, sales=Decimal(1)
        )

    assert in_state_since(make.TODAY) == {cup.product_id: make.TODAY - DAY * since}


def test_nobody_knows_since_when_a_product_without_events_is_on_sale():
    make.product()

    assert in_state_since(make.TODAY) == {}


@pytest.mark.parametrize("count", [1, 30])
def test_the_signals_of_a_night_are_found_in_a_constant_number_of_statements(
    count, django_assert_num_queries
):
    for _number in range(count):
        came(make.sku(of=make.product()), 200, 3)
    of_another = make.sku(of=make.product(status="clearance"))
    SkuDemand.objects.create(sku=of_another, day=make.TODAY, units=9, sales=Decimal(9))

    with django_assert_num_queries(11):
        found = signals_on(make.TODAY)

    assert len(found) == 2 * count


def test_a_rule_of_a_category_holds_below_it():
    root = Category.objects.create(code="a", name="A")
    leaf = Category.objects.create(code="b", name="B", parent=root)
    inside = make.sku(of=make.product(category=leaf))
    outside = make.sku(of=make.product())
    for sku in (inside, outside):
        came(sku, 100, 3)
        SkuDemand.objects.create(sku=sku, day=make.TODAY, units=5, sales=Decimal(1))
    SignalRule.objects.create(
        kind="stock_age", verb="clear", category=root, threshold=90, from_date=date(2026, 1, 1)
    )

    assert set(signals_on(make.TODAY)) == {(inside.product_id, "stock_age")}
