"""Pay runs, payslips with their lines, and the rows every commission is made of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Department, Person
from compensation.core.lifecycle import PayLineKind, PayRunState
from compensation.models.plans import PlanVersion
from opsdesk.models import MoneyField, MonthField
from orders.models import Order, Return


class PayRunQuerySet(models.QuerySet["PayRun"]):
    """Pay runs in the words of the desk."""

    def visible_to(self, scope: Scope) -> PayRunQuerySet:
        """Runs of the company, or of the departments whose pay one's role lets one see."""
        if not scope.may(Right.PAY_VIEW):
            return self.none()
        if scope.pays_everywhere:
            return self
        return self.filter(department__in=scope.pay_departments)


class PayRun(models.Model):
    """A department's pay for a month: one for each, locked in order.

    open → calculated → submitted → approved → locked → paid; back to open with a reason. The
    ``digest`` covers everything that is shown for approval; ``inputs`` is all that the figures
    were calculated from, so that a locked run can be replayed to the cent.
    """

    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="pay_runs"
    )
    month = MonthField(_("month"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=PayRunState.choices,
        default=PayRunState.OPEN,
        editable=False,
    )
    version = models.PositiveIntegerField(_("calculation"), default=0, editable=False)
    plan = models.ForeignKey(
        PlanVersion,
        verbose_name=_("pay plan"),
        null=True,
        on_delete=models.PROTECT,
        related_name="pay_runs",
    )
    currency = models.CharField(_("currency"), max_length=3)
    orders_amount = MoneyField(_("orders"), default=0)
    refunds_amount = MoneyField(_("refunds"), default=0)
    carried_base = MoneyField(_("carried from the month before"), default=0)
    base = MoneyField(_("commission base"), default=0)
    target = MoneyField(_("target"), null=True)
    activity_fund = MoneyField(_("activity fund"), default=0)
    carried_out = MoneyField(_("carried into the next month"), default=0)
    total = MoneyField(_("total"), default=0)
    inputs = models.JSONField(default=dict, editable=False)
    problems = models.JSONField(default=list, editable=False)
    changes = models.JSONField(default=list, editable=False)
    differences = models.JSONField(default=list, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    calculated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    calculated_at = models.DateTimeField(_("calculated at"), null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    # Whom the approver stood in for.
    approved_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(_("locked at"), null=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)

    objects = PayRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay run")
        verbose_name_plural = _("pay runs")
        ordering = ["-month", "department"]
        constraints = [
            models.UniqueConstraint(fields=["department", "month"], name="pay_run_unique"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("submitted_by")) & ~Q(approved_by=F("calculated_by"))),
                name="pay_run_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_for__isnull=True)
                | (~Q(approved_for=F("submitted_by")) & ~Q(approved_for=F("calculated_by"))),
                name="pay_run_not_through_a_stand_in",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "calculated", "submitted"])
                | Q(approved_by__isnull=False),
                name="pay_run_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.month:%Y-%m}"


class PayRunEvent(models.Model):
    """A move of a pay run: by whom, when, why. Never changed."""

    run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(_("state"), max_length=10, choices=PayRunState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("pay run event")
        verbose_name_plural = _("pay run events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.state}"


class BaseRow(models.Model):
    """One order or refund of a run's commission base, with the running sum up to it.

    From the running sum each commission line's part of this row follows by itself
    (``opsdesk.core.money.slice_of``): the parts of all rows add up to the line to the cent. A row
    with neither order nor refund is what an earlier month carried over. ``collected_on`` is the
    day by which the buyer had paid, ``None`` where nobody knows.
    """

    run = models.ForeignKey(PayRun, on_delete=models.CASCADE, related_name="base_rows")
    seq = models.PositiveIntegerField()
    day = models.DateField(_("business date"))
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="pay_base_rows"
    )
    return_case = models.ForeignKey(
        Return, null=True, on_delete=models.PROTECT, related_name="pay_base_rows"
    )
    collected_on = models.DateField(_("collected on"), null=True)
    amount = MoneyField(_("amount"))
    running = MoneyField(_("running sum"))

    class Meta:
        verbose_name = _("row of the commission base")
        verbose_name_plural = _("rows of the commission base")
        ordering = ["run", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="base_row_unique"),
            models.CheckConstraint(
                condition=Q(order__isnull=True) | Q(return_case__isnull=True),
                name="base_row_order_or_return",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.seq}"


class PayslipQuerySet(models.QuerySet["Payslip"]):
    """Payslips in the words of the desk."""

    def visible_to(self, scope: Scope) -> PayslipQuerySet:
        """One's own once it is locked; those of the runs one may see."""
        own = Q(person=scope.person_id, run__state__in=[PayRunState.LOCKED, PayRunState.PAID])
        if not scope.may(Right.PAY_VIEW):
            return self.filter(own)
        if scope.pays_everywhere:
            return self
        return self.filter(own | Q(run__department__in=scope.pay_departments))


class Payslip(models.Model):
    """What one person is paid for a month in a department; ``total`` is the sum of its lines."""

    run = models.ForeignKey(PayRun, on_delete=models.CASCADE, related_name="payslips")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="payslips"
    )
    total = MoneyField(_("total"))

    objects = PayslipQuerySet.as_manager()

    class Meta:
        verbose_name = _("payslip")
        verbose_name_plural = _("payslips")
        ordering = ["run", "person"]
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="payslip_unique")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.run_id}"


class PayslipLine(models.Model):
    """One amount of a payslip; ``code`` and ``figures`` are its explanation in words."""

    payslip = models.ForeignKey(Payslip, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=20, choices=PayLineKind.choices)
    amount = MoneyField(_("amount"))
    code = models.CharField(max_length=60)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("payslip line")
        verbose_name_plural = _("payslip lines")
        ordering = ["payslip", "position"]
        constraints = [
            models.UniqueConstraint(fields=["payslip", "position"], name="payslip_line_unique")
        ]

    def __str__(self) -> str:
        return f"{self.payslip_id}/{self.position} {self.kind}"
