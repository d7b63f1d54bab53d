"""SLA clocks against times worked out by hand, on the wall of the team's calendar."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsdesk.core.periods import first_instant
from orders.core.calendars import Hours
from orders.core.sla import ClockState, Happening, Measure, Step, Target, clocks

DAY = 24 * 60
NINE_TO_SIX = ((9 * 60, 18 * 60),)
SPLIT = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
NIGHT = ((0, 6 * 60), (22 * 60, DAY))
WEEKDAYS = [*[True] * 5, False, False]


def week(spans):
    return tuple(spans if open_ else () for open_ in WEEKDAYS)


CALENDARS = {
    "always": Hours("Round the clock", "Europe/London"),
    "office": Hours("Office", "Europe/London", week(NINE_TO_SIX)),
    # 2 and 3 March 2026 are a Monday and a Tuesday
    "split": Hours("Split", "Asia/Shanghai", week(SPLIT)),
    "china": Hours(
        "China",
        "Asia/Shanghai",
        week(NINE_TO_SIX),
        {
            # National Day 2026, and the Saturday worked for it
            **{date(2026, 10, number): () for number in range(1, 8)},
            date(2026, 10, 10): NINE_TO_SIX,
        },
    ),
    "half": Hours(
        "Half",
        "Europe/London",
        week(NINE_TO_SIX),
        {date(2026, 12, 24): ((9 * 60, 12 * 60),), date(2026, 12, 25): ()},
    ),
    "newyork": Hours("New York", "America/New_York", week(NINE_TO_SIX)),
    "night": Hours("Night", "Europe/London", (NIGHT,) * 7),
    "daily": Hours("Daily", "Europe/London", (NINE_TO_SIX,) * 7),
    "early": Hours("Early", "Europe/London", (((0, 4 * 60),),) * 7),
}

CASES = Path(__file__).with_name("sla_cases.txt").read_text("utf-8")
LINES = [line for line in CASES.strip().splitlines() if not line.startswith("#")]
MEASURES = {
    "first": Measure.FIRST_RESPONSE,
    "update": Measure.UPDATE,
    "resolution": Measure.RESOLUTION,
    "platform": Measure.PLATFORM,
}


def instant(text, hours):
    return first_instant(datetime.fromisoformat(text), hours.zone)


def target(text, hours, first, *, pauses):
    amount, _from, since = text.partition(" from ")
    promised = None if amount == "none" else timedelta(hours=int(amount.removesuffix("h")))
    return Target(instant(since, hours) if since else first, promised, hours, pauses)


def used(text):
    hours, minutes, *seconds = [int(part) for part in text.split(":")]
    return timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def expectation(text, hours):
    """State, used, due and missed of each run, as a line says them."""
    if text == "none":
        return []
    found = []
    for part in text.split("; "):
        state, time, *rest = part.split(" ")
        times = dict.fromkeys(("due", "missed"))
        for number in range(0, len(rest), 3):
            times[rest[number]] = instant(" ".join(rest[number + 1 : number + 3]), hours)
        found.append((state, used(time), times["due"], times["missed"]))
    return found


@pytest.mark.parametrize("line", LINES)
def test_a_clock_is_as_worked_out_by_hand(line):
    _ask, calendar, measure, promised, happened, looked, expected = line.split(" | ")
    hours = CALENDARS[calendar.strip()]
    steps = []
    for text in happened.split(", "):
        day, time, what = text.strip().split(" ")
        steps.append(Step(instant(f"{day} {time}", hours), Happening(what)))
    pauses = not measure.endswith("!")
    targets = [
        target(text.strip(), hours, steps[0].at, pauses=pauses) for text in promised.split(", ")
    ]

    found = clocks(
        MEASURES[measure.removesuffix("!").strip()], steps, targets, instant(looked, hours)
    )

    assert [(c.state, c.used, c.due_at, c.missed_at) for c in found] == expectation(
        expected.strip(), hours
    )


def test_there_are_at_least_sixty_cases_for_every_ask():
    asks = {line.split(" | ")[0].strip() for line in LINES}

    assert len(LINES) >= 60
    assert asks >= {"47", "48", "49", "50", "51", "51z", "52", "53", "54", "56", "dst", "mkt"}


MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = [Happening.CUSTOMER, Happening.ANSWER, Happening.WAIT, Happening.RESUME]
ENDS = [Happening.RESOLVE, Happening.REOPEN]


@given(
    some.lists(some.tuples(some.integers(1, 3_000), some.sampled_from(WORDS + ENDS)), max_size=12),
    some.sampled_from(list(Measure)),
    some.sampled_from(sorted(CALENDARS)),
    some.integers(1, 200),
)
def test_looking_more_often_changes_nothing(happened, measure, calendar, promised):
    steps, at = [Step(MONDAY, Happening.OPENED)], MONDAY
    for minutes, what in happened:
        at += timedelta(minutes=minutes)
        steps.append(Step(at, what))
    targets = [Target(MONDAY, timedelta(hours=promised), CALENDARS[calendar])]
    end = at + timedelta(days=1)

    found = clocks(measure, steps, targets, end)

    # Each earlier look tells of a miss exactly what the last one tells of that time.
    for step in steps:
        seen = clocks(measure, steps, targets, step.at)
        for early, late in zip(seen, found, strict=False):
            assert early.started_at == late.started_at
            assert early.used <= late.used
            if late.missed_at is not None and late.missed_at < step.at:
                assert early.missed_at == late.missed_at
            if early.missed_at is not None:
                assert early.missed_at == late.missed_at
    for clock in found:
        assert (clock.due_at is not None) == (clock.state == ClockState.RUNNING)
        assert timedelta(0) <= clock.used <= (clock.stopped_at or end) - clock.started_at


@given(some.integers(0, 20_000), some.integers(1, 5_000), some.sampled_from(sorted(CALENDARS)))
def test_what_is_due_then_has_used_exactly_what_was_promised(begin, promised, calendar):
    hours, opened = CALENDARS[calendar], MONDAY + timedelta(minutes=begin)
    steps = [Step(opened, Happening.OPENED)]
    targets = [Target(opened, timedelta(minutes=promised), hours)]

    due_at = clocks(Measure.RESOLUTION, steps, targets, opened)[0].due_at
    on_time = clocks(Measure.RESOLUTION, steps, targets, due_at)[0]
    late = clocks(Measure.RESOLUTION, steps, targets, due_at + timedelta(seconds=1))[0]

    assert (on_time.used, on_time.missed_at) == (timedelta(minutes=promised), None)
    assert late.missed_at == due_at
