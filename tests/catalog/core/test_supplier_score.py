"""Scores of suppliers: the parts, what is left out, and where a grade begins."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.supplier_score import (
    Bought,
    Record,
    Rule,
    cost_points,
    grade_of,
    price_indices,
    score,
)

RULE = Rule(Decimal("0.3"), Decimal("0.4"), Decimal("0.3"), 85, 70, 55)
D = Decimal


def points(record, rule=RULE):
    made = score(record, rule)
    return made.shown, made.grade


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        # 0.3 × 100/1.25 + 0.4 × 98 + 0.3 × 75 = 24 + 39.2 + 22.5
        (Record(75, 100, 2, 100, D("1.25")), (D("85.7000"), "A")),
        # the same without a price: (0.4 × 98 + 0.3 × 75) / 0.7 = 61.7 / 0.7
        (Record(75, 100, 2, 100), (D("88.1429"), "A")),
        # only deliveries are known
        (Record(on_time=7, due=10), (D("70.0000"), "B")),
        (Record(rejected=1, inspected=2), (D("50.0000"), "D")),
        (Record(price_index=D("0.8000")), (D("100.0000"), "A")),  # cheaper earns no more than 100
        (Record(), (None, "")),
        (Record(on_time=0, due=5), (D("0.0000"), "D")),  # nothing came: known, and nothing
    ],
)
def test_what_is_known_is_weighed_and_the_rest_left_out(record, expected):
    assert points(record) == expected


def test_every_part_keeps_its_points_and_the_weight_it_had():
    parts = score(Record(75, 100, 2, 100), RULE).parts

    assert [(p.name, p.points, p.share) for p in parts] == [
        ("cost", None, None),
        ("quality", Fraction(98), Fraction(4, 7)),
        ("delivery", Fraction(75), Fraction(3, 7)),
    ]


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (Fraction(85), "A"),
        (Fraction(849999999, 10000000), "B"),  # rounds to 85, and is below it
        (Fraction(70), "B"),
        (Fraction(6999, 100), "C"),
        (Fraction(55), "C"),
        (Fraction(0), "D"),
    ],
)
def test_a_grade_is_given_from_its_points_on_and_nothing_is_rounded_before(value, grade):
    assert grade_of(value, RULE) == grade


def test_a_part_without_weight_decides_nothing():
    rule = Rule(D(0), D(1), D(0), 85, 70, 55)

    assert points(Record(on_time=0, due=5, rejected=1, inspected=10), rule) == (D("90.0000"), "A")
    assert points(Record(on_time=5, due=5), rule) == (None, "")


def test_a_price_index_compares_what_was_paid_with_what_the_same_pieces_cost_on_the_average():
    bought = [
        Bought(1, 7, 100, D("12")),
        Bought(2, 7, 300, D("8")),  # average of SKU 7: (1200 + 2400) / 400 = 9
        Bought(1, 8, 10, D("1000")),  # nobody else sells SKU 8
        Bought(3, 9, 10, D("5")),  # nor SKU 9
    ]

    assert price_indices(bought) == {1: D("1.3333"), 2: D("0.8889")}


def test_lines_weigh_by_what_their_pieces_cost_on_the_average():
    bought = [
        Bought(1, 7, 1, D("2")),
        Bought(2, 7, 1, D("4")),  # average 3
        Bought(1, 8, 1, D("40")),
        Bought(2, 8, 1, D("20")),  # average 30
    ]

    # supplier 1: (2 + 40) / 33, supplier 2: (4 + 20) / 33
    assert price_indices(bought) == {1: D("1.2727"), 2: D("0.7273")}


def test_goods_that_cost_nothing_compare_nothing():
    assert price_indices([Bought(1, 7, 5, D(0)), Bought(2, 7, 5, D(0))]) == {}


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (None, None),
        (D("1"), Fraction(100)),
        (D("0"), Fraction(100)),
        (D("1.25"), Fraction(80)),
        (D("4"), Fraction(25)),
    ],
)
def test_the_points_of_cost(index, expected):
    assert cost_points(index) == expected


counts = st.integers(0, 10**6)


@given(st.builds(lambda a, b: (min(a, b), max(a, b)), counts, counts),
       st.builds(lambda a, b: (min(a, b), max(a, b)), counts, counts),
       st.none() | st.decimals("0", "100", places=4))  # fmt: skip
def test_a_score_lies_between_its_worst_and_its_best_part(delivered, inspected, index):
    made = score(Record(*delivered, *inspected, index), RULE)

    known = [part.points for part in made.parts if part.points is not None]
    assert (made.points is None) == (not known)
    if known:
        assert 0 <= min(known) <= made.points <= max(known) <= 100
        assert sum(part.share for part in made.parts if part.share is not None) == 1


@given(st.lists(st.builds(Bought, st.integers(1, 4), st.integers(1, 3), st.integers(1, 1000),
                          st.decimals("0.01", "1000", places=2)), max_size=12))  # fmt: skip
def test_nobody_is_dearer_than_the_average_unless_somebody_is_cheaper(bought):
    indices = price_indices(bought)

    if indices:
        assert min(indices.values()) <= 1 <= max(indices.values())
