"""The moves of a pay run: each by a conditional update, with its event and audit entry."""

from datetime import datetime

from django.utils.translation import gettext

from accounts.actions.periods import hold_departments
from accounts.models import User
from compensation.core.lifecycle import MOVES
from compensation.models import PayRun, PayRunEvent
from opsdesk.actions.audit import record
from opsdesk.core.errors import InvalidTransition


def held(run: PayRun) -> PayRun:
    """Return the run as it is now, held with its department until the transaction ends.

    Whoever writes an input of the month holds the department, too: what a step looks at stays.
    """
    rows = PayRun.objects.select_for_update(of=("self",)).select_related("department")
    found = rows.get(pk=run.pk)
    hold_departments([found.department_id])
    return found


def refuse_unless(verb: str, run: PayRun) -> None:
    """Raise ``InvalidTransition`` where the lifecycle has no such move from the run's state."""
    if run.state not in MOVES[verb].sources:
        raise InvalidTransition(
            gettext("The pay run %(run)s is “%(state)s”; that step is not possible now.")
            % {"run": run, "state": run.get_state_display()}
        )


def move(verb: str, run: PayRun, *, by: User | None, at: datetime, reason: str = "") -> PayRunEvent:
    """Take the run through the move ``verb`` and record it; of two at once one succeeds."""
    target = MOVES[verb].to
    moved = PayRun.objects.filter(pk=run.pk, state__in=MOVES[verb].sources).update(state=target)
    if not moved:
        run.refresh_from_db(fields=["state"])
        refuse_unless(verb, run)
    run.state = target
    record(f"pay run: {verb}", run, by=by, at=at, detail={"digest": run.digest, "reason": reason})
    return PayRunEvent.objects.create(
        run=run, state=target, by=by, at=at, reason=reason, digest=run.digest
    )
