"""What the pages of tickets show: how its clocks stand, what was said, who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from accounts.core.roles import Right
from accounts.core.scope import Scope
from orders.core.calendars import worked
from orders.core.sla import ClockState
from orders.models import Escalation, MessageFile, Ticket, TicketClock, TicketMessage
from orders.queries.sla import hours_by_calendar


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock as it stands now: the time used, and what is left of the promise."""

    clock: TicketClock
    used: timedelta
    promised: timedelta | None
    late: bool

    @property
    def left(self) -> timedelta | None:
        """What is left, below nothing where it is late."""
        return None if self.promised is None else self.promised - self.used


def standings(ticket: Ticket, now: datetime) -> list[Standing]:
    """Return the latest run of each clock of a ticket, as it stands ``now``."""
    rows = TicketClock.objects.filter(ticket=ticket).select_related("policy")
    latest = {row.measure: row for row in rows.order_by("measure", "run_no")}
    hours = hours_by_calendar() if latest else {}
    found = []
    for row in latest.values():
        used = timedelta(seconds=row.used_seconds)
        if row.state == ClockState.RUNNING:
            used += worked(hours[row.policy.calendar_id], row.counted_at, now)
        promised = row.promised_seconds
        found.append(
            Standing(
                row,
                used,
                None if promised is None else timedelta(seconds=promised),
                row.missed_at is not None or (row.due_at is not None and row.due_at < now),
            )
        )
    return found


def conversation(ticket: Ticket) -> list[TicketMessage]:
    """Return what was said on a ticket and on those merged into it, in order.

    What was merged into one of these belongs to it, too: one statement for each time.
    """
    found = level = [ticket.pk]
    while level:
        parts = Ticket.objects.filter(merged_into__in=level).order_by("pk")
        level = list(parts.values_list("pk", flat=True))
        found = found + level
    rows = TicketMessage.objects.filter(ticket__in=found)
    rows = rows.select_related("incoming", "outgoing")
    files = MessageFile.objects.select_related("attachment")
    ordered = rows.select_related("author", "ticket", "template").order_by("at", "id")
    return list(ordered.prefetch_related(Prefetch("files", files)))


def files_of(ticket: Ticket) -> QuerySet[MessageFile]:
    """Return the files that were given with the messages of a ticket and are still kept."""
    rows = MessageFile.objects.filter(message__ticket=ticket, attachment__withdrawn_at=None)
    return rows.select_related("attachment", "message").order_by("pk")


def escalations_for(scope: Scope, now: datetime) -> QuerySet[Escalation]:
    """Return the open escalations that this person is told of by ``now``.

    Up the ladder: the owner, the department of the store, its supervisors, head office.
    """
    told = Q(audience="owner", ticket__owner=scope.user_id)
    told |= Q(audience="owner", ticket__owner=None)
    if scope.may(Right.SERVICE_EDIT):
        told |= Q(audience="team")
    if scope.may(Right.SERVICE_ALLOW):
        told |= Q(audience="supervisor")
        if scope.everything:
            told |= Q(audience="head_office")
    rows = Escalation.objects.visible_to(scope).open().filter(told, tell_at__lte=now)
    return rows.exclude(ticket__status__in=("resolved", "closed", "merged"))
