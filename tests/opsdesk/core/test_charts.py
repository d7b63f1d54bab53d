"""The geometry of plots."""

from decimal import Decimal

import pytest

from opsdesk.core.charts import (
    Point,
    Spread,
    band_chart,
    bar_chart,
    curve_chart,
    row_widths,
    tick_values,
)


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


def spread(value, low, high):
    return Spread(Decimal(value), Decimal(low), Decimal(high))


def test_a_line_runs_within_the_area_of_its_bounds():
    found = band_chart([[spread(60, 20, 100), spread(50, 30, 80)]], width=264, height=132)

    # a hundred units over a hundred points from the top at 10; places in the middle of each step
    assert found.bands[0].line == "M106.0 50.0L206.0 60.0"
    assert found.bands[0].area == "M106.0 10.0L206.0 30.0L206.0 80.0L106.0 90.0Z"
    assert found.bands[0].end == ("206.0", "60.0")
    assert (found.zero, found.ticks[-1].value) == ("110.0", 100)


def test_a_line_breaks_where_nothing_is_known():
    one = spread(100, 100, 100)

    found = band_chart([[one, None, one], [None, None, None]], width=364, height=132)

    broken, unknown = found.bands
    assert broken.line == "M106.0 10.0M306.0 10.0"
    assert broken.area == "M106.0 10.0L106.0 10.0ZM306.0 10.0L306.0 10.0Z"
    assert (unknown.line, unknown.area, unknown.end) == ("", "", None)
    assert len(found.slots) == 3


def test_a_plot_of_nothing_has_a_frame():
    assert [tick.value for tick in band_chart([[None]]).ticks] == [0, Decimal("0.5"), 1]


def test_rows_are_as_long_as_their_share_of_the_greatest():
    assert row_widths([8, 4, 0], [2, 4, 0]) == [
        ("100.0", "25.0"),
        ("50.0", "50.0"),
        ("0.0", "0.0"),
    ]
    assert row_widths([], []) == []
    assert row_widths([0], [0]) == [("0.0", "0.0")]
