"""The shortest way from one state of a life to another."""

import pytest

from orders.core.lifecycle import DISPUTE, REVIEW


@pytest.mark.parametrize(
    ("start", "goal", "way"),
    [
        ("opened", "opened", ()),
        ("opened", "won", ("win",)),
        ("opened", "mediation", ("mediate",)),  # not by an investigation
        ("opened", "arbitration", ("mediate", "arbitrate")),
        ("mediation", "investigating", None),
        ("won", "lost", None),
    ],
)
def test_a_way_takes_as_few_steps_as_can_be(start, goal, way):
    assert DISPUTE.route(start, goal) == way


def test_a_way_may_lead_back():
    assert REVIEW.route("left", "solved") == ("open", "solve")
