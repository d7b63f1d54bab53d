"""Stores, whose they are from when to when, and which of their days have news."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import RIGHTS, Right
from accounts.core.scope import Scope
from accounts.models import Department, Person
from opsdesk.models import ShareField


class StoreQuerySet(models.QuerySet["Store"]):
    """Stores in the words of the desk."""

    def visible_to(self, scope: Scope) -> StoreQuerySet:
        """The whole company, or the stores that today are one's departments' or one's own.

        A machine that is bound to stores sees these and no others.
        """
        if scope.everything:
            return self
        if scope.store_codes is not None:
            return self.filter(code__in=scope.store_codes)
        theirs = StoreDepartment.objects.on(scope.today).filter(department__in=scope.departments)
        own = StoreAssignment.objects.on(scope.today).filter(person=scope.person_id)
        return self.filter(Q(pk__in=theirs.values("store")) | Q(pk__in=own.values("store")))


class StoreStage(models.TextChoices):
    NEW = "new", _("New")
    MATURE = "mature", _("Mature")


class StoreStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class Store(models.Model):
    """One seller account on one marketplace, with one currency and one clock.

    A change of the time zone applies to later orders only: each order keeps its business date.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    marketplace = models.CharField(_("marketplace"), max_length=40)
    country = models.CharField(_("country"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3)
    time_zone = models.CharField(_("time zone"), max_length=60)
    stage = models.CharField(
        _("stage"), max_length=10, choices=StoreStage.choices, default=StoreStage.MATURE
    )
    platform_fee_rate = ShareField(
        _("platform fee rate"),
        default=Decimal("0.15"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=StoreStatus.choices,
        default=StoreStatus.ACTIVE,
        editable=False,
    )

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DatedQuerySet(models.QuerySet):
    """Rows that hold from one day until before another."""

    def on(self, day: date) -> DatedQuerySet:
        """The rows that hold on ``day``."""
        return self.during(day, day + date.resolution)

    def during(self, start: date, end: date) -> DatedQuerySet:
        """The rows that hold on at least one day of ``start <= day < end``."""
        return self.filter(Q(to_date__isnull=True) | Q(to_date__gt=start), from_date__lt=end)


class StoreDepartmentQuerySet(DatedQuerySet):
    """Departments of stores in the words of the desk."""

    def led_by(self, scope: Scope) -> StoreDepartmentQuerySet:
        """Today's, of the departments in which an own role assigns stores.

        Being employed in a department, or seeing it by another role, does not lead it.
        """
        rows = self.on(scope.today)
        reach = [own for role, own in scope.grants if Right.ASSIGN in RIGHTS[role]]
        if None in reach:
            return rows
        led = {department for own in reach for department in own or ()}
        return rows.filter(department__in=led)


class StoreDepartment(models.Model):
    """Whose store it is: its sales count for the department of the day of sale."""

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="departments"
    )
    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="stores"
    )
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until before"), null=True, blank=True)

    objects = StoreDepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("store's department")
        verbose_name_plural = _("stores' departments")
        ordering = ["store", "from_date"]
        constraints = [
            models.UniqueConstraint(fields=["store", "from_date"], name="store_department_unique"),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gt=F("from_date")),
                name="store_department_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.department_id} {self.from_date}"


class Duty(models.TextChoices):
    OPERATION = "operation", _("Operation")
    CUSTOMER_SERVICE = "customer_service", _("Customer service")


class StoreAssignment(models.Model):
    """Who is credited with a store's sales, from when to when, with which share."""

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="assignments"
    )
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="store_assignments"
    )
    duty = models.CharField(_("duty"), max_length=20, choices=Duty.choices, default=Duty.OPERATION)
    share = ShareField(_("share"), default=Decimal(1))
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until before"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("store assignment")
        verbose_name_plural = _("store assignments")
        ordering = ["store", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "person", "duty", "from_date"], name="store_assignment_unique"
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0) & Q(share__lte=1),
                name="store_assignment_share_bounds",
                violation_error_message=_("A share is above 0 and at most 1."),
            ),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gt=F("from_date")),
                name="store_assignment_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.person_id} {self.share}"


class FactFamily(models.TextChoices):
    """The kinds of rows that daily facts are made of."""

    SALES = "sales", _("Sales")
    REFUNDS = "refunds", _("Refunds")
    DISPUTES = "disputes", _("Disputes")
    REVIEWS = "reviews", _("Reviews")
    SHIPMENTS = "shipments", _("Shipments")


class DirtyDay(models.Model):
    """A day of a store whose facts must be computed again, written with the change itself.

    There is deliberately no unique constraint: every change writes its own row, so that a night
    that takes away the rows it sees can never take away the notice of a change it did not see.
    """

    family = models.CharField(max_length=20, choices=FactFamily.choices)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        verbose_name = _("day to compute again")
        verbose_name_plural = _("days to compute again")

    def __str__(self) -> str:
        return f"{self.family} {self.store_id} {self.day}"
