"""The harness measures in turns, compares outputs first and voids a restless run."""

from types import SimpleNamespace

import pytest

from bench.harness import OutputsDiffer, Round, Verdict, check_outputs, judge, measure


def case(**results):
    calls = []

    def form(name):
        def run():
            calls.append(name)
            return results.get(name, "same")

        return run

    made = SimpleNamespace(reset=lambda: None, GOAL_ID="P0", GOAL=1.5, calls=calls)
    for name in ("floor", "ours", "typical"):
        setattr(made, name, form(name))
    return made


def test_each_round_begins_with_another_form():
    measured = case()

    measure(measured, 2)

    assert measured.calls == [
        *("floor", "ours", "typical", "floor"),
        *("ours", "typical", "floor", "floor"),
    ]


def test_the_seconds_of_a_round_are_those_of_its_forms():
    times = iter([0, 1, 10, 12, 20, 24, 30, 31.5])

    rounds = measure(case(), 1, clock=lambda: next(times))

    assert rounds == [Round(floor=1, ours=2, typical=4, floor_again=1.5)]


@pytest.mark.parametrize("form", ["ours", "typical"])
def test_times_do_not_count_where_outputs_differ(form):
    with pytest.raises(OutputsDiffer, match=f"{form} gave 'other', floor gave 'same'"):
        check_outputs(case(**{form: "other"}))


@pytest.mark.parametrize(
    ("floor_again", "ours", "word"),
    [
        (1.0, 1.5, "kept"),  # the bound itself
        (1.0, 1.51, "missed"),
        (1.09, 1.0, "kept"),  # less than a tenth apart
        (1.11, 1.0, "void"),
        (0.89, 1.0, "void"),
    ],
)
def test_the_verdict(floor_again, ours, word):
    verdict = Verdict(ours=ours, typical=9, floor_again=floor_again, goal=1.5)

    assert verdict.word == word


def test_the_median_of_the_ratios_within_each_round_counts():
    rounds = [Round(1, 1, 2, 4), Round(10, 10, 30, 40), Round(2, 2, 2, 8)]

    verdict = judge(rounds, goal=2)

    assert (verdict.ours, verdict.typical, verdict.floor_again) == (2, 4, 1)
