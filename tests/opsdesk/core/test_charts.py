"""The geometry of plots."""

from decimal import Decimal

import pytest

from opsdesk.core.charts import Point, bar_chart, curve_chart, tick_values


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], ["0", "0.5", "1.0"]),
        (["0"], ["0", "0.5", "1.0"]),
        (["7"], ["0", "2", "4", "6", "8"]),
        (["100"], ["0", "50", "100"]),
        (["-30", "100"], ["-50", "0", "50", "100"]),
        (["-9"], ["-10", "-5", "0"]),
    ],
)
def test_ticks_are_round_and_reach_over_all_values(values, ticks):
    found = tick_values([Decimal(value) for value in values])

    assert found == tuple(Decimal(tick) for tick in ticks)


def test_a_bar_stands_on_zero_and_a_negative_one_hangs_from_it():
    chart = bar_chart([Decimal(100), Decimal(-50)], width=164, height=182)

    assert chart.zero == "110.0"
    up, down = chart.bars
    assert (up.x, up.y, up.width, up.height, up.negative) == (
        "63.5",
        "10.0",
        "35.0",
        "100.0",
        False,
    )
    assert (down.y, down.height, down.negative) == ("110.0", "50.0", True)


def test_no_value_is_no_bar():
    chart = bar_chart([None, Decimal(0)])

    assert [bar.height for bar in chart.bars] == [None, "0.0"]


def test_the_goal_breaks_where_there_is_none():
    chart = bar_chart([Decimal(100)] * 3, [Decimal(100), None, Decimal(50)], width=364, height=132)

    assert chart.goal == "M56.0 10.0H156.0M256.0 60.0H356.0"


def test_labels_are_thinned_out():
    chart = bar_chart([Decimal(1)] * 31)

    assert [number for number, bar in enumerate(chart.bars) if bar.labelled] == list(
        range(0, 31, 2)
    )


def test_a_curve_goes_from_the_corner_through_its_points_to_the_right_edge():
    chart = curve_chart([(1, Decimal("0.5")), (4, Decimal(1))], [1, 4], width=164, height=182)

    assert chart.line == "M56.0 160.0L81.0 85.0L156.0 10.0"
    assert chart.points == (
        Point(x="81.0", y="85.0", slot_x="56.0", slot_width="25.0"),
        Point(x="156.0", y="10.0", slot_x="81.0", slot_width="75.0"),
    )
    assert chart.marks == ("81.0", "156.0")


def test_a_curve_of_nothing_is_its_corner():
    chart = curve_chart([])

    assert (chart.line, chart.points) == ("M56.0 208.0", ())
