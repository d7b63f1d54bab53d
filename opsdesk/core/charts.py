"""Numbers to the geometry of a plot; a template draws it as inline SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

ZERO = Decimal("0")
LEFT, RIGHT, TOP, BOTTOM = Decimal(56), Decimal(8), Decimal(10), Decimal(22)
TICKS = 4
MOST_LABELS = 16

Scale = Callable[[Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot and the value it stands for."""

    y: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: its mark, and the full height around it in which a pointer finds it.

    ``height`` is ``None`` where there is no value, which is not zero.
    """

    x: str
    y: str
    width: str
    height: str | None
    slot_x: str
    slot_width: str
    center: str
    negative: bool
    labelled: bool


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars over a common zero line, and the goal as one path, broken where there is none."""

    width: int
    height: int
    left: str
    right: str
    zero: str
    floor: str
    bars: tuple[Bar, ...]
    goal: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A value and the bounds it may really lie between."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """A series as a line within the area of its bounds, broken where nothing is known.

    ``end`` is where its line ends, to be named there; ``None`` where nothing is known at all.
    """

    line: str
    area: str
    end: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class BandChart:
    """Lines over the same steps, such as days; ``slots`` are the places of the steps."""

    width: int
    height: int
    left: str
    right: str
    zero: str
    floor: str
    bands: tuple[Band, ...]
    slots: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def bar_chart(
    values: Sequence[Decimal | None],
    goals: Sequence[Decimal | None] = (),
    *,
    width: int = 760,
    height: int = 230,
) -> BarChart:
    """Return the bars of ``values`` in order, with ``goals`` as a step line over them."""
    steps = tick_values([v for v in (*values, *goals) if v is not None])
    low, high = steps[0], steps[-1]
    room = Decimal(height) - TOP - BOTTOM
    slot = (Decimal(width) - LEFT - RIGHT) / max(1, len(values))

    def at(value: Decimal) -> Decimal:
        return TOP + (high - value) / (high - low) * room

    every = -(-len(values) // MOST_LABELS)
    bars = tuple(
        _bar(value, LEFT + slot * number, slot, at, number % max(1, every) == 0)
        for number, value in enumerate(values)
    )
    return BarChart(
        width=width,
        height=height,
        left=_place(LEFT),
        right=_place(Decimal(width) - RIGHT),
        zero=_place(at(ZERO)),
        floor=_place(Decimal(height) - Decimal(6)),
        bars=bars,
        goal=_goal_path(goals, slot, at),
        ticks=tuple(Tick(_place(at(value)), value) for value in steps),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve, and the full height around it in which a pointer finds it."""

    x: str
    y: str
    slot_x: str
    slot_width: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One line from the corner through its points; ``marks`` are places along the foot."""

    width: int
    height: int
    left: str
    right: str
    top: str
    zero: str
    floor: str
    line: str
    points: tuple[Point, ...]
    marks: tuple[str, ...]
    ticks: tuple[Tick, ...]


def curve_chart(
    points: Sequence[tuple[int, Decimal]],
    marks: Sequence[int] = (),
    *,
    width: int = 760,
    height: int = 230,
) -> Curve:
    """Return the curve from nothing through ``points``, each how far along and how high.

    They go from left to right, and the last one is at the right edge.
    """
    steps = tick_values([value for _along, value in points])
    low, high = steps[0], steps[-1]
    room = Decimal(height) - TOP - BOTTOM
    far = Decimal(points[-1][0] if points else 1)

    def at(value: Decimal) -> Decimal:
        return TOP + (high - value) / (high - low) * room

    def along(place: int) -> Decimal:
        return LEFT + (Decimal(width) - LEFT - RIGHT) * place / far

    places = [(along(place), at(value)) for place, value in points]
    starts = [along(0), *(x for x, _y in places)]
    return Curve(
        width=width,
        height=height,
        left=_place(LEFT),
        right=_place(Decimal(width) - RIGHT),
        top=_place(TOP),
        zero=_place(at(ZERO)),
        floor=_place(Decimal(height) - Decimal(6)),
        line=f"M{_place(LEFT)} {_place(at(ZERO))}"
        + "".join(f"L{_place(x)} {_place(y)}" for x, y in places),
        points=tuple(
            Point(_place(x), _place(y), _place(start), _place(x - start))
            for start, (x, y) in zip(starts, places, strict=False)
        ),
        marks=tuple(_place(along(place)) for place in marks),
        ticks=tuple(Tick(_place(at(value)), value) for value in steps),
    )


def band_chart(
    series: Sequence[Sequence[Spread | None]], *, width: int = 760, height: int = 230
) -> BandChart:
    """Return each series as a line with the area of its bounds; all have as many steps."""
    known = [one for spreads in series for one in spreads if one is not None]
    steps = max((len(spreads) for spreads in series), default=0)
    # Bounds set the scale; the frame and the places of the steps are those of bars.
    tops = [max((one.high for one in known), default=None)] * steps
    frame = bar_chart(tops, height=height, width=width)
    low, high = frame.ticks[0].value, frame.ticks[-1].value
    room = Decimal(height) - TOP - BOTTOM

    def at(value: Decimal) -> Decimal:
        return TOP + (high - value) / (high - low) * room

    return BandChart(
        width=width,
        height=height,
        left=frame.left,
        right=frame.right,
        zero=frame.zero,
        floor=frame.floor,
        bands=tuple(_band(spreads, [slot.center for slot in frame.bars], at) for spreads in series),
        slots=frame.bars,
        ticks=frame.ticks,
    )


def _band(spreads: Sequence[Spread | None], places: Sequence[str], at: Scale) -> Band:
    line, areas, end = "", "", None
    run: list[tuple[str, Spread]] = []
    for x, spread in [*zip(places, spreads, strict=True), ("", None)]:
        if spread is not None:
            line += f"{'L' if run else 'M'}{x} {_place(at(spread.value))}"
            end = (x, _place(at(spread.value)))
            run.append((x, spread))
        elif run:
            there = [f"{x} {_place(at(one.high))}" for x, one in run]
            back = [f"{x} {_place(at(one.low))}" for x, one in reversed(run)]
            areas += f"M{'L'.join([*there, *back])}Z"
            run = []
    return Band(line, areas, end)


def row_widths(values: Sequence[int], parts: Sequence[int]) -> list[tuple[str, str]]:
    """Return how long the bar of each value is, and of that the bar of its part, in per cent.

    The greatest value fills its row.
    """
    most = max((1, *values))
    return [
        (_place(Decimal(value * 100) / most), _place(Decimal(part * 100) / most))
        for value, part in zip(values, parts, strict=True)
    ]


def tick_values(values: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return round values, in even steps, from at or below the least (and 0) to the greatest."""
    low, high = min((ZERO, *values)), max((ZERO, *values))
    if low == high:
        high = Decimal(1)
    step = _round_step((high - low) / TICKS)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return tuple(step * number for number in range(int(first), int(last) + 1))


def _round_step(least: Decimal) -> Decimal:
    """Return the least of 1, 2, 5 × 10ⁿ that is not below ``least``."""
    unit = Decimal(1).scaleb(least.adjusted())
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= least)


def _bar(value: Decimal | None, slot_x: Decimal, slot: Decimal, at: Scale, labelled: bool) -> Bar:
    top, bottom = (at(max(value, ZERO)), at(min(value, ZERO))) if value is not None else (ZERO,) * 2
    return Bar(
        x=_place(slot_x + slot * Decimal("0.15")),
        y=_place(top),
        width=_place(slot * Decimal("0.7")),
        height=None if value is None else _place(bottom - top),
        slot_x=_place(slot_x),
        slot_width=_place(slot),
        center=_place(slot_x + slot / 2),
        negative=value is not None and value < ZERO,
        labelled=labelled,
    )


def _goal_path(goals: Sequence[Decimal | None], slot: Decimal, at: Scale) -> str:
    path: list[str] = []
    drawing = False
    for number, goal in enumerate(goals):
        if goal is None:
            drawing = False
            continue
        start, end, y = LEFT + slot * number, LEFT + slot * (number + 1), at(goal)
        path.append(f"{'L' if drawing else 'M'}{_place(start)} {_place(y)}H{_place(end)}")
        drawing = True
    return "".join(path)


def _place(value: Decimal) -> str:
    """Write a coordinate with one decimal, in every language with a point."""
    return f"{value:.1f}"
