"""People: who signs in, who is employed, as what, from when to when."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from accounts.models.organisation import Department, Position, Team
from opsdesk.core.privacy import Sensitivity
from opsdesk.models import MoneyField


class User(AbstractUser):
    """Somebody who signs in; every session of an older ``session_version`` is over."""

    sensitive = {
        "username": Sensitivity.IDENTITY,
        "first_name": Sensitivity.IDENTITY,
        "last_name": Sensitivity.IDENTITY,
        "email": Sensitivity.PERSONAL,
    }

    session_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django compares it on each request, also with the secret keys before this one.
        salt = "accounts.models.User.session"
        told = f"{self.password}:{self.session_version}"
        return salted_hmac(salt, told, secret=secret, algorithm="sha256").hexdigest()

    @property
    def audit_name(self) -> str:
        """The sign-in without a name: what the audit trail calls it."""
        return f"#{self.pk}"


class PersonQuerySet(models.QuerySet["Person"]):
    """People in the words of the desk."""

    def visible_to(self, scope: Scope) -> PersonQuerySet:
        """The whole company, the people of one's departments, and always oneself."""
        if scope.everything:
            return self
        return self.filter(
            Q(pk=scope.person_id) | Q(employments__department__in=scope.departments)
        ).distinct()


class Person(models.Model):
    """Somebody the company employs or employed; ``user`` where the person signs in.

    Erasure takes name and contacts away; the number stays, and with it what was paid and why.
    """

    sensitive = {
        "name": Sensitivity.IDENTITY,
        "email": Sensitivity.PERSONAL,
        "phone": Sensitivity.PERSONAL,
    }

    employee_no = models.CharField(_("employee no."), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)
    user = models.OneToOneField(
        User,
        verbose_name=_("sign-in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="person",
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["employee_no"]

    def __str__(self) -> str:
        return f"{self.name or '–'} ({self.employee_no})"

    @property
    def audit_name(self) -> str:
        """The person without a name: what the audit trail calls it."""
        return self.employee_no


class Level(models.TextChoices):
    JUNIOR = "junior", _("Junior")
    MID = "mid", _("Mid")
    SENIOR = "senior", _("Senior")


class EmploymentQuerySet(models.QuerySet["Employment"]):
    """Employments in the words of the desk."""

    def during(self, start: date, end: date) -> EmploymentQuerySet:
        """Employments of at least one day in ``start <= day < end``."""
        return self.filter(
            Q(to_date__isnull=True) | Q(to_date__gt=start),
            Q(leave_date__isnull=True) | Q(leave_date__gte=start),
            from_date__lt=end,
        )

    def visible_to(self, scope: Scope) -> EmploymentQuerySet:
        """The whole company, the departments whose pay a role opens (salaries stand here), own."""
        if scope.everything:
            return self
        mine = Q(person=scope.person_id, person__isnull=False)
        return self.filter(mine | Q(department__in=scope.pay_departments))


class Employment(models.Model):
    """What a person does and is paid from ``from_date`` until before ``to_date``.

    A change of position, level, team or salary is a new row; the one before it ends the day the
    new one begins. ``leave_date`` is the last day at work. Without a base salary the plan's holds.
    """

    sensitive = {"base_salary": Sensitivity.PAY}

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="employments"
    )
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until before"), null=True, blank=True)
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        on_delete=models.PROTECT,
        related_name="employments",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT
    )
    position = models.ForeignKey(Position, verbose_name=_("position"), on_delete=models.PROTECT)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.MID)
    base_salary = MoneyField(_("base salary"), null=True, blank=True)
    hire_date = models.DateField(_("hired on"))
    leave_date = models.DateField(_("last day"), null=True, blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["person", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "from_date"], name="employment_person_from_unique"
            ),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gt=F("from_date")),
                name="employment_ends_after_start",
                violation_error_message=_("An employment must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(from_date__gte=F("hire_date")),
                name="employment_from_not_before_hire",
                violation_error_message=_("An employment cannot begin before the hire date."),
            ),
            models.CheckConstraint(
                condition=Q(leave_date__isnull=True) | Q(leave_date__gte=F("from_date")),
                name="employment_leaves_after_start",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(base_salary__isnull=True) | Q(base_salary__gte=0),
                name="employment_salary_not_negative",
                violation_error_message=_("A base salary cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.from_date}"

    @property
    def audit_name(self) -> str:
        """The employment without a name: what the audit trail calls it."""
        return f"{self.person.employee_no} {self.from_date}"
