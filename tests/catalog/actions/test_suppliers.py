"""Suppliers: their master data from outside, and the scores of the night."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.actions.suppliers import (
    Scored,
    save_score_rule,
    save_supplier,
    score_suppliers,
    upsert_suppliers,
)
from catalog.core.supply_items import SupplierItem
from catalog.models import ScoreRule, Supplier, SupplierScore
from opsdesk.core.errors import InvalidData
from opsdesk.models import AuditEntry
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


def item(code="V1", **values):
    values = {"name": "Ningbo Cups", "country": "CN", "currency": "CNY"} | values
    return SupplierItem(code, **values)


def load(*items):
    return [outcome.state.value for outcome in upsert_suppliers(items, by=None, at=NOW)]


def scores():
    columns = ("supplier__code", "day", "on_time", "due", "rejected", "inspected")
    columns += ("price_index", "score", "grade")
    return list(SupplierScore.objects.order_by("supplier__code", "day").values_list(*columns))


def grades():
    return dict(Supplier.objects.values_list("code", "grade"))


def test_suppliers_from_outside_are_made_changed_and_left_alone():
    made = load(item("V1", annual_capacity=5000), item("V2"))
    changed = load(item("V1", contact="Ms Lin"), item("V2"), item("V2", name="Twice"))

    assert (made, changed) == (["created"] * 2, ["updated", "unchanged", "error"])
    first = Supplier.objects.get(code="V1")
    assert (first.contact, first.annual_capacity, first.active) == ("Ms Lin", 5000, True)
    verbs = AuditEntry.objects.filter(model="catalog.supplier").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["created", "created", "changed"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": " "}, "name"),
        ({"country": "China"}, "country"),
        ({"currency": "RMB"}, "currency"),
        ({"annual_capacity": -1}, "annual_capacity"),
    ],
)
def test_a_supplier_that_cannot_be_is_refused_and_keeps_no_other_out(values, field):
    [bad, good] = upsert_suppliers([item(**values), item("V9")], by=None, at=NOW)

    assert ([error.field for error in bad.errors], good.state) == ([field], "created")
    assert list(Supplier.objects.values_list("code", flat=True)) == ["V9"]


def test_a_supplier_is_not_saved_in_a_currency_that_there_is_none_of():
    with pytest.raises(InvalidData) as refusal:
        save_supplier(
            Supplier(code="V1", name="Cups", country="CN", currency="RMB"), by=None, at=NOW
        )

    assert refusal.value.message == "RMB is no ISO 4217 currency such as EUR."
    assert (Supplier.objects.count(), AuditEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize("weights", [("0.3", "0.3", "0.3"), ("0.5", "0.7", "-0.2")])
def test_the_weights_of_a_rule_add_up_to_one(weights):
    rule = ScoreRule(from_date=date(2026, 1, 1))
    rule.cost_weight, rule.quality_weight, rule.delivery_weight = map(Decimal, weights)

    with pytest.raises(InvalidData, match="add up to 1"):
        save_score_rule(rule, by=None, at=NOW)

    assert ScoreRule.objects.count() == 1  # the shipped one


def test_a_rule_looks_at_a_day_at_least():
    rule = ScoreRule(from_date=date(2026, 1, 1), window_days=0)
    rule.cost_weight, rule.quality_weight, rule.delivery_weight = Decimal(1), Decimal(0), Decimal(0)

    with pytest.raises(InvalidData, match="At least one day"):
        save_score_rule(rule, by=None, at=NOW)

    assert ScoreRule.objects.count() == 1


@pytest.fixture
def bought():
    """Two suppliers of one SKU; V1 dearer and late, V2 cheaper and on time; V3 sold nothing."""
    late = make.purchase_order(
        supplier=make.supplier("V1"),
        lines=[("S1", 100, "12.00")],
        expected_on=date(2026, 3, 20),
    )
    prompt = make.purchase_order(
        supplier=make.supplier("V2"),
        lines=[("S1", 300, "8.00")],
        expected_on=DAY,
    )
    make.supplier("V3")
    [first], [second] = late.lines.all(), prompt.lines.all()
    make.purchase_receipt(first, 50, on=date(2026, 3, 20))  # on the day itself: on time
    make.purchase_receipt(first, 40, rejected=10, on=date(2026, 3, 21))  # a day late
    make.purchase_receipt(second, 297, rejected=3, on=date(2026, 3, 19))
    return late, prompt


def test_a_score_is_made_of_what_came_what_was_rejected_and_what_was_paid(bought):
    done = score_suppliers(DAY, at=NOW)

    assert done == Scored(3)
    assert scores() == [
        # 0.3 × 100/1.3333 + 0.4 × 90 + 0.3 × 50 = 22.50056… + 36 + 15
        ("V1", DAY, 50, 100, 10, 100, Decimal("1.3333"), Decimal("73.5006"), "B"),
        # 0.3 × 100 + 0.4 × 99 + 0.3 × 100
        ("V2", DAY, 300, 300, 3, 300, Decimal("0.8889"), Decimal("99.60"), "A"),
        ("V3", DAY, 0, 0, 0, 0, None, None, ""),
    ]
    assert grades() == {"V1": "B", "V2": "A", "V3": ""}


def test_scoring_a_day_again_changes_nothing(bought):
    score_suppliers(DAY, at=NOW)
    before, entries = scores(), AuditEntry.objects.count()

    score_suppliers(DAY, at=NOW + timedelta(hours=1))

    assert (scores(), AuditEntry.objects.count()) == (before, entries)


def test_an_earlier_day_scored_later_leaves_the_grade_of_the_later_one(bought):
    score_suppliers(DAY, at=NOW)

    score_suppliers(date(2026, 2, 1), at=NOW)

    assert grades() == {"V1": "B", "V2": "A", "V3": ""}
    assert SupplierScore.objects.count() == 6


def test_what_is_due_today_counts_and_what_is_due_tomorrow_does_not():
    order = make.purchase_order(expected_on=DAY)

    score_suppliers(DAY - timedelta(days=1), at=NOW)
    score_suppliers(DAY, at=NOW)

    assert [(row[1], row[3]) for row in scores()] == [
        (DAY - timedelta(days=1), 0),
        (DAY, 10),
    ]
    assert order.status == "ordered"


def test_the_days_looked_at_begin_so_many_days_ago():
    ScoreRule.objects.update(window_days=10)
    first = DAY - timedelta(days=9)
    make.purchase_order("IN", expected_on=first, lines=[("S1", 4, "1")])
    make.purchase_order("OUT", expected_on=first - timedelta(days=1), lines=[("S2", 7, "1")])

    score_suppliers(DAY, at=NOW)

    assert [row[3] for row in scores()] == [4]


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_what_was_never_ordered_is_not_due(status):
    make.purchase_order(status=status)

    score_suppliers(DAY, at=NOW)

    assert [row[2:] for row in scores()] == [(0, 0, 0, 0, None, None, "")]


def test_prices_are_compared_in_the_reporting_currency_at_the_rate_of_the_day_of_ordering(bought):
    make.rate("6.0000000000", on=date(2026, 2, 1), source="USD")
    make.rate("9.0000000000", on=date(2026, 3, 2), source="USD")
    make.purchase_order(
        supplier=make.supplier("US", currency="USD"),
        lines=[("S1", 100, "2.00")],  # ordered on 1 March: 12.00, not 18.00
        expected_on=date(2026, 6, 1),
    )

    score_suppliers(DAY, at=NOW)

    # the average of 500 pieces: (1200 + 2400 + 1200) / 500 = 9.60
    assert {row[0]: row[6] for row in scores()} == {
        "V1": Decimal("1.25"),
        "V2": Decimal("0.8333"),
        "V3": None,
        "US": Decimal("1.25"),
    }


def test_a_line_without_a_rate_is_left_out_and_told_about(bought):
    make.purchase_order(
        supplier=make.supplier("US", currency="USD"),
        lines=[("S1", 100, "2.00")],
        expected_on=date(2026, 6, 1),
    )

    done = score_suppliers(DAY, at=NOW)

    assert done.suppliers == 4
    assert [note[:67] for note in done.notes] == [
        "There is no rate from USD to CNY on or before 2026-03-01. Load the "
    ]
    assert {row[0]: row[6] for row in scores()}["US"] is None


def test_without_a_rule_nobody_is_scored(bought):
    ScoreRule.objects.update(from_date=date(2027, 1, 1))

    done = score_suppliers(DAY, at=NOW)

    assert done == Scored(
        0, ("No rule for scores holds on 2026-03-31: add one from an earlier day.",)
    )
    assert SupplierScore.objects.count() == 0


def test_the_grade_given_is_in_the_audit_trail(bought):
    score_suppliers(DAY, at=NOW)

    graded = AuditEntry.objects.filter(verb="graded").order_by("pk")
    assert sorted(graded.values_list("record", flat=True)) == ["Supplier V1", "Supplier V2"]


@pytest.mark.parametrize("many", [1, 3])
def test_scoring_asks_the_same_few_questions_for_any_number(many, django_assert_max_num_queries):
    for number in range(many):
        make.purchase_order(supplier=make.supplier(f"V{number}"))

    with django_assert_max_num_queries(16):
        score_suppliers(DAY, at=NOW)
