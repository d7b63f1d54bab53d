"""Points, weights and grades at every mark and on either side of it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from kpis.core.scoring import Good, Item, Scale, grade_of, points_of, score_card

HIGH = Scale(floor=Decimal("0.5"), target=Decimal("1"), stretch=Decimal("1.2"))
LOW = Scale(floor=Decimal("0.10"), target=Decimal("0.05"), stretch=Decimal("0.03"), good=Good.LOW)
FULL = Scale(target=Decimal("1"))


@pytest.mark.parametrize(
    ("scale", "value", "points"),
    [
        (HIGH, "0.4", "0"),
        (HIGH, "0.5", "0"),  # the floor itself
        (HIGH, "0.75", "50"),
        (HIGH, "0.995", "99"),
        (HIGH, "1", "100"),
        (HIGH, "1.1", "110"),
        (HIGH, "1.2", "120"),
        (HIGH, "5", "120"),  # the cap
        (LOW, "0.20", "0"),
        (LOW, "0.10", "0"),
        (LOW, "0.075", "50"),
        (LOW, "0.05", "100"),
        (LOW, "0.04", "110"),
        (LOW, "0.03", "120"),
        (LOW, "0", "120"),
        (Scale(target=Decimal("40")), "10", "25"),  # without a floor from 0
        (Scale(target=Decimal("40")), "-1", "0"),
        (Scale(target=Decimal("40")), "80", "100"),  # without a stretch no more than 100
        (Scale(target=Decimal("0.05"), good=Good.LOW), "0.075", "50"),  # from twice the target
        (Scale(target=Decimal("0.05"), good=Good.LOW), "0.1", "0"),
        (Scale(target=Decimal("0.05"), good=Good.LOW), "0.01", "100"),
        (Scale(target=Decimal("0")), "0", "100"),
        (Scale(target=Decimal("0"), good=Good.LOW), "1", "0"),
    ],
)
def test_points(scale, value, points):
    assert points_of(Fraction(value), scale) == Fraction(points)


@pytest.mark.parametrize(
    ("score", "grade", "lowered"),
    [
        ("120", "S", "A"),
        ("110", "S", "A"),
        ("109.9999", "A", "B"),
        ("90", "A", "B"),
        ("89.99999999", "B", "C"),
        ("75", "B", "C"),
        ("74.9999", "C", "D"),
        ("60", "C", "D"),
        ("59.9999", "D", "D"),
        ("0", "D", "D"),
    ],
)
def test_grades(score, grade, lowered):
    assert (grade_of(Fraction(score)), grade_of(Fraction(score), lowered=True)) == (grade, lowered)


def test_a_score_is_the_weighted_mean():
    items = [Item(60, FULL, Decimal("0.9")), Item(40, FULL, Decimal("1"), Decimal("2"))]

    result = score_card(items)

    assert result.points == (Decimal(90), Decimal(50))
    assert (result.score, result.grade) == (Decimal(74), "C")


def test_a_missing_value_spreads_its_weight_in_proportion():
    items = [
        Item(40, FULL, Decimal("1")),
        Item(20, FULL, Decimal("0.5")),
        Item(40, FULL, Decimal("3"), Decimal("0")),  # an empty denominator is no value
    ]

    result = score_card(items)

    assert result.points == (Decimal(100), Decimal(50), None)
    assert result.weights == (Decimal("66.6667"), Decimal("33.3333"), Decimal(0))
    # (40 x 100 + 20 x 50) / 60
    assert (result.score, result.grade) == (Decimal("83.3333"), "B")


@pytest.mark.parametrize(("missing", "grade"), [(50, "A"), (51, "")])
def test_more_than_half_missing_is_incomplete(missing, grade):
    items = [Item(100 - missing, FULL, Decimal("0.95")), Item(missing, FULL, None)]

    result = score_card(items)

    assert result.grade == grade
    assert (result.score is None) is (grade == "")


def test_a_zero_is_a_value():
    assert score_card([Item(100, FULL, Decimal(0))]).score == Decimal(0)


def test_nothing_measured_is_incomplete():
    assert score_card([Item(100, FULL, None)]).score is None


def test_a_major_violation_lowers_the_grade_and_not_the_score():
    result = score_card([Item(100, FULL, Decimal("0.95"))], major_violation=True)

    assert (result.score, result.grade) == (Decimal(95), "B")


def test_a_grade_compares_the_exact_score():
    items = [Item(1, FULL, Decimal("2"), Decimal("3")), Item(99, FULL, Decimal("0.9"))]

    # 0.666… + 89.1 = 89.7666…, shown with four places
    assert score_card(items).score == Decimal("89.7667")


def test_a_score_just_below_a_grade_is_not_rounded_into_it():
    almost = Item(100, FULL, Decimal("899999999"), Decimal("1000000000"))

    result = score_card([almost])

    assert (result.score, result.grade) == (Decimal("90.0000"), "B")
