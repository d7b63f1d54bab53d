"""The sweep over the clocks: what was missed, and who is told of it, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from opsdesk.actions.audit import person_id, record
from opsdesk.actions.moves import Mover
from opsdesk.actions.sql import upsert_from
from opsdesk.core.errors import InvalidTransition
from orders.core.calendars import next_open
from orders.core.sla import ClockState
from orders.core.tickets import Priority, TicketKind
from orders.models import Escalation, EscalationRule, Ticket, TicketClock
from orders.queries.sla import hours_by_calendar

_COLUMNS = ("ticket", "clock", "rule", "level", "audience", "due_at", "raised_at")


@transaction.atomic
def sweep_clocks(*, at: datetime) -> int:
    """Note the promises missed by ``at`` and raise the escalations due; return how many.

    A fixed number of statements, however many tickets there are. Two sweeps at once raise each
    escalation once: a clock and a rung of the ladder are one row.
    """
    running = TicketClock.objects.filter(state=ClockState.RUNNING)
    running.filter(due_at__lt=at, missed_at=None).update(missed_at=F("due_at"))
    raised = sum(_raise(rule, at) for rule in EscalationRule.objects.filter(active=True))
    if raised:
        _say_when(at)
        _lift(at)
    return raised


def _raise(rule: EscalationRule, at: datetime) -> int:
    reached = Q(
        measure=rule.measure,
        state=ClockState.RUNNING,
        due_at__lte=at - timedelta(minutes=rule.minutes_after_due),
    )
    if rule.only_major:
        reached &= Q(ticket__priority=Priority.MAJOR) | Q(ticket__kind=TicketKind.COMPLAINT)
    told = Escalation.objects.filter(rule=rule, clock=OuterRef("pk")).values("pk")
    rows: Any = (
        TicketClock.objects.filter(reached)
        .annotate(raised=Subquery(told[:1]))
        .filter(raised=None)
        .order_by()
        .annotate(
            clock=F("pk"),
            rule=Value(rule.pk),
            level=Value(rule.level),
            audience=Value(rule.audience),
            raised_at=Value(at),
        )
    )
    return upsert_from(rows, Escalation, key=("clock", "rule"), columns=_COLUMNS, keep=True)


def _say_when(at: datetime) -> None:
    """Let what was raised outside working hours wait for them: nobody is told at midnight."""
    waiting = Escalation.objects.filter(tell_at=None)
    hours = hours_by_calendar()
    for pk in waiting.values_list("clock__policy__calendar", flat=True).order_by().distinct():
        rows = waiting.filter(clock__policy__calendar=pk)
        rows.update(tell_at=next_open(hours[pk], at))


def _lift(at: datetime) -> None:
    """Put the highest rung reached on the tickets of which something was raised now."""
    rungs = Escalation.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    highest = rungs.annotate(highest=Max("level")).values("highest")
    raised = Escalation.objects.filter(raised_at=at).values("ticket")
    Ticket.objects.filter(pk__in=raised).update(
        escalation_level=Greatest(F("escalation_level"), Subquery(highest))
    )


@transaction.atomic
def see_escalation(escalation: Escalation, mover: Mover) -> Escalation:
    """Say that one has seen it and looks after the ticket; of two at once one does."""
    seen = Escalation.objects.filter(pk=escalation.pk, seen_at=None).update(
        seen_at=mover.at, seen_by=person_id(mover.by)
    )
    if not seen:
        raise InvalidTransition(_("Somebody has seen to this already."))
    escalation.refresh_from_db()
    record("ticket: escalation seen", escalation.ticket, by=mover.by, at=mover.at)
    return escalation
