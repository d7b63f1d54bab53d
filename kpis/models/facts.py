"""Daily facts by store, their sums by scope and period, and what late data would have changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import FactFamily, Store
from opsdesk.models import MoneyField


class ScopeKind(models.TextChoices):
    COMPANY = "company", _("Company")
    DEPARTMENT = "department", _("Department")
    STORE = "store", _("Store")
    PERSON = "person", _("Person")


class PeriodKind(models.TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


# What facts are computed of; days of other families have no facts yet.
COMPUTED = (FactFamily.SALES, FactFamily.REFUNDS)


class DayFacts(models.Model):
    """A store's business date with the first days of the periods it lies in.

    They stand in the row so that neither database has to work them out row by row.
    """

    day = models.DateField()
    week = models.DateField()
    month = models.DateField()
    quarter = models.DateField()
    year = models.DateField()

    class Meta:
        abstract = True


class SalesDay(DayFacts):
    """What a store sold on a business date, in reporting currency; every column adds up.

    ``customers_<period>`` counts orders that are their customer's first in that period, so that
    the sum over the period's days is its number of distinct customers. ``second_<period>`` counts
    customers' second orders ever whose first lies in the same period.
    """

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    gmv = MoneyField()
    gmv_organic = MoneyField()
    gmv_ads = MoneyField()
    orders = models.BigIntegerField()
    sold_amount = MoneyField()
    units = models.BigIntegerField()
    costed_amount = MoneyField()
    cost = MoneyField()
    first_order_amount = MoneyField()
    new_customers = models.BigIntegerField()
    customers_day = models.BigIntegerField()
    customers_week = models.BigIntegerField()
    customers_month = models.BigIntegerField()
    customers_quarter = models.BigIntegerField()
    customers_year = models.BigIntegerField()
    second_day = models.BigIntegerField()
    second_week = models.BigIntegerField()
    second_month = models.BigIntegerField()
    second_quarter = models.BigIntegerField()
    second_year = models.BigIntegerField()

    class Meta:
        verbose_name = _("sales of a day")
        verbose_name_plural = _("sales by day")
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="sales_day_unique")]
        indexes = [models.Index(fields=["day"], name="sales_day_idx")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"


class RefundDay(DayFacts):
    """What a store paid back on a business date, in reporting currency; every column adds up."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    refund_amount = MoneyField()
    refund_units = models.BigIntegerField()
    refund_costed_amount = MoneyField()
    refund_cost = MoneyField()

    class Meta:
        verbose_name = _("refunds of a day")
        verbose_name_plural = _("refunds by day")
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="refund_day_unique")]
        indexes = [models.Index(fields=["day"], name="refund_day_idx")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"


class PeriodFact(models.Model):
    """The sums of the daily facts for one scope and period; metrics are read from here.

    ``scope_id`` is the primary key of the department, store or person, 0 for the company. A
    person's sums are those of the assigned stores by share, hence decimals everywhere.
    """

    scope_kind = models.CharField(max_length=10, choices=ScopeKind.choices)
    scope_id = models.BigIntegerField()
    period_kind = models.CharField(max_length=7, choices=PeriodKind.choices)
    start = models.DateField()
    gmv = MoneyField(default=0)
    gmv_organic = MoneyField(default=0)
    gmv_ads = MoneyField(default=0)
    orders = MoneyField(default=0)
    sold_amount = MoneyField(default=0)
    units = MoneyField(default=0)
    costed_amount = MoneyField(default=0)
    cost = MoneyField(default=0)
    first_order_amount = MoneyField(default=0)
    new_customers = MoneyField(default=0)
    customers = MoneyField(default=0)
    second_orders = MoneyField(default=0)
    refund_amount = MoneyField(default=0)
    refund_units = MoneyField(default=0)
    refund_costed_amount = MoneyField(default=0)
    refund_cost = MoneyField(default=0)
    run = models.ForeignKey("kpis.NightlyRun", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("facts of a period")
        verbose_name_plural = _("facts by period")
        constraints = [
            models.UniqueConstraint(
                fields=["scope_kind", "scope_id", "period_kind", "start"],
                name="period_fact_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope_kind} {self.scope_id} {self.period_kind} {self.start}"


class FactWork(DayFacts):
    """A store's day that a run has taken from the dirty days and not yet computed."""

    family = models.CharField(
        max_length=20, choices=[(family.value, family.label) for family in COMPUTED]
    )
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("day in work")
        verbose_name_plural = _("days in work")
        constraints = [
            models.UniqueConstraint(fields=["family", "store", "day"], name="fact_work_unique")
        ]
        indexes = [models.Index(fields=["week"], name="fact_work_week_idx")]

    def __str__(self) -> str:
        return f"{self.family} {self.store_id} {self.day}"


class PeriodWork(models.Model):
    """A day whose facts changed and whose periods are not yet summed again."""

    day = models.DateField(unique=True)

    class Meta:
        verbose_name = _("period in work")
        verbose_name_plural = _("periods in work")

    def __str__(self) -> str:
        return f"{self.day}"


class Restatement(models.Model):
    """What late data would have changed in a closed month, kept beside the frozen figure."""

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField(_("business date"))
    component = models.CharField(_("figure"), max_length=40)
    frozen_value = MoneyField(_("frozen value"))
    current_value = MoneyField(_("value with late data"))
    run = models.ForeignKey("kpis.NightlyRun", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("restatement")
        verbose_name_plural = _("restatements")
        ordering = ["-day", "store", "component"]
        constraints = [
            models.UniqueConstraint(fields=["store", "day", "component"], name="restatement_unique")
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day} {self.component}"
