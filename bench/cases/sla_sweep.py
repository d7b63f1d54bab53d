"""The sweep over 100,000 running clocks of which 4,500 are due: ours, SQL by hand, one by one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from bench.catalogue import company
from bench.desk import FIRST_AT, days, fill
from orders.actions.escalations import sweep_clocks
from orders.models import Escalation, EscalationRule, SlaPolicy, Ticket, TicketClock

GOAL_ID = "SLA"
GOAL = 2.0
NOW = FIRST_AT
# In so many of 1,000 tickets the first response is due; in the others far from it.
DUE = 45
SQL = Path(__file__).parents[1] / "sql" / "sla_sweep.sql"


def prepare(size: int) -> None:
    """Open as many tickets as asked for, each with its clock for the first response."""
    _user, stores = company()
    days()
    policy = SlaPolicy.objects.get(measure="first_response").pk
    due = f"n % 1000 < {DUE}"
    fill(
        Ticket,
        size,
        id="n",
        store_id=f"{stores[0].pk} + n % {len(stores)}",
        external_id="'x' || n",
        subject="'Subject'",
        channel="'email'",
        kind="CASE n % 10 WHEN 0 THEN 'complaint' ELSE 'enquiry' END",
        status="'new'",
        opened_at="d.at",
        business_date="d.day",
        queue_at="d.at",
        created_at="d.at",
        updated_at="d.at",
    )
    fill(
        TicketClock,
        size,
        id="n",
        ticket_id="n",
        measure="'first_response'",
        run_no="1",
        state="'running'",
        policy_id=str(policy),
        hours="'24/7'",
        used_seconds="0",
        counted_at="d.at",
        started_at="d.at",
        due_at=f"CASE WHEN {due} THEN d.long_before ELSE d.long_after END",
    )
    with connection.cursor() as cursor:
        instant = connection.data_types["DateTimeField"]
        cursor.execute(f"CREATE TABLE bench_bounds (rule_id bigint PRIMARY KEY, until {instant})")
        cursor.executemany(
            "INSERT INTO bench_bounds VALUES (%s, %s)",
            [
                (rule.pk, _instant(NOW - timedelta(minutes=rule.minutes_after_due)))
                for rule in EscalationRule.objects.all()
            ],
        )
        cursor.execute("ANALYZE")


def reset() -> None:
    """As before anything was missed or raised."""
    Escalation.objects.all().delete()
    TicketClock.objects.exclude(missed_at=None).update(missed_at=None)
    Ticket.objects.exclude(escalation_level=0).update(escalation_level=0)


def floor() -> Any:
    """Three statements by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in SQL.read_text("utf-8").split(";"):
            if statement.strip():
                cursor.execute(statement, {"now": _instant(NOW)})
    return _told()


def ours() -> Any:
    """The sweep as the schedule runs it."""
    sweep_clocks(at=NOW)
    return _told()


def typical() -> Any:
    """Every running clock looked at, and saved where something is due."""
    with transaction.atomic():
        rules = list(EscalationRule.objects.filter(active=True))
        for clock in TicketClock.objects.filter(state="running").select_related("ticket"):
            _look(clock, rules)
    return _told()


def _look(clock: TicketClock, rules: list[EscalationRule]) -> None:
    assert clock.due_at is not None  # noqa: S101  (each has one here)
    ticket = clock.ticket
    if clock.due_at < NOW:
        clock.missed_at = clock.due_at
        clock.save()
    for rule in rules:
        major = ticket.priority == "major" or ticket.kind == "complaint"
        reached = clock.due_at + timedelta(minutes=rule.minutes_after_due) <= NOW
        if rule.measure == clock.measure and reached and (major or not rule.only_major):
            Escalation.objects.create(
                ticket=ticket,
                clock=clock,
                rule=rule,
                level=rule.level,
                audience=rule.audience,
                due_at=clock.due_at,
                raised_at=NOW,
                tell_at=NOW,
            )
            ticket.escalation_level = max(ticket.escalation_level, rule.level)
            ticket.save()


def _told() -> Any:
    return (
        Escalation.objects.count(),
        Escalation.objects.filter(tell_at=NOW).count(),
        TicketClock.objects.exclude(missed_at=None).count(),
        Ticket.objects.aggregate(Sum("escalation_level")),
    )


def _instant(at: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
