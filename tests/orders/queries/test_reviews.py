"""How often keywords stand in reviews, for whoever asks."""

from datetime import date, timedelta

import pytest

from accounts.core.roles import Role
from orders.models import KeywordDay
from orders.queries.reviews import Span, keyword_counts, worst_products
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)


@pytest.fixture
def cup():
    return make.product("CUP")


def count(phrase, reviews, bad, *, of, store=None, day=DAY):
    KeywordDay.objects.create(
        store=store or make.store(),
        product=of,
        keyword=make.keyword(phrase),
        day=day,
        reviews=reviews,
        bad=bad,
    )


def told(scope, span):
    return [(one.keyword.phrase, one.reviews, one.bad) for one in keyword_counts(scope, span)]


def test_counts_are_added_up_over_days_and_stores_the_worst_first(cup, django_assert_num_queries):
    pan, boss = make.product("PAN"), make.scope(make.manager())
    count("broken", 5, 2, of=cup)
    count("broken", 1, 1, of=cup, store=make.store("DE"))
    count("broken", 9, 9, of=pan)
    count("late", 9, 3, of=cup)
    count("noisy", 9, 0, of=cup)
    count("broken", 90, 90, of=cup, day=DAY - timedelta(days=1))  # the day before
    count("broken", 90, 90, of=cup, day=DAY + timedelta(days=2))  # the day after
    span = Span(DAY, DAY + timedelta(days=1), cup)

    with django_assert_num_queries(2):
        found = told(boss, span)

    assert found == [("late", 9, 3), ("broken", 6, 3), ("noisy", 9, 0)]
    everywhere = Span(span.first, span.last)
    assert told(boss, everywhere)[0] == ("broken", 15, 12)
    assert worst_products(boss, everywhere, 5) == [(pan, 9), (cup, 6)]
    assert worst_products(boss, everywhere, 1) == [(pan, 9)]


def test_one_sees_the_counts_of_the_own_stores(cup):
    count("broken", 2, 1, of=cup)
    count("broken", 9, 9, of=cup, store=make.store("FR", department=make.department("away")))
    me = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=me))

    assert told(make.scope(me), Span(DAY, DAY, cup)) == [("broken", 2, 1)]
    assert told(make.scope(make.user()), Span(DAY, DAY, cup)) == []
