"""A real service desk's log, loaded as any file, against figures worked out minute by minute."""

import csv
from datetime import date

import pytest
from django.core.management import call_command

from orders.models import CalendarDay, CalendarSpan, SlaPolicy, Ticket, TicketClock, WorkCalendar
from tests import factories as make
from tests.oracle import ticket_log as oracle

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
SPANS = ((8 * 60, 12 * 60), (13 * 60, 17 * 60 + 30))
HOLIDAYS = {date(2016, 3, 25), date(2016, 3, 28), date(2016, 5, 2)}
RANKS = ("major", "high", "normal", "low")
PROMISED = {
    (measure, rank): minutes
    for measure, row in (
        ("first_response", (60, 120, 240, 480)),
        ("resolution", (240, 480, 1440, 4320)),
    )
    for rank, minutes in zip(RANKS, row, strict=True)
}
COLUMNS = ("store", "external_id", "at", "event", "priority", "kind", "channel")


@pytest.fixture
def desk():
    """A store in UTC, a calendar with a lunch break and holidays, a promise for each priority."""
    store = make.store("DESK", time_zone="UTC")
    calendar = WorkCalendar.objects.create(code="office", name="Office", time_zone="UTC")
    for weekday in range(5):
        for start, end in SPANS:
            CalendarSpan.objects.create(calendar=calendar, weekday=weekday, start=start, end=end)
    for day in HOLIDAYS:
        CalendarDay.objects.create(calendar=calendar, day=day)
    SlaPolicy.objects.all().delete()
    for (measure, rank), minutes in PROMISED.items():
        SlaPolicy.objects.create(
            name=f"{measure} {rank}",
            measure=measure,
            priority=rank,
            minutes=minutes,
            calendar=calendar,
            pauses=measure == "resolution",
        )
    return store


@pytest.mark.parametrize("most", [3_000, pytest.param(None, marks=pytest.mark.slow)])
def test_every_ticket_has_the_figures_worked_out_minute_by_minute(desk, real_data, tmp_path, most):
    log = list(oracle.events(real_data / "tickets" / "incident_event_log.csv.gz", most))
    file = tmp_path / "events.csv"
    with file.open("w", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(COLUMNS)
        for number, at, event, priority in log:
            instant = (oracle.EPOCH + at * oracle.MINUTE).isoformat()
            rows.writerow(["DESK", number, instant, event, priority, "enquiry", "phone"])

    call_command("load", "ticket_events", file)

    table = oracle.working_minutes(SPANS, HOLIDAYS)
    expected = oracle.figures(log, table, PROMISED)
    found = {}
    for clock in TicketClock.objects.select_related("ticket").iterator():
        missed = clock.missed_at and (clock.missed_at - oracle.EPOCH) // oracle.MINUTE
        stopped = clock.state == "stopped"
        key = (clock.ticket.external_id, clock.measure)
        found[key] = (clock.used_seconds // 60 if stopped else None, missed, clock.answered)
    # what still runs has been running until today, not until the log ends
    told = {
        key: (used if found[key][0] is not None else None, missed, done)
        for key, (used, missed, done) in expected.items()
    }
    assert len(found) == 2 * Ticket.objects.count() == len(expected)
    assert {k: found[k] for k in found if found[k] != told[k]} == {}
