"""Who may decide: every rule by itself, and all of them against a second statement of the rule."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.core.four_eyes import Authority, Case, authority_for
from opsdesk.core.errors import NotAllowed

ANN, BO, CY, DI = 1, 2, 3, 4
OPS, AWAY = 10, 20


def case(**values):
    return Case(
        **{"proposers": frozenset({ANN}), "departments": frozenset({OPS})}
        | {
            key: frozenset(value) if isinstance(value, set) else value
            for key, value in values.items()
        }
    )


def refusal(of, decider, *authorities):
    with pytest.raises(NotAllowed) as refused:
        authority_for(of, decider, authorities)
    return refused.value.code


@pytest.mark.parametrize(
    ("of", "code"),
    [
        (case(proposers={BO}), "own_proposal"),
        (case(receivers={BO}), "own_pay"),
        (case(meddlers={BO}), "changed_input"),
        # several reasons: the first thing to say is that it is the own proposal
        (case(proposers={BO}, receivers={BO}, meddlers={BO}), "own_proposal"),
    ],
)
def test_nobody_decides_on_what_is_the_own(of, code):
    assert refusal(of, BO, Authority(BO)) == code


def test_who_has_no_authority_decides_nothing():
    assert refusal(case(), BO) == "no_right"


@pytest.mark.parametrize("departments", [{AWAY}, {OPS, AWAY}, set()])
def test_an_authority_reaches_no_further_than_its_departments(departments):
    authority = Authority(BO, departments=frozenset({OPS}))

    assert refusal(case(departments=departments), BO, authority) == "no_right"


def test_an_authority_for_the_company_reaches_what_belongs_to_no_department():
    assert authority_for(case(departments=set()), BO, [Authority(BO)]) == Authority(BO)


@pytest.mark.parametrize(
    ("amount", "allowed"), [("99.99", True), ("100.00", True), ("100.01", False)]
)
def test_a_limit_belongs_to_what_may_be_decided(amount, allowed):
    authority = Authority(BO, up_to=Decimal("100.00"))
    of = case(amount=Decimal(amount))

    if allowed:
        assert authority_for(of, BO, [authority]) == authority
    else:
        assert refusal(of, BO, authority) == "over_limit"


def test_the_refusal_names_the_highest_limit_and_the_amount():
    limits = [Authority(BO, up_to=Decimal(100)), Authority(BO, up_to=Decimal(2500))]

    with pytest.raises(NotAllowed) as refused:
        authority_for(case(amount=Decimal("3000.5")), BO, limits)

    assert refused.value.message == (
        "3,000.50 is more than you may decide on (2,500.00); somebody with a higher limit must."
    )


@pytest.mark.parametrize("part", ["proposers", "receivers", "meddlers"])
def test_a_stand_in_may_not_what_who_is_away_may_not(part):
    assert refusal(case(**{part: {CY}}), BO, Authority(CY)) == "through_stand_in"


@pytest.mark.parametrize("part", ["proposers", "receivers", "meddlers"])
def test_a_stand_in_may_not_what_who_chose_the_stand_in_may_not(part):
    assert refusal(case(**{part: {DI}}), BO, Authority(CY, named_by=DI)) == "through_stand_in"


def test_the_own_authority_comes_before_a_borrowed_one():
    borrowed, own = Authority(CY), Authority(BO)

    assert authority_for(case(), BO, [borrowed, own]) == own


def test_a_borrowed_authority_serves_where_the_own_one_is_too_small():
    borrowed, own = Authority(CY), Authority(BO, up_to=Decimal(1))

    assert authority_for(case(amount=Decimal(2)), BO, [own, borrowed]) == borrowed


def test_each_case_may_word_its_refusals():
    with pytest.raises(NotAllowed) as refused:
        authority_for(case(), BO, [], {"no_right": "Not you."})

    assert refused.value.message == "Not you."


people = st.integers(1, 4)
groups = st.frozensets(people, max_size=2)
departments = st.frozensets(st.sampled_from([OPS, AWAY]), max_size=2)
amounts = st.integers(0, 3).map(Decimal)
cases = st.builds(Case, groups, groups, groups, departments, amounts)
authorities = st.builds(
    Authority,
    people,
    st.none() | people,
    st.none() | people,
    st.none() | departments,
    st.none() | amounts,
)


@given(cases, people, st.lists(authorities, max_size=4))
def test_whatever_the_case_nobody_involved_ever_decides(of, decider, held):
    involved = of.proposers | of.receivers | of.meddlers

    def serves(one):
        return (
            not {decider, one.lender, one.named_by, one.confirmed_by} & involved
            and (one.departments is None or (of.departments and of.departments <= one.departments))
            and (one.up_to is None or of.amount <= one.up_to)
        )

    try:
        found = authority_for(of, decider, held)
    except NotAllowed:
        found = None

    assert (found in held and serves(found)) if found else not any(map(serves, held))


@pytest.mark.parametrize("part", ["proposers", "receivers", "meddlers"])
def test_nor_through_a_stand_in_that_such_a_person_confirmed(part):
    lent = Authority(CY, named_by=CY, confirmed_by=DI)

    assert refusal(case(**{part: {DI}}), BO, lent) == "through_stand_in"
