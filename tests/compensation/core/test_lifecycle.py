"""The moves of a pay run."""

import pytest

from compensation.core.lifecycle import MOVES, PayLineKind, PayRunState, sources


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("open", {"calculated", "submitted", "approved"}),  # from approved: the approval is void
        ("calculated", {"open", "calculated"}),
        ("submitted", {"calculated"}),
        ("approved", {"submitted"}),
        ("locked", {"approved"}),
        ("paid", {"locked"}),
    ],
)
def test_a_state_is_reached_only_from_its_sources(to, expected):
    found = sources(PayRunState(to))

    assert found == {PayRunState(state) for state in expected}


def test_only_the_way_back_to_open_needs_a_reason():
    needing = [name for name, move in MOVES.items() if move.needs_reason]

    assert needing == ["return_to_open", "void"]


def test_the_kinds_of_line_are_those_that_payrun_show_prints():
    assert PayLineKind.values == [
        "base_salary",
        "allowance",
        "performance_pay",
        "commission",
        "over_achievement",
        "attendance",
        "penalty",
        "bonus",
        "deduction",
        "adjustment",
        "draw",
        "held",
    ]
