"""Who may do what: one readable table of roles and rights."""

from collections.abc import Iterable
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
    MACHINE_CLIENT = "machine_client", _("Machine client")


class Right(StrEnum):
    """What a page or an action asks for."""

    SALES_VIEW = "sales.view"
    MASTER_EDIT = "master.edit"
    CATALOGUE_EDIT = "catalogue.edit"
    CATALOGUE_SIGN = "catalogue.sign"
    STOCK_EDIT = "stock.edit"
    SERVICE_EDIT = "service.edit"
    SERVICE_ALLOW = "service.allow"
    CUSTOMER_VIEW = "customer.view"
    CUSTOMER_ERASE = "customer.erase"
    IMPORT = "import"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    PERSONAL_VIEW = "personal.view"
    PERSONAL_ERASE = "personal.erase"
    ASSIGN = "assignment.edit"
    TARGET_EDIT = "target.edit"
    INPUT_EDIT = "input.edit"
    PAY_VIEW = "pay.view"
    PAY_CALCULATE = "pay.calculate"
    PAY_APPROVE = "pay.approve"
    BONUS_APPROVE = "bonus.approve"
    PAY_PAY = "pay.pay"
    PLAN_EDIT = "plan.edit"
    RUNS_VIEW = "runs.view"
    RUNS_START = "runs.start"
    AUDIT_VIEW = "audit.view"
    ACCESS_VIEW = "access.view"
    ACCESS_EDIT = "access.edit"
    ACCESS_CONFIRM = "access.confirm"


_R = Right
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.TEAM_MEMBER: frozenset({_R.SALES_VIEW, _R.CATALOGUE_EDIT, _R.STOCK_EDIT, _R.SERVICE_EDIT}),
    Role.SUPERVISOR: frozenset(
        {
            _R.SALES_VIEW,
            _R.CATALOGUE_EDIT,
            _R.CATALOGUE_SIGN,
            _R.STOCK_EDIT,
            _R.SERVICE_EDIT,
            _R.SERVICE_ALLOW,
            _R.CUSTOMER_VIEW,
            _R.IMPORT,
            _R.PEOPLE_VIEW,
            _R.ASSIGN,
            _R.TARGET_EDIT,
            _R.INPUT_EDIT,
            _R.PAY_VIEW,
            _R.PAY_CALCULATE,
            _R.BONUS_APPROVE,
            _R.RUNS_VIEW,
            _R.RUNS_START,
        }
    ),
    Role.HR_PAYROLL: frozenset(
        {
            _R.PEOPLE_VIEW,
            _R.PEOPLE_EDIT,
            _R.PERSONAL_VIEW,
            _R.PERSONAL_ERASE,
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
            _R.CATALOGUE_EDIT,
            _R.CATALOGUE_SIGN,
            _R.STOCK_EDIT,
            _R.SERVICE_EDIT,
            _R.SERVICE_ALLOW,
            _R.CUSTOMER_VIEW,
            _R.CUSTOMER_ERASE,
            _R.IMPORT,
            _R.PEOPLE_VIEW,
            _R.ASSIGN,
            _R.TARGET_EDIT,
            _R.PAY_VIEW,
            _R.PAY_APPROVE,
            _R.BONUS_APPROVE,
            _R.PLAN_EDIT,
            _R.RUNS_VIEW,
            _R.RUNS_START,
            _R.ACCESS_VIEW,
            _R.ACCESS_CONFIRM,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            _R.SALES_VIEW,
            _R.MASTER_EDIT,
            _R.CATALOGUE_EDIT,
            _R.STOCK_EDIT,
            _R.SERVICE_EDIT,
            _R.CUSTOMER_ERASE,
            _R.IMPORT,
            _R.PEOPLE_VIEW,
            _R.PEOPLE_EDIT,
            _R.PERSONAL_VIEW,
            _R.ASSIGN,
            _R.RUNS_VIEW,
            _R.RUNS_START,
            _R.AUDIT_VIEW,
            _R.ACCESS_VIEW,
            _R.ACCESS_EDIT,
            _R.ACCESS_CONFIRM,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            _R.SALES_VIEW,
            _R.PEOPLE_VIEW,
            _R.PAY_VIEW,
            _R.RUNS_VIEW,
            _R.AUDIT_VIEW,
            _R.ACCESS_VIEW,
        }
    ),
    # A machine client reads and writes the resources that its own list names, nothing by role.
    Role.MACHINE_CLIENT: frozenset(),
}

# These see the whole company; the others see the departments and stores they belong to.
COMPANY_WIDE = frozenset({Role.HR_PAYROLL, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})
# What a person can be granted.
PEOPLE_ROLES = tuple(role for role in Role if role != Role.MACHINE_CLIENT)
# Whoever has one of these gets nothing before the second factor.
GUARDED = frozenset(
    {
        _R.PAY_VIEW,
        _R.PAY_APPROVE,
        _R.BONUS_APPROVE,
        _R.PERSONAL_VIEW,
        _R.CUSTOMER_VIEW,
        _R.AUDIT_VIEW,
        _R.ACCESS_VIEW,
        _R.ACCESS_EDIT,
        _R.ACCESS_CONFIRM,
    }
)
# What a stand-in may do for the person who is away.
STAND_IN_RIGHTS = frozenset({_R.PAY_VIEW, _R.PAY_APPROVE, _R.BONUS_APPROVE})
# Whoever has one of these decides, and so names a stand-in: to see is nothing one is missed for,
# and nobody opens the company's pay to a friend alone.
DECIDING = frozenset({_R.PAY_APPROVE, _R.BONUS_APPROVE})


def set_pay(roles: Iterable[Role]) -> bool:
    """Tell whether one of ``roles`` both keeps the staff and sees pay: not a role of each."""
    both = {Right.PEOPLE_EDIT, Right.PAY_VIEW}
    return any(both <= RIGHTS[role] for role in roles)
