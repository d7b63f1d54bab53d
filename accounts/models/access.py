"""Which roles a person has and who agreed to it, who stands in for whom, and up to what amount."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import PEOPLE_ROLES, Right
from accounts.core.scope import Scope
from accounts.models.organisation import Department
from accounts.models.people import User
from opsdesk.models import MoneyField

_ROLES = [(role.value, role.label) for role in PEOPLE_ROLES]


def _person(verbose_name: object, **kwargs: object) -> models.ForeignKey:
    """Return a field that names who did a step; it is filled by actions only."""
    options = {"on_delete": models.PROTECT, "related_name": "+", "editable": False} | kwargs
    return models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=verbose_name, **options)  # type: ignore[arg-type]


class AccessChangeKind(models.TextChoices):
    GRANT = "grant", _("Give a role")
    REVOKE = "revoke", _("Take a role away")
    RESET_FACTOR = "reset_factor", _("Forget the second factor")
    REACTIVATE = "reactivate", _("Let in again")


class AccessChangeState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    INSTALLED = "installed", _("Set up")


class AccessChangeQuerySet(models.QuerySet["AccessChange"]):
    """Changes of access in the words of the desk."""

    def visible_to(self, scope: Scope) -> AccessChangeQuerySet:
        """All of them for those who look after access, else those about oneself."""
        if scope.may(Right.ACCESS_VIEW):
            return self
        return self.filter(user=scope.user_id)


class AccessChange(models.Model):
    """A change of what somebody may do: one person proposes it, another one confirms it.

    proposed → confirmed, refused or withdrawn; it takes effect when it is confirmed. ``installed``
    are those that a command wrote while the company was set up; nobody proposed them.
    """

    kind = models.CharField(_("change"), max_length=16, choices=AccessChangeKind.choices)
    user = models.ForeignKey(
        User, verbose_name=_("sign-in"), on_delete=models.PROTECT, related_name="access_changes"
    )
    role = models.CharField(_("role"), max_length=20, choices=_ROLES, blank=True)
    department = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=AccessChangeState.choices,
        default=AccessChangeState.PROPOSED,
        editable=False,
    )
    proposed_by = _person(_("proposed by"), null=True)
    proposed_at = models.DateTimeField(_("proposed at"), editable=False)
    decided_by = _person(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    objects = AccessChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of access")
        verbose_name_plural = _("changes of access")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(state="withdrawn")
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("user"))),
                name="access_change_two_people",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | ~Q(proposed_by=F("user")),
                name="access_change_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(state="installed", proposed_by__isnull=True)
                | Q(state="proposed", proposed_by__isnull=False, decided_by__isnull=True)
                | Q(
                    state__in=["confirmed", "refused", "withdrawn"],
                    proposed_by__isnull=False,
                    decided_by__isnull=False,
                ),
                name="access_change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=["grant", "revoke"]) & ~Q(role=""))
                | (~Q(kind__in=["grant", "revoke"]) & Q(role="", department__isnull=True)),
                name="access_change_names_a_role",
            ),
            models.UniqueConstraint(
                fields=["kind", "user", "role", "department"],
                condition=Q(state="proposed", department__isnull=False),
                name="access_change_one_waiting_of_department",
                violation_error_message=_("The same change waits for a second person already."),
            ),
            models.UniqueConstraint(
                fields=["kind", "user", "role"],
                condition=Q(state="proposed", department__isnull=True),
                name="access_change_one_waiting",
                violation_error_message=_("The same change waits for a second person already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_role_display()}".strip()

    @property
    def audit_name(self) -> str:
        """The change without a translated word: what the audit trail calls it."""
        return f"{self.kind} {self.role} #{self.user_id}"


class RoleGrant(models.Model):
    """A role given to a sign-in; a supervisor's names the department.

    Only the confirmation of ``change`` writes it.
    """

    user = models.ForeignKey(
        User, verbose_name=_("sign-in"), on_delete=models.PROTECT, related_name="role_grants"
    )
    role = models.CharField(_("role"), max_length=20, choices=_ROLES)
    department = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )
    change = models.ForeignKey(
        AccessChange, verbose_name=_("change"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department"], name="role_grant_unique"
            ),
            # NULL is distinct from NULL, so a role of no department needs a rule of its own.
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(department__isnull=True),
                name="role_grant_everywhere_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()

    @property
    def audit_name(self) -> str:
        """The grant without a translated word: what the audit trail calls it."""
        return f"{self.role} #{self.user_id}"


class StandInQuerySet(models.QuerySet["StandIn"]):
    """Stand-ins in the words of the desk."""

    def visible_to(self, scope: Scope) -> StandInQuerySet:
        """All of them for those who look after access, else those one is away or stands in by."""
        if scope.may(Right.ACCESS_VIEW):
            return self
        return self.filter(Q(principal=scope.user_id) | Q(stand_in=scope.user_id))

    def waiting(self, scope: Scope) -> StandInQuerySet:
        """Those that wait for the person of ``scope`` to confirm them."""
        rows = self.filter(
            confirmed_by__isnull=True, ended_at__isnull=True, to_date__gt=scope.today
        )
        rows = rows.exclude(named_by=F("principal"))
        rows = rows.exclude(named_by=scope.user_id).exclude(stand_in=scope.user_id)
        return rows if scope.has(Right.ACCESS_CONFIRM) else rows.filter(principal=scope.user_id)

    def effective(self, today: date) -> StandInQuerySet:
        """Those who stand in on ``today``: named by the person, or confirmed by a second one."""
        return self.filter(
            Q(named_by=F("principal")) | Q(confirmed_by__isnull=False),
            from_date__lte=today,
            to_date__gt=today,
            ended_at__isnull=True,
        )


class StandIn(models.Model):
    """``stand_in`` decides for ``principal`` from ``from_date`` until before ``to_date``.

    Who is away names the stand-in alone; named by somebody else it needs a second person.
    """

    principal = models.ForeignKey(
        User, verbose_name=_("away"), on_delete=models.PROTECT, related_name="stand_ins"
    )
    stand_in = models.ForeignKey(
        User, verbose_name=_("stand-in"), on_delete=models.PROTECT, related_name="stands_in"
    )
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until before"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    named_by = _person(_("named by"))
    named_at = models.DateTimeField(_("named at"), editable=False)
    confirmed_by = _person(_("confirmed by"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("stand-in")
        verbose_name_plural = _("stand-ins")
        ordering = ["-from_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(stand_in=F("principal")),
                name="stand_in_is_somebody_else",
                violation_error_message=_("Nobody stands in for oneself."),
            ),
            models.CheckConstraint(
                condition=Q(to_date__gt=F("from_date")),
                name="stand_in_ends_after_start",
                violation_error_message=_("A time must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | (~Q(confirmed_by=F("named_by")) & ~Q(confirmed_by=F("stand_in"))),
                name="stand_in_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_date} – {self.to_date}"


class ApprovalKind(models.TextChoices):
    PAY_PROPOSAL = "pay_proposal", _("Bonus or deduction")
    PAY_RUN = "pay_run", _("Pay run")


class ApprovalLimit(models.Model):
    """Up to which amount a role decides, in reporting currency, from a day on.

    In force is the latest row that has begun and was confirmed, or shipped (nobody proposed it);
    ``up_to`` blank: any amount.
    """

    role = models.CharField(_("role"), max_length=20, choices=_ROLES)
    kind = models.CharField(_("decides"), max_length=20, choices=ApprovalKind.choices)
    up_to = MoneyField(_("up to"), null=True, blank=True)
    from_date = models.DateField(_("from"))
    proposed_by = _person(_("proposed by"), null=True)
    proposed_at = models.DateTimeField(_("proposed at"), editable=False)
    confirmed_by = _person(_("confirmed by"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("approval limit")
        verbose_name_plural = _("approval limits")
        ordering = ["role", "kind", "-from_date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(up_to__isnull=True) | Q(up_to__gte=0),
                name="approval_limit_not_negative",
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="approval_limit_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_kind_display()}"

    @property
    def audit_name(self) -> str:
        """The limit without a translated word: what the audit trail calls it."""
        return f"{self.role} {self.kind} {self.from_date}"
