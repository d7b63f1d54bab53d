"""Scorecards of the last and the current month, from the shipped template."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ClosedMonth
from catalog.models import DirtyDay, StoreAssignment
from kpis.actions.scorecards import scorecards_of
from kpis.models import MetricDefinition, Scorecard, ScorecardTemplate
from opsdesk.core.periods import Period
from tests import factories as make
from tests.kpis.night import night

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


def promoter():
    """A promoter with a store that sold 900.00 of 1,000.00, a third of it to new customers."""
    person = make.employment().person
    StoreAssignment.objects.create(
        store=make.store(), person=person, share=Decimal("0.5"), from_date=date(2026, 1, 1)
    )
    make.target("1000.00")
    make.order("300.00", customer=make.customer("new"), customer_order_no=1, units=40)
    make.order(
        *("600.00",),
        customer=make.customer("old"),
        customer_order_no=2,
        previous_order_on=date(2026, 2, 1),
        units=60,
    )
    DirtyDay.objects.create(family="sales", store=make.store(), day=date(2026, 3, 10))
    return person


def cards():
    return list(Scorecard.objects.order_by("start").values_list("start", "score", "grade"))


def test_a_scorecard_by_hand():
    promoter()

    night(as_of=date(2026, 3, 31))

    # 900 / 1000 between 0.3 and 1: 85.7143; new 1/3 between 0.3 and 0.4: 106.6667;
    # again 1 of 2: 120; nothing came back: 120. Weights 40, 20, 20, 20.
    assert cards()[1] == (MARCH, Decimal("103.6190"), "A")
    lines = Scorecard.objects.get(start=MARCH).lines
    assert [(line["metric"], line["points"]) for line in lines] == [
        ("target_completion", "85.7143"),
        ("new_customer_share", "106.6667"),
        ("repurchase_rate", "120.0000"),
        ("return_rate", "120.0000"),
    ]
    assert {key: lines[1][key] for key in ("numerator", "denominator", "definition_version")} == {
        "numerator": "150.00",
        "denominator": "450.00",
        "definition_version": 1,
    }


def test_a_month_without_figures_is_incomplete():
    promoter()

    night(as_of=date(2026, 3, 31))

    assert cards()[0] == (date(2026, 2, 1), None, "")


def test_a_second_night_leaves_the_scorecards_as_they_are():
    promoter()
    night(as_of=date(2026, 3, 31))

    run = night(as_of=date(2026, 3, 31))

    assert run.steps.get(name="scorecards").rows_written == 0
    assert not Scorecard.objects.filter(run=run).exists()


def test_a_closed_month_keeps_its_scorecard():
    promoter()
    night(as_of=date(2026, 3, 31))
    before = cards()
    ClosedMonth.objects.create(department=make.department(), month=MARCH, closed_at=make.NOW)
    MetricDefinition.objects.filter(code="repurchase_rate").update(numerator={"customers": 1})

    night(as_of=date(2026, 3, 31))

    assert cards() == before


def test_who_left_the_position_has_no_scorecard_any_more():
    person = promoter()
    night(as_of=date(2026, 3, 31))
    person.employments.update(to_date=date(2026, 2, 1))

    night(as_of=date(2026, 3, 31))

    assert cards() == []


def test_the_template_of_the_level_goes_first():
    promoter()
    shipped = ScorecardTemplate.objects.get()
    own = ScorecardTemplate.objects.create(
        position=shipped.position,
        level="mid",
        period_kind="month",
        version=1,
        effective_from=MARCH,
    )
    own.items.create(metric="orders", dimension="results", weight=100, target=Decimal(2))

    night(as_of=date(2026, 3, 31))

    # Half of two orders is one; February is measured by the template of the position.
    assert list(Scorecard.objects.order_by("start").values_list("template", "score")) == [
        (shipped.pk, None),
        (own.pk, Decimal("50.00")),
    ]


def test_a_metric_that_nobody_defined_has_no_value():
    promoter()
    item = ScorecardTemplate.objects.get().items.get(metric="return_rate")
    item.metric = "no_such_metric"
    item.save()

    night(as_of=date(2026, 3, 31))

    line = Scorecard.objects.get(start=MARCH).lines[3]
    assert (line["value"], line["points"], line["weight_used"]) == (None, None, "0.0000")


def test_scorecards_take_the_same_statements_for_one_and_for_many(django_assert_num_queries):
    month = Period("month", MARCH)
    run = night(as_of=date(2026, 3, 31))
    make.employment()
    with CaptureQueriesContext(connection) as one:
        scorecards_of(month, run)
    for _ in range(3):
        make.employment()

    with django_assert_num_queries(len(one)):
        cards, _ = scorecards_of(month, run)

    assert len(cards) == 4
