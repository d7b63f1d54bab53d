"""A department's target of a month."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.periods import refuse_closed
from accounts.core.roles import Right
from accounts.core.scope import Scope
from kpis.models import Target
from opsdesk.actions.audit import Actor
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.core.money import round_money


@transaction.atomic
def set_target(wanted: Target, *, scope: Scope | None, by: Actor | None, at: datetime) -> Target:
    """Set what ``wanted.department`` is to sell in the month that begins on ``wanted.month``.

    ``scope`` ``None`` is the system itself. Raises ``NotAllowed`` for a department that one does
    not lead, ``PeriodClosed`` for a closed month, ``InvalidData`` for a day that begins no month
    and for an amount that is not above 0 or finer than the currency's minor unit.
    """
    department, month, net_sales = wanted.department, wanted.month, wanted.net_sales
    if scope is not None and not scope.reaches(Right.TARGET_EDIT, [department.pk]):
        raise NotAllowed(
            _("You don't have the right to set the target of that department."),
            code="no_right",
            field="department",
        )
    if month.day != 1:
        raise InvalidData(
            _("%(day)s is not the first day of a month.") % {"day": month.isoformat()},
            field="month",
        )
    if not net_sales.is_finite() or net_sales <= 0:
        raise InvalidData(_("A target is above 0."), field="net_sales")
    if net_sales != round_money(net_sales, settings.REPORTING_CURRENCY):
        raise InvalidData(
            _("A target is a whole number of the currency's smallest unit."), field="net_sales"
        )
    refuse_closed(department, month)
    target = Target.objects.filter(department=department, month=month).first()
    target = target or Target(department=department, month=month)
    target.net_sales = net_sales
    return save_record(target, by=by, at=at)
