"""Calendars and policies: saving them brings the clocks of open tickets up to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from opsdesk.actions.audit import Actor, record
from opsdesk.actions.jobs import stage
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import InvalidData
from orders.actions.clocks import RECLOCK
from orders.core.calendars import after, overlap
from orders.models import WorkCalendar
from orders.queries.sla import hours_by_calendar

_HOUR = timedelta(hours=1)


@transaction.atomic
def save_terms(row: models.Model, *, by: Actor | None, at: datetime) -> None:
    """Store a calendar, policy or rule; the clocks of open tickets follow in the background."""
    save_record(row, by=by, at=at)
    follow_terms(at=at)


@transaction.atomic
def delete_terms(row: models.Model, *, by: Actor | None, at: datetime) -> None:
    """Delete one; ``ProtectedError`` where clocks were judged by it."""
    delete_record(row, by=by, at=at)
    follow_terms(at=at)


def follow_terms(*, at: datetime) -> None:
    """Stage the job that brings the clocks up to the terms; one for all changes of a moment."""
    stage(RECLOCK, at.isoformat(), at=at)


@transaction.atomic
def save_calendar_parts(
    calendar: WorkCalendar,
    parts: Sequence[Any],
    gone: Sequence[Any],
    *,
    by: Actor | None,
    at: datetime,
) -> None:
    """Store working times and days of a calendar; ``InvalidData`` where two times overlap.

    A calendar that names holidays only, or hours that never come, is refused, too.
    """
    for part in gone:
        delete_record(part, by=by, at=at)
    for part in parts:
        save_record(part, by=by, at=at)
    hours = hours_by_calendar()[calendar.pk]
    for weekday, spans in enumerate(hours.week):
        if overlap(spans):
            message = _("Two working times of weekday %(day)d overlap: join them.")
            raise InvalidData(message % {"day": weekday + 1}, code="overlap")
    if hours.always and hours.days:
        message = _("A calendar round the clock has no holidays: give it working times first.")
        raise InvalidData(message, code="no_hours")
    after(hours, at, _HOUR)
    record("changed", calendar, by=by, at=at, detail={"parts": len(parts) + len(gone)})
    follow_terms(at=at)
