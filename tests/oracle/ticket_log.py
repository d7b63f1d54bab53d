"""A real service desk's log, and its SLA figures worked out minute by minute.

Standard library only, and no word of the product's: working time is looked up in a table that has
an entry for every minute of the log.
"""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2016, 2, 29, tzinfo=UTC)
DAYS = 420
PRIORITIES = {"1": "major", "2": "high", "3": "normal", "4": "low"}
MINUTE = timedelta(minutes=1)


def events(path, most=None):
    """Yield (number, minute, event, priority) in the order of the log, per ticket.

    The first Active, or Resolved, of a ticket is its first answer.
    """
    state, priority, answered, last = {}, {}, set(), {}
    with gzip.open(path, "rt", encoding="ascii") as lines:
        for row_no, row in enumerate(csv.DictReader(lines)):
            if most is not None and row_no >= most:
                return
            number, now = row["number"], row["incident_state"]
            rank = PRIORITIES[row["priority"][0]]
            if number not in state:
                opened = minute(row["opened_at"])
                yield number, opened, "opened", rank
                state[number], priority[number], last[number] = "New", rank, opened
            # the log has some changes out of order: what came later in it did not happen before
            at = max(minute(row["sys_updated_at"]), last[number])
            last[number] = at
            for event in steps(state[number], now, number in answered):
                if event == "answer":
                    answered.add(number)
                yield number, at, event, priority[number]
            if rank != priority[number]:
                priority[number] = rank
                yield number, at, "change", rank
            if now in ("New", "Active", "Awaiting User Info", "Resolved", "Closed"):
                state[number] = now


def steps(before, now, answered):
    """What a change of state of the log means."""
    found = []
    if now == "Active" and before in ("Resolved", "Closed"):
        found.append("reopen")
    if now in ("Active", "Awaiting User Info", "Resolved") and not answered:
        found.append("answer")
    if now != before:
        if before == "Awaiting User Info" and now == "Active":
            found.append("resume")
        if now == "Awaiting User Info" and before in ("Resolved", "Closed"):
            found.append("reopen")
        found += {"Awaiting User Info": ["wait"], "Resolved": ["resolve"], "Closed": ["close"]}.get(
            now, []
        )
    return found


def minute(text):
    """A time of the log, ``29/2/2016 01:16``, as minutes since its first day."""
    return (datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC) - EPOCH) // MINUTE


def working_minutes(spans, holidays):
    """How many minutes of work lie before each minute of the log; hours in UTC."""
    table, total = [], 0
    for number in range(DAYS):
        day = EPOCH + timedelta(days=number)
        works = day.weekday() < 5 and day.date() not in holidays
        for of_day in range(1440):
            table.append(total)
            total += works and any(start <= of_day < end for start, end in spans)
    return table


def figures(log, table, promised):
    """First answer and solution of each ticket: (used, missed minute or None, done).

    ``promised`` gives the minutes of (measure, priority).
    """
    by_ticket = defaultdict(list)
    for number, at, event, priority in log:
        by_ticket[number].append((at, event, priority))
    end = len(table) - 1
    return {
        (number, measure): figure(rows, measure, table, promised, end)
        for number, rows in by_ticket.items()
        for measure in ("first_response", "resolution")
    }


def figure(rows, measure, table, promised, end):
    used, missed, since, running, done, waits = 0, None, rows[0][0], True, False, False
    priority = rows[0][2]
    for at, event, rank in [*rows[1:], (end, "end", None)]:
        if running and not (waits and measure == "resolution"):
            goal = promised[(measure, priority)]
            late_at = since
            left = goal - used
            if left > 0:
                late_at = find(table, table[since] + left, since, end)
            if missed is None and at > late_at:
                missed = late_at
            used += table[at] - table[since]
        since = at
        priority = rank or priority
        if event == "wait":
            waits = True
        elif event == "resume":
            waits = False
        elif event == "resolve" or (event == "answer" and measure == "first_response"):
            if running:
                done = event == "answer" or measure == "resolution"
            running = False
        elif event == "reopen" and not (measure == "first_response" and done):
            running, done, waits = True, False, False
    return used, missed, done


def find(table, total, low, high):
    """The first minute before which ``total`` minutes of work lie; beyond the table: its end."""
    if table[high] < total:
        return high + 1
    while low < high:
        middle = (low + high) // 2
        if table[middle] < total:
            low = middle + 1
        else:
            high = middle
    return low
