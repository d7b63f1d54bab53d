"""Promotions: what the calendar asks of them, and their result against a baseline."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.lifecycle import PROMOTION
from catalog.core.promotions import Phases, Sold, due_move, missed, result_of
from opsdesk.core.moves import drawing
from opsdesk.core.ratios import Ratio

D = Decimal
DAY = timedelta(days=1)
# five days: two of warm-up, two of run, one of wrap-up; the baseline begins on March 27th
PHASES = Phases(date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 5), date(2026, 4, 6))
FIRST, LAST = date(2026, 3, 1), date(2026, 4, 30)


def april(day):
    return date(2026, 4, day)


@pytest.mark.parametrize(
    ("status", "today", "expected"),
    [
        ("planned", date(2026, 3, 31), None),
        ("planned", april(1), "warm_up"),
        ("planned", april(2), "warm_up"),
        ("planned", april(3), "run"),
        ("planned", april(5), "run"),
        ("planned", april(6), None),
        ("warming_up", april(2), None),
        ("warming_up", april(3), "run"),
        ("warming_up", april(9), "run"),
        ("running", april(4), None),
        ("running", april(5), "wrap_up"),
        ("running", april(6), "close"),
        ("wrapping_up", april(5), None),
        ("wrapping_up", april(6), "close"),
        ("closed", april(9), None),
        ("cancelled", april(2), None),
    ],
)
def test_a_move_is_due_on_the_first_day_of_its_phase(status, today, expected):
    assert due_move(status, PHASES, today) == expected
    if expected:
        assert status in PROMOTION.move(expected).sources


def test_without_a_warm_up_it_runs_at_once():
    phases = Phases(april(3), april(3), april(5), april(6))

    assert due_move("planned", phases, april(3)) == "run"


@pytest.mark.parametrize(
    ("status", "day", "expected"),
    [("planned", 5, False), ("planned", 6, True), ("running", 6, False)],
)
def test_what_is_planned_after_its_last_day_was_missed(status, day, expected):
    assert missed(status, PHASES, april(day)) is expected


def sold(by_day, first=FIRST, last=LAST):
    return Sold({day: D(value) for day, value in by_day.items()}, first, last, "CNY")


BEFORE = {date(2026, 3, 26): "999", date(2026, 3, 27): "100", date(2026, 3, 31): "150"}
DURING = {april(1): "200", april(4): "300", april(5): "250", april(6): "999"}


def test_the_whole_promotion_against_as_many_days_before():
    result = result_of(PHASES, sold(BEFORE | DURING), D("200"))

    assert (result.sales, result.baseline) == (Ratio(D(750), D(5)), Ratio(D(250), D(5)))
    assert (result.sales.value, result.baseline.value) == (D(150), D(50))
    assert (result.uplift, result.roi) == (D("500.00"), D("1.5000"))


def test_one_that_goes_on_is_held_against_the_mean_of_a_day():
    # two days of 200 against 50 a day
    result = result_of(PHASES, sold(BEFORE | DURING, last=april(2)), D("200"))

    assert result.sales == Ratio(D(200), D(2))
    assert (result.uplift, result.roi) == (D("100.00"), D("-0.5000"))


@pytest.mark.parametrize(
    ("first", "last", "spent", "uplift", "roi"),
    [
        (date(2026, 3, 27), april(30), "200", D("500.00"), D("1.5000")),
        # a day of the baseline is unknown: it is not zero
        (date(2026, 3, 28), april(30), "200", None, None),
        # nothing of the promotion is known yet
        (FIRST, date(2026, 3, 31), "200", None, None),
        (FIRST, april(30), "0", D("500.00"), None),
        (FIRST, april(30), None, D("500.00"), None),
    ],
)
def test_what_is_unknown_stays_unknown(first, last, spent, uplift, roi):
    spent = None if spent is None else D(spent)

    result = result_of(PHASES, sold(BEFORE | DURING, first, last), spent)

    assert (result.uplift, result.roi) == (uplift, roi)


def test_days_without_sales_count_as_none():
    result = result_of(PHASES, sold({}), D("10"))

    assert (result.sales, result.uplift, result.roi) == (
        Ratio(D(0), D(5)),
        D("0.00"),
        D("-1.0000"),
    )


AMOUNTS = st.decimals("0", "99999", places=2)


@given(st.lists(AMOUNTS, min_size=5, max_size=5), st.lists(AMOUNTS, min_size=5, max_size=5))
def test_over_all_days_the_uplift_is_the_difference_of_the_sums(before, during):
    days = {PHASES.baseline_on + DAY * n: v for n, v in enumerate(before + during)}

    result = result_of(PHASES, Sold(days, FIRST, april(30), "CNY"), D(1))

    assert result.uplift == sum(during) - sum(before)


def test_the_life_is_drawn_in_the_documentation_as_it_is():
    text = (Path(__file__).resolve().parents[3] / "docs" / "promotions.md").read_text()
    drawn = text.split("<!-- life:promotion -->\n")[1].split("<!-- /life:promotion -->")[0]

    assert drawn == drawing(PROMOTION)
