"""Which numbers of a product are a signal, which move it proposes, and what it says."""

from decimal import Decimal

import pytest

from catalog.core.signals import (
    Bound,
    Evidence,
    Facts,
    ReviewCounts,
    SignalKind,
    SignalVerb,
    nearest,
    sentence,
    signals,
)


def bound(kind, threshold, *, verb="optimise", min_units=0):
    return Bound(kind, verb, Decimal(threshold), min_units, window_days=30, quiet_days=30)


def facts(sold=0, refunded=0, *, status="on_sale", **known):
    return Facts(status, {30: sold}, {30: refunded}, **known)


@pytest.mark.parametrize(
    ("sold", "refunded", "min_units", "arises"),
    [
        (100, 10, 1, False),  # exactly the threshold: not above it
        (100, 11, 1, True),
        (1000, 101, 1, True),
        (30, 15, 31, False),  # one piece too few to say anything
        (30, 15, 30, True),
        (0, 3, 0, False),  # nothing sold: there is no rate
        (0, 0, 0, False),
        (2, 3, 0, True),  # more came back than was sold in the window
    ],
)
def test_a_return_rate_above_its_threshold_is_a_signal(sold, refunded, min_units, arises):
    rule = bound("return_rate", "0.10", min_units=min_units)

    found = signals(facts(sold, refunded), [rule])

    evidence = Evidence(refunded, sold, Decimal("0.10"), 30)
    assert {kind: one.evidence for kind, one in found.items()} == (
        {"return_rate": evidence} if arises else {}
    )


@pytest.mark.parametrize(
    ("sold", "on_hand", "state_days", "arises"),
    [
        (5, 8, 90, False),  # exactly the threshold: not below it
        (4, 8, 90, True),
        (0, 8, 90, True),
        (0, 8, 30, True),  # on sale for just the whole window
        (0, 8, 29, False),  # a day short of the window
        (0, 8, None, True),  # nobody knows since when: it is no new product
        (0, 3, 90, True),
        (0, 2, 90, False),  # had next to nothing to sell
        (0, None, 90, True),  # its stock is kept elsewhere
    ],
)
def test_few_sales_of_a_product_that_could_sell_are_a_signal(sold, on_hand, state_days, arises):
    rule = bound("slow_sales", "5", min_units=3)

    found = signals(facts(sold, on_hand=on_hand, state_days=state_days), [rule])

    evidence = Evidence(sold, on_hand, Decimal(5), 30)
    assert {kind: one.evidence for kind, one in found.items()} == (
        {"slow_sales": evidence} if arises else {}
    )


def test_where_nobody_knows_what_was_sold_nothing_is_slow():
    unknown = Facts("on_sale", {}, {30: 3}, on_hand=8)

    assert signals(unknown, [bound("slow_sales", "5"), bound("return_rate", "0.1")]) == {}


@pytest.mark.parametrize(
    ("age_days", "on_hand", "arises"),
    [
        (180, 8, False),  # exactly the threshold: not older
        (181, 8, True),
        (181, 3, True),
        (181, 2, False),  # hardly anything left
        (None, 8, False),  # nobody knows when it came in
        (None, None, False),
        (900, None, False),
    ],
)
def test_old_stock_is_a_signal(age_days, on_hand, arises):
    rule = bound("stock_age", "180", verb="clear", min_units=3)

    found = signals(facts(age_days=age_days, on_hand=on_hand), [rule])

    evidence = Evidence(age_days, on_hand, Decimal(180), 30)
    assert {kind: one.evidence for kind, one in found.items()} == (
        {"stock_age": evidence} if arises else {}
    )


@pytest.mark.parametrize(
    ("reviews", "bad", "min_units", "arises"),
    [
        (10, 2, 10, False),  # exactly the threshold: not above it
        (11, 3, 10, True),
        (1000, 201, 10, True),
        (9, 9, 10, False),  # one review too few to say anything
        (10, 9, 10, True),
        (0, 0, 0, False),  # none at all: there is no share
    ],
)
def test_a_share_of_bad_reviews_above_its_threshold_is_a_signal(reviews, bad, min_units, arises):
    rule = bound("bad_reviews", "0.20", min_units=min_units)

    found = signals(facts(reviewed={30: ReviewCounts(reviews, bad)}), [rule])

    evidence = Evidence(bad, reviews, Decimal("0.20"), 30)
    assert {kind: one.evidence for kind, one in found.items()} == (
        {"bad_reviews": evidence} if arises else {}
    )


@pytest.mark.parametrize(
    ("reviews", "complaints", "arises"),
    [
        (8, 5, False),  # exactly the threshold: not more
        (8, 6, True),
        (3, 6, True),
        (2, 6, False),  # one review too few
        (0, 0, False),
    ],
)
def test_many_keywords_in_bad_reviews_are_a_signal(reviews, complaints, arises):
    rule = bound("complaints", "5", min_units=3)

    found = signals(facts(reviewed={30: ReviewCounts(reviews, 2, complaints)}), [rule])

    evidence = Evidence(complaints, reviews, Decimal(5), 30)
    assert {kind: one.evidence for kind, one in found.items()} == (
        {"complaints": evidence} if arises else {}
    )


def test_reviews_of_another_window_say_nothing():
    rules = [bound("bad_reviews", "0"), bound("complaints", "0")]

    assert signals(facts(reviewed={90: ReviewCounts(9, 9, 9)}), rules) == {}
    assert signals(facts(), rules) == {}


@pytest.mark.parametrize(
    ("status", "verb", "proposed"),
    [
        ("on_sale", "optimise", True),
        ("optimising", "optimise", False),  # that is what is being done
        ("on_sale", "clear", True),
        ("optimising", "clear", True),
        ("clearance", "clear", False),
        ("retired", "clear", False),
        ("ready", "optimise", False),
    ],
)
def test_only_a_move_from_the_present_state_is_proposed(status, verb, proposed):
    found = signals(facts(status=status), [bound("slow_sales", "5", verb=verb)])

    assert [one.bound.verb for one in found.values()] == ([verb] if proposed else [])


@pytest.mark.parametrize(("sold", "verb"), [(0, "clear"), (1, "optimise"), (4, "optimise")])
def test_of_two_rules_of_a_kind_the_stronger_move_is_proposed(sold, verb):
    rules = [bound("slow_sales", "5"), bound("slow_sales", "1", verb="clear")]

    found = signals(facts(sold), rules)

    assert {kind: one.bound.verb for kind, one in found.items()} == {"slow_sales": verb}


def test_the_rule_of_the_nearest_category_holds():
    of_all, of_root, of_leaf = (bound("slow_sales", n) for n in ("1", "2", "3"))
    other = bound("stock_age", "90", verb="clear")
    rules = {
        ("slow_sales", "optimise", None): of_all,
        ("slow_sales", "optimise", 1): of_root,
        ("slow_sales", "optimise", 3): of_leaf,
        ("stock_age", "clear", None): other,
        ("stock_age", "clear", 1): None,  # switched off there
    }

    assert nearest(rules, [9]) == [of_all, other]
    assert nearest(rules, [2, 1]) == [of_root]
    assert nearest(rules, [3, 2, 1]) == [of_leaf]
    assert nearest({}, [1]) == []


def test_every_kind_has_a_judge_and_every_verb_is_a_move_of_products():
    rules = [bound(kind, "1", verb=verb) for kind in SignalKind for verb in SignalVerb]

    assert set(signals(facts(), rules)) == {"slow_sales"}


@pytest.mark.parametrize(
    ("kind", "evidence", "said"),
    [
        (
            "return_rate",
            Evidence(12, 80, Decimal("0.10"), 30),
            "Sold in 30 days: 80, refunded: 12. A return rate of 15.00 % is above 10.00 %.",
        ),
        (
            "slow_sales",
            Evidence(3, 120, Decimal("5.00"), 30),
            "Sold in 30 days: 3, fewer than 5. On hand: 120.",
        ),
        ("slow_sales", Evidence(3, None, Decimal(5), 30), "Sold in 30 days: 3, fewer than 5."),
        (
            "stock_age",
            Evidence(240, 120, Decimal(180), 30),
            "On hand: 120. The oldest piece came in 240 days ago, more than 180.",
        ),
        (
            "bad_reviews",
            Evidence(9, 40, Decimal("0.20"), 30),
            "Reviews in 30 days: 40, with 1 or 2 stars: 9. A share of 22.50 % is above 20.00 %.",
        ),
        (
            "complaints",
            Evidence(7, 40, Decimal("5.00"), 30),
            "Reviews in 30 days: 40. Keywords in those with 1 or 2 stars: 7, more than 5.",
        ),
    ],
)
def test_a_signal_says_its_numbers(kind, evidence, said):
    assert sentence(kind, Evidence.of(evidence.kept())) == said
