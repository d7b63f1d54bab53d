"""Bringing the clocks of tickets up to what happened to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from opsdesk.actions.jobs import JobRun
from orders.core.calendars import told
from orders.core.lifecycle import TICKET_DONE
from orders.core.sla import Clock, ClockState, Happening, Measure, Step, Target, clocks
from orders.core.tickets import Case, Promise, promise_for
from orders.models import Ticket, TicketClock, TicketStep
from orders.queries.sla import promises

RECLOCK = "orders.reclock"
_PIECE = 500
_SECOND = timedelta(seconds=1)
_FAR = timedelta(days=36_525)
_KEY = ("ticket", "measure", "run_no")
_JUDGED = (
    "state",
    "policy",
    "hours",
    "promised_seconds",
    "used_seconds",
    "counted_at",
    "started_at",
    "due_at",
    "stopped_at",
    "missed_at",
    "answered",
)
_TOLD = ("next_due_at", "next_measure", "queue_at", "first_answered_at", "resolved_at")


def behind_all(opened_at: datetime) -> datetime:
    """Return the place in the queue of a ticket of which nothing is due."""
    return opened_at + _FAR


@transaction.atomic
def refresh_clocks(tickets: Sequence[Ticket], *, at: datetime) -> int:
    """Bring the clocks and due times of ``tickets`` up to their steps; return how many changed.

    The tickets need their store selected. A run that has stopped stays as it was judged, by the
    policies and calendars of that day.
    """
    work = _Work(promises(), at)
    steps: dict[int, list[TicketStep]] = defaultdict(list)
    for step in TicketStep.objects.filter(ticket__in=tickets).order_by("ticket", "at", "id"):
        steps[step.ticket_id].append(step)
    stored: dict[int, dict[tuple[str, int], TicketClock]] = defaultdict(dict)
    for row in TicketClock.objects.filter(ticket__in=tickets):
        stored[row.ticket_id][(row.measure, row.run_no)] = row
    for ticket in tickets:
        work.take(ticket, steps[ticket.pk], stored[ticket.pk])
    return work.write()


def reclock(run: JobRun) -> None:
    """Bring the clocks of all tickets that are worked on up to the calendars and policies."""
    last = run.checkpoint.get("last", 0)
    while True:
        with run.piece() as job:
            rows = Ticket.objects.unfinished().filter(pk__gt=last).select_related("store")
            tickets = list(rows.order_by("pk")[:_PIECE])
            if tickets:
                refresh_clocks(tickets, at=run.clock())
                last = tickets[-1].pk
                job.done += len(tickets)
                job.checkpoint = {"last": last}
        if not tickets:
            return


@dataclass
class _Work:
    """The rows to write for some tickets."""

    promises: list[Promise]
    at: datetime
    clocks: list[TicketClock] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)

    def take(
        self, ticket: Ticket, rows: list[TicketStep], stored: dict[tuple[str, int], TicketClock]
    ) -> None:
        steps = [Step(row.at, Happening(row.what)) for row in rows if row.what]
        found: dict[tuple[str, int], TicketClock] = {}
        for measure in Measure:
            targets = self._targets(measure, ticket, rows)
            if targets:
                for number, clock in enumerate(clocks(measure, steps, targets, self.at), 1):
                    found[(measure, number)] = self._row(ticket, number, clock)
        for key, row in found.items():
            old = stored.get(key)
            if old is None or _is_other(old, row):
                self.clocks.append(row)
        self.gone += [row.pk for key, row in stored.items() if key not in found]
        self._tell(ticket, steps, found.values())

    def write(self) -> int:
        """Write what differs and return how many rows did."""
        if self.gone:
            TicketClock.objects.filter(pk__in=self.gone).delete()
        TicketClock.objects.bulk_create(
            self.clocks,
            update_conflicts=True,
            unique_fields=_KEY,
            update_fields=_JUDGED,
            batch_size=500,
        )
        Ticket.objects.bulk_update(self.tickets, _TOLD, batch_size=500)
        return len(self.gone) + len(self.clocks) + len(self.tickets)

    def _targets(self, measure: Measure, ticket: Ticket, rows: list[TicketStep]) -> list[Target]:
        """Return what was promised when: anew with each change of kind or priority."""
        targets: list[Target] = []
        known: tuple[str, str] | None = None
        for row in rows:
            case = (row.kind, row.priority)
            if case == known:
                continue
            known = case
            of = Case(row.kind, row.priority, ticket.channel, ticket.store.marketplace)
            one = promise_for(measure, of, ticket.business_date, self.promises)
            if one is not None:
                if not targets and row is not rows[0]:
                    # until then nothing was promised, and nothing can have been missed
                    targets.append(Target(rows[0].at, None, one.hours, one.pauses, one.pk))
                targets.append(Target(row.at, one.promised, one.hours, one.pauses, one.pk))
            elif targets:
                held = targets[-1]
                targets.append(Target(row.at, None, held.hours, held.pauses, held.policy))
        return targets

    def _row(self, ticket: Ticket, number: int, clock: Clock) -> TicketClock:
        promised = clock.target.promised
        return TicketClock(
            ticket=ticket,
            measure=clock.measure,
            run_no=number,
            state=clock.state,
            policy_id=clock.target.policy,
            hours=told(clock.target.hours)[:500],
            promised_seconds=None if promised is None else promised // _SECOND,
            used_seconds=clock.used // _SECOND,
            counted_at=clock.stopped_at or self.at,
            started_at=clock.started_at,
            due_at=clock.due_at,
            stopped_at=clock.stopped_at,
            missed_at=clock.missed_at,
            answered=clock.answered,
        )

    def _tell(self, ticket: Ticket, steps: Sequence[Step], found: Iterable[TicketClock]) -> None:
        """Put on the ticket what lists show and sort by."""
        due = [(row.due_at, row.measure) for row in found if row.due_at is not None]
        answers = [step.at for step in steps if step.what == Happening.ANSWER]
        ends = [step.at for step in steps if step.what == Happening.RESOLVE]
        next_due_at, next_measure = min(due, default=(None, ""))
        if ticket.status in TICKET_DONE:
            next_due_at, next_measure = None, ""
        values = (
            next_due_at,
            next_measure,
            next_due_at or behind_all(ticket.opened_at),
            min(answers, default=None),
            ends[-1] if ends and ticket.status in TICKET_DONE else None,
        )
        if values != tuple(getattr(ticket, name) for name in _TOLD):
            for name, value in zip(_TOLD, values, strict=True):
                setattr(ticket, name, value)
            self.tickets.append(ticket)


def _is_other(old: TicketClock, new: TicketClock) -> bool:
    """Tell whether ``new`` is to be written over ``old``."""
    if old.state == ClockState.STOPPED == new.state and old.stopped_at == new.stopped_at:
        # It was judged by what held then.
        return old.started_at != new.started_at
    names = [name for name in _JUDGED if name not in ("counted_at", "policy", "used_seconds")]
    if old.state == ClockState.RUNNING == new.state:
        # The time that runs is told from when it is looked at; written only where more changed.
        return any(getattr(old, name) != getattr(new, name) for name in names)
    return any(getattr(old, name) != getattr(new, name) for name in (*names, "used_seconds"))
