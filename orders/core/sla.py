"""The clocks of a ticket: a pure function of what happened to it and of what was promised.

A clock runs, pauses while the customer is waited for, stops, and can run on after a reopening.
Time is counted in the working hours of the target in force at that moment, so that a change of
priority keeps what was used and what was paused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from orders.core.calendars import NOTHING, Hours, after, worked


class Measure(TextChoices):
    """What is promised in time."""

    FIRST_RESPONSE = "first_response", pgettext_lazy("SLA", "First response")
    UPDATE = "update", pgettext_lazy("SLA", "Next reply")
    RESOLUTION = "resolution", pgettext_lazy("SLA", "Resolution")
    PLATFORM = "platform", pgettext_lazy("SLA", "Marketplace deadline")


class Happening(StrEnum):
    """What can happen to a ticket as far as its clocks are concerned."""

    OPENED = "opened"
    CUSTOMER = "customer"  # the customer wrote
    ANSWER = "answer"  # we answered the customer
    WAIT = "wait"  # from here on the customer is waited for
    RESUME = "resume"
    RESOLVE = "resolve"
    REOPEN = "reopen"


class ClockState(TextChoices):
    RUNNING = "running", pgettext_lazy("SLA clock", "Running")
    PAUSED = "paused", pgettext_lazy("SLA clock", "Paused")
    STOPPED = "stopped", pgettext_lazy("SLA clock", "Stopped")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, at an aware instant."""

    at: datetime
    what: Happening


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised from ``since`` on: so much working time of ``hours``.

    ``promised`` is ``None`` where nothing is promised: the time is only measured. ``pauses`` tells
    whether the clock stands still while the customer is waited for. ``policy`` is the number of
    the rule that says so.
    """

    since: datetime
    promised: timedelta | None
    hours: Hours
    pauses: bool = True
    policy: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as it stands: what was used, and by when it is due, while it runs.

    ``missed_at`` is the instant by which it was due and was not done; to the second on time is in
    time. Where less is promised from some moment on than was used already, it is that moment.
    ``answered`` tells that it was stopped by what it waits for, not by the end of the ticket.
    """

    measure: Measure
    state: ClockState
    started_at: datetime
    used: timedelta
    target: Target
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    missed_at: datetime | None = None
    answered: bool = False

    @property
    def left(self) -> timedelta | None:
        """What is left of the promise, below nothing where it was missed."""
        promised = self.target.promised
        return None if promised is None else promised - self.used


# What starts a clock, what stops it as wished for, and what only ends it.
_STARTS = {
    Measure.FIRST_RESPONSE: {Happening.OPENED},
    Measure.UPDATE: {Happening.CUSTOMER},
    Measure.RESOLUTION: {Happening.OPENED},
    Measure.PLATFORM: {Happening.OPENED, Happening.CUSTOMER},
}
_ANSWERS = {
    Measure.FIRST_RESPONSE: {Happening.ANSWER},
    Measure.UPDATE: {Happening.ANSWER},
    Measure.RESOLUTION: {Happening.RESOLVE},
    Measure.PLATFORM: {Happening.ANSWER},
}
# These run on after a reopening, unless they had what they wait for.
_LASTING = {Measure.FIRST_RESPONSE, Measure.RESOLUTION}


def clocks(
    measure: Measure, steps: Sequence[Step], targets: Sequence[Target], now: datetime
) -> list[Clock]:
    """Return every run of the clock ``measure``, in order; only the last one can still be going.

    ``steps`` are in order of time. ``targets`` are in order of ``since``; the first one holds from
    the beginning, too. First response and resolution have one run; next reply and marketplace
    deadline a run for every time that the customer waits for an answer.
    """
    runs: list[_Run] = []
    met_first = False
    for step in steps:
        if step.at > now:
            break
        last = runs[-1] if runs else None
        going = last is not None and last.stopped_at is None
        if going and last is not None:
            last.take(step)
        elif last is not None and measure in _LASTING and step.what == Happening.REOPEN:
            last.run_on(step.at)
        elif _starts(measure, step, again=last is not None, answered=met_first):
            runs.append(_Run(measure, step.at, targets))
        met_first = met_first or step.what == Happening.ANSWER
    return [run.clock(now) for run in runs]


def _starts(measure: Measure, step: Step, *, again: bool, answered: bool) -> bool:
    """Tell whether the step starts a run: of the next reply only once there was a first one."""
    if step.what not in _STARTS[measure] or (again and measure in _LASTING):
        return False
    return answered or measure != Measure.UPDATE


@dataclass
class _Run:
    """One run of a clock while it is replayed."""

    measure: Measure
    started_at: datetime
    targets: Sequence[Target]
    used: timedelta = NOTHING
    missed_at: datetime | None = None
    stopped_at: datetime | None = None
    answered: bool = False
    waiting_since: datetime | None = None
    counted_to: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.counted_to = self.started_at

    def take(self, step: Step) -> None:
        """Let what happened stop, pause or resume the clock."""
        ends = step.what in _ANSWERS[self.measure]
        if ends or step.what == Happening.RESOLVE:
            self.count_to(step.at)
            self.stopped_at, self.answered = step.at, ends
        elif step.what == Happening.WAIT and self.waiting_since is None:
            self.count_to(step.at)
            self.waiting_since = step.at
        elif step.what == Happening.RESUME and self.waiting_since is not None:
            self.count_to(step.at)
            self.waiting_since = None

    def run_on(self, at: datetime) -> None:
        """Let a stopped clock run again; the time it stood still does not count."""
        if self.answered and self.measure == Measure.FIRST_RESPONSE:
            return
        self.stopped_at, self.answered, self.waiting_since = None, False, None
        self.counted_to = at

    def count_to(self, until: datetime) -> None:
        """Add the working time up to ``until``, under each target in turn."""
        while self.counted_to < until:
            target, ends = self._target()
            self._count(target, until if ends is None else min(until, ends))

    def clock(self, now: datetime) -> Clock:
        """Return the clock as it stands at ``now``."""
        if self.stopped_at is None:
            self.count_to(now)
        target, _ends = self._target()
        state, due_at = ClockState.STOPPED, None
        if self.stopped_at is None:
            state = ClockState.PAUSED if self._stands(target) else ClockState.RUNNING
        if state == ClockState.RUNNING and target.promised is not None:
            left = target.promised - self.used
            due_at = self.missed_at or after(target.hours, self.counted_to, left)
        return Clock(
            self.measure,
            state,
            self.started_at,
            self.used,
            target,
            due_at,
            self.stopped_at,
            self.missed_at,
            self.answered,
        )

    def _count(self, target: Target, until: datetime) -> None:
        start, self.counted_to = self.counted_to, until
        if self._stands(target):
            return
        if target.promised is not None and self.missed_at is None:
            due_at = after(target.hours, start, target.promised - self.used)
            self.missed_at = due_at if until > due_at else None
        self.used += worked(target.hours, start, until)

    def _stands(self, target: Target) -> bool:
        return self.waiting_since is not None and target.pauses

    def _target(self) -> tuple[Target, datetime | None]:
        """Return the target in force at the moment counted to, and when the next one begins."""
        held, ends = self.targets[0], None
        for target in self.targets[1:]:
            if target.since <= self.counted_to:
                held = target
            else:
                ends = target.since
                break
        return held, ends
