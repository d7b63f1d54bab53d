"""``manage.py payrun``: a department's month of pay from the command line."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Department
from accounts.queries.access import scope_of
from compensation.actions.calculation import calculate_run, replay_run
from compensation.actions.payruns import approve_run, lock_run, pay_run, return_run, submit_run
from compensation.core.lifecycle import CLOSED_STATES
from compensation.models import PayRun
from compensation.queries.payruns import formula, payslips_of, problems_of, run_json
from opsdesk.core.errors import DomainError, NotAllowed, NotReady
from opsdesk.core.periods import Period, business_date
from opsdesk.management.signing import signed_in

VERBS = {
    "calculate": "calculate the month's pay, anew if it was calculated before",
    "show": "print the payslips with every line in words",
    "submit": "hand a calculated run in for approval",
    "return": "give a run back to be worked on",
    "approve": "approve a submitted run",
    "lock": "close the month with an approved run",
    "pay": "note that a locked run was paid out",
    "replay": "calculate locked runs again from their inputs and print the differences",
}
SIGNED = ("submit", "return", "approve", "lock", "pay")


class Command(BaseCommand):
    help = (
        "Calculate, show, submit, return, approve, lock, pay or replay a department's pay run. "
        "submit, return, approve, lock and pay are done by a person: name the sign-in with --by "
        "and give the password, and a code of the second factor, when asked (or in "
        "OPSDESK_PASSWORD and OPSDESK_CODE)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
        for verb, does in VERBS.items():
            one = verbs.add_parser(verb, help=does, description=does)
            one.set_defaults(json=False, by="", reason="")
            # Without a department every locked month is replayed.
            needed = None if verb != "replay" else "?"
            one.add_argument("department", nargs=needed, help="the department's code")
            one.add_argument("month", nargs=needed, help="YYYY-MM")
            if verb == "show":
                one.add_argument("--json", action="store_true", help="print JSON")
            if verb in SIGNED:
                one.add_argument("--by", default="", help="the sign-in of the person who does it")
            if verb == "return":
                one.add_argument("--reason", default="", help="why it goes back")
            if verb == "approve":
                one.add_argument("--digest", default="", help="that of what you saw, by `show`")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = options["verb"]
        if verb == "replay" and not options["department"]:
            return self._replay(PayRun.objects.filter(state__in=CLOSED_STATES))
        department, month = self._department(options), self._month(options)
        try:
            self._run(verb, department, month, options)
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from error
        return None

    def _run(
        self, verb: str, department: Department, month: Period, options: dict[str, Any]
    ) -> None:
        now = timezone.now()
        if verb == "calculate":
            self._show(calculate_run(department, month, by=None, at=now))
            return
        run = PayRun.objects.filter(department=department, month=month.start).first()
        if run is None:
            raise NotReady(
                _("There is no pay run of %(department)s for %(month)s. Calculate it first.")
                % {"department": department, "month": str(month)}
            )
        if verb == "replay":
            self._replay(PayRun.objects.filter(pk=run.pk))
        elif verb == "show" and options["json"]:
            self.stdout.write(json.dumps(run_json(run), ensure_ascii=False, indent=2))
        elif verb == "show":
            self._show(run)
        else:
            self._signed(verb, run, options)

    def _signed(self, verb: str, run: PayRun, options: dict[str, Any]) -> None:
        by, now = signed_in(options["by"]), timezone.now()
        scope = scope_of(by, today=business_date(now, settings.COMPANY_TIME_ZONE))
        if not PayRun.objects.visible_to(scope).filter(pk=run.pk).exists():
            raise NotAllowed(_("You may not see this pay run."), code="no_right")
        match verb:
            case "submit":
                run = submit_run(run, scope=scope, by=by, at=now)
            case "return":
                run = return_run(run, reason=options["reason"], scope=scope, by=by, at=now)
            case "approve":
                digest = _digest(run, options["digest"])
                run = approve_run(run, digest=digest, scope=scope, by=by, at=now)
            case "lock":
                run = lock_run(run, scope=scope, by=by, at=now)
            case _:
                run = pay_run(run, scope=scope, by=by, at=now)
        self.stdout.write(f"{run}: {run.get_state_display()}")

    def _show(self, run: PayRun) -> None:
        write = self.stdout.write
        write(f"{run}: {run.get_state_display()}")
        if run.digest:
            write(_("digest %(digest)s") % {"digest": run.digest})
        write(
            _("base %(base)s = orders %(orders)s − refunds %(refunds)s, target %(target)s")
            % {
                "base": run.base,
                "orders": run.orders_amount,
                "refunds": run.refunds_amount,
                "target": "–" if run.target is None else run.target,
            }
        )
        for payslip in payslips_of(run):
            write(f"\n{payslip.person}  {payslip.total} {run.currency}")
            for line in payslip.lines.all():
                write(f"  {formula(line)}")
        for mark, blocking in (("!", True), ("·", False)):
            for sentence in problems_of(run, blocking=blocking):
                write(f"{mark} {sentence}")

    def _replay(self, runs: Any) -> None:
        found = 0
        for run in runs.select_related("department").order_by("month", "department__code"):
            for difference in replay_run(run):
                found += 1
                self.stdout.write(f"{run}: {difference}")
        self.stdout.write(
            _("%(runs)s pay runs replayed, %(count)s differences.")
            % {"runs": runs.count(), "count": found}
        )
        if found:
            sys.exit(1)

    def _department(self, options: dict[str, Any]) -> Department:
        code = options["department"]
        if not code:
            raise CommandError(_("Name the department by its code."), returncode=2)
        department = Department.objects.filter(code=code).first()
        if department is None:
            raise CommandError(
                _("There is no department “%(code)s”.") % {"code": code}, returncode=1
            )
        return department

    def _month(self, options: dict[str, Any]) -> Period:
        try:
            period = Period.parse(options["month"] or "")
        except ValueError:
            period = None
        if period is None or period.kind != "month":
            raise CommandError(_("Give the month as YYYY-MM."), returncode=2)
        return period


def _digest(run: PayRun, given: str) -> str:
    """Return the digest of what the approver saw; its first sixteen characters are enough."""
    if not given:
        raise NotReady(
            _("Name what you looked at with --digest; “payrun show” prints it."), code="no_digest"
        )
    return run.digest if len(given) >= 16 and run.digest.startswith(given) else given
