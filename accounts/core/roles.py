"""Who may do what: one readable table of roles and rights."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    TEAM_MEMBER = "team_member", _("Team member")
    SUPERVISOR = "supervisor", _("Supervisor")
    HR_PAYROLL = "hr_payroll", _("HR/payroll")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Right(StrEnum):
    """What a page or an action asks for."""

    SALES_VIEW = "sales.view"
    MASTER_EDIT = "master.edit"
    IMPORT = "import"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    TARGET_EDIT = "target.edit"
    INPUT_EDIT = "input.edit"
    PAY_VIEW = "pay.view"
    PAY_CALCULATE = "pay.calculate"
    PAY_APPROVE = "pay.approve"
    PAY_PAY = "pay.pay"
    PLAN_EDIT = "plan.edit"
    RUNS_VIEW = "runs.view"
    RUNS_START = "runs.start"
    AUDIT_VIEW = "audit.view"


_R = Right
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.TEAM_MEMBER: frozenset({_R.SALES_VIEW}),
    Role.SUPERVISOR: frozenset(
        {
            _R.SALES_VIEW,
            _R.IMPORT,
            _R.PEOPLE_VIEW,
            _R.TARGET_EDIT,
            _R.INPUT_EDIT,
            _R.PAY_VIEW,
            _R.PAY_CALCULATE,
            _R.RUNS_VIEW,
            _R.RUNS_START,
        }
    ),
    Role.HR_PAYROLL: frozenset(
        {
            _R.PEOPLE_VIEW,
            _R.PEOPLE_EDIT,
            _R.INPUT_EDIT,
            _R.PAY_VIEW,
            _R.PAY_CALCULATE,
            _R.PAY_PAY,
            _R.RUNS_VIEW,
            _R.RUNS_START,
        }
    ),
    Role.MANAGER: frozenset(
        {
            _R.SALES_VIEW,
            _R.MASTER_EDIT,
            _R.IMPORT,
            _R.PEOPLE_VIEW,
            _R.TARGET_EDIT,
            _R.PAY_VIEW,
            _R.PAY_APPROVE,
            _R.PLAN_EDIT,
            _R.RUNS_VIEW,
            _R.RUNS_START,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            _R.SALES_VIEW,
            _R.MASTER_EDIT,
            _R.IMPORT,
            _R.PEOPLE_VIEW,
            _R.PEOPLE_EDIT,
            _R.RUNS_VIEW,
            _R.RUNS_START,
            _R.AUDIT_VIEW,
        }
    ),
    Role.AUDITOR: frozenset(
        {_R.SALES_VIEW, _R.PEOPLE_VIEW, _R.PAY_VIEW, _R.RUNS_VIEW, _R.AUDIT_VIEW}
    ),
}

# These see the whole company; the others see the departments and stores they belong to.
COMPANY_WIDE = frozenset({Role.HR_PAYROLL, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})
