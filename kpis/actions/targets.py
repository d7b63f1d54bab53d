"""A department's target of a month."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.periods import refuse_closed
from accounts.models import Department
from kpis.models import Target
from opsdesk.actions.audit import Actor
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData
from opsdesk.core.money import round_money


@transaction.atomic
def set_target(
    department: Department, month: date, net_sales: Decimal, *, by: Actor | None, at: datetime
) -> Target:
    """Set what ``department`` is to sell in the month that begins on ``month``.

    Raises ``PeriodClosed`` for a closed month, ``InvalidData`` for a day that begins no month and
    for an amount that is not above 0 or finer than the currency's minor unit.
    """
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
    # A closed month refers to the department's row: of closing and setting one comes first.
    Department.objects.select_for_update().get(pk=department.pk)
    refuse_closed(department, month)
    target = Target.objects.filter(department=department, month=month).first()
    target = target or Target(department=department, month=month)
    target.net_sales = net_sales
    return save_record(target, by=by, at=at)
