"""What people did in a month, as far as their pay depends on it."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Department, Employment, Person
from opsdesk.core.privacy import Sensitivity
from opsdesk.models import MoneyField, MonthField


class VolumeKind(models.TextChoices):
    PROMOTION = "promotion", _("Promotion volume")
    FEEDBACK = "feedback", _("Feedback volume")
    RECRUITING = "recruiting", _("Recruiting volume")


class WorkTaskQuerySet(models.QuerySet["WorkTask"]):
    """Work plan tasks in the words of the desk."""

    def visible_to(self, scope: Scope) -> WorkTaskQuerySet:
        """The whole company, one's departments, and always one's own."""
        if scope.everything:
            return self
        # Comparing with None would find every task that belongs to no person.
        own = Q(person=scope.person_id, person__isnull=False)
        return self.filter(
            own
            | Q(department__in=scope.departments)
            | Q(person__employments__department__in=scope.departments)
        ).distinct()


class WorkTask(models.Model):
    """One task of a monthly work plan: of a person, or one of a department's three volumes."""

    month = MonthField(_("month"))
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_tasks",
    )
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_tasks",
    )
    kind = models.CharField(_("volume"), max_length=12, choices=VolumeKind.choices, blank=True)
    name = models.CharField(_("task"), max_length=200)
    planned = MoneyField(_("planned"))
    actual = MoneyField(_("actual"), default=0)

    objects = WorkTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("work plan task")
        verbose_name_plural = _("work plan")
        ordering = ["-month", "person", "department", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "person", "name"],
                condition=Q(person__isnull=False),
                name="work_task_person_unique",
            ),
            models.UniqueConstraint(
                fields=["month", "department", "kind", "name"],
                condition=Q(department__isnull=False),
                name="work_task_department_unique",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, department__isnull=True, kind="")
                | (Q(person__isnull=True, department__isnull=False) & ~Q(kind="")),
                name="work_task_one_owner",
                violation_error_message=_(
                    "A task belongs to a person, or to a department with the kind of volume."
                ),
            ),
            models.CheckConstraint(
                condition=Q(planned__gte=0) & Q(actual__gte=0),
                name="work_task_not_negative",
                violation_error_message=_("Planned and actual quantities are not negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Attendance in the words of the desk."""

    def visible_to(self, scope: Scope) -> AttendanceQuerySet:
        """The whole company, one's departments, and always one's own."""
        if scope.everything:
            return self
        return self.filter(
            Q(person=scope.person_id) | Q(person__employments__department__in=scope.departments)
        ).distinct()


class Attendance(models.Model):
    """How many days a person was absent in a month; without a row nobody knows."""

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="attendance"
    )
    month = MonthField(_("month"))
    absent_days = models.PositiveSmallIntegerField(_("days absent"))

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["-month", "person"]
        constraints = [
            models.UniqueConstraint(fields=["person", "month"], name="attendance_unique"),
            models.CheckConstraint(
                condition=Q(absent_days__lte=31),
                name="attendance_at_most_a_month",
                violation_error_message=_("A month has at most 31 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m}"

    @property
    def audit_name(self) -> str:
        """The attendance without a name: what the audit trail calls it."""
        return f"{self.person.employee_no} {self.month:%Y-%m}"


class ProposalKind(models.TextChoices):
    OVER_ACHIEVEMENT = "over_achievement", _("Over-achievement bonus")
    BONUS = "bonus", _("Bonus")
    DEDUCTION = "deduction", _("Deduction")
    MISCONDUCT = "misconduct", _("Misconduct: commission forfeited")


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals in the words of the desk."""

    def visible_to(self, scope: Scope) -> ProposalQuerySet:
        """Those about people whose pay one may see, and those that one proposed.

        Who sees nobody's pay sees the approved ones about oneself.
        """
        if not scope.may(Right.PAY_VIEW):
            return self.filter(person=scope.person_id, state=ProposalState.APPROVED)
        if scope.pays_everywhere:
            return self
        # Who left the department before the month is paid by another one.
        mine = Employment.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gt=OuterRef("month")),
            Q(leave_date__isnull=True) | Q(leave_date__gte=OuterRef("month")),
            person=OuterRef("person"),
            department__in=scope.pay_departments,
        )
        return self.filter(Exists(mine) | Q(proposed_by=scope.user_id))


class Proposal(models.Model):
    """Something about one person's pay that one person proposes and another decides.

    proposed → approved or refused. For an over-achievement bonus the approver sets the amount.
    """

    sensitive = {"amount": Sensitivity.PAY}

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="pay_proposals"
    )
    month = MonthField(_("month"))
    kind = models.CharField(_("kind"), max_length=20, choices=ProposalKind.choices)
    amount = MoneyField(_("amount"))
    reason = models.TextField(_("reason"))
    evidence = models.TextField(_("evidence"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ProposalState.choices,
        default=ProposalState.PROPOSED,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    proposed_at = models.DateTimeField(_("proposed at"), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided for"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay proposal")
        verbose_name_plural = _("pay proposals")
        ordering = ["-month", "person", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="proposal_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(decided_for__isnull=True) | ~Q(decided_for=F("proposed_by")),
                name="proposal_not_through_a_stand_in",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="proposal_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["person", "month"],
                condition=Q(kind="over_achievement") & ~Q(state="refused"),
                name="proposal_one_over_achievement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    @property
    def audit_name(self) -> str:
        """The proposal without its amount: what the audit trail calls it."""
        return f"{self.kind} {self.month:%Y-%m} #{self.pk}"

    @property
    def digest(self) -> str:
        """Over all that a decision is about: it changes with the content that was shown."""
        parts = (
            self.person_id,
            self.month.isoformat(),
            self.kind,
            f"{self.amount:.4f}",
            self.reason,
            self.evidence,
            self.proposed_by_id,
            self.proposed_at.isoformat(),
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
