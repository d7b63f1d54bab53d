"""Handing a share of a store from one person to another, which both have to accept."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Person
from catalog.core.handovers import HandoverState
from catalog.models.stores import Duty, Store, StoreDepartment
from opsdesk.models import ShareField


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Handovers in the words of the desk."""

    def visible_to(self, scope: Scope) -> HandoverQuerySet:
        """All for those who see the company; else those of stores one leads, and one's own."""
        if scope.client_id is not None:
            return self.none()
        if scope.everything:
            return self
        mine = Q(from_person=scope.person_id) | Q(to_person=scope.person_id)
        seen = Q(offered_by=scope.user_id) | (mine if scope.person_id is not None else Q())
        if scope.has(Right.ASSIGN):
            seen |= Q(store__in=StoreDepartment.objects.led_by(scope).values("store"))
        return self.filter(seen)

    def waiting_for(self, person_id: int | None) -> HandoverQuerySet:
        """Open ones that this person has not accepted yet."""
        return self.filter(
            Q(from_person=person_id, accepted_from_at__isnull=True)
            | Q(to_person=person_id, accepted_to_at__isnull=True),
            state=HandoverState.OFFERED,
        )


class Handover(models.Model):
    """A share of a store that goes from one person to another on ``on_date``.

    Offered by the giver, or by whoever assigns stores; accepted once both have accepted, and then
    the assignments change. Declined by either of the two, withdrawn by who offered it; nothing of
    it ever changes but these answers.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="handovers"
    )
    duty = models.CharField(_("duty"), max_length=20, choices=Duty.choices, default=Duty.OPERATION)
    from_person = models.ForeignKey(
        Person, verbose_name=_("giver"), on_delete=models.PROTECT, related_name="+"
    )
    to_person = models.ForeignKey(
        Person, verbose_name=_("receiver"), on_delete=models.PROTECT, related_name="+"
    )
    share = ShareField(
        _("share"), default=Decimal(1), help_text=_("A fraction: 1 is all, 0.5 is half.")
    )
    on_date = models.DateField(_("first day of the receiver"))
    reason = models.TextField(_("reason"), max_length=2000)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=HandoverState.choices,
        default=HandoverState.OFFERED,
        editable=False,
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("offered by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    offered_at = models.DateTimeField(_("offered at"), editable=False)
    accepted_from_at = models.DateTimeField(_("accepted by the giver"), null=True, editable=False)
    accepted_to_at = models.DateTimeField(_("accepted by the receiver"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_person=F("to_person")),
                name="handover_two_people",
                violation_error_message=_("Giver and receiver are two different people."),
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0) & Q(share__lte=1),
                name="handover_share_bounds",
                violation_error_message=_("A share is above 0 and at most 1."),
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.ACCEPTED)
                | Q(accepted_from_at__isnull=False, accepted_to_at__isnull=False),
                name="handover_accepted_by_both",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=HandoverState.OFFERED, decided_by__isnull=True, decided_at__isnull=True
                )
                | (
                    ~Q(state=HandoverState.OFFERED)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="handover_decided_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.ACCEPTED) | ~Q(decided_by=F("offered_by")),
                name="handover_accepted_by_another",
            ),
            models.UniqueConstraint(
                fields=["store", "duty", "from_person"],
                condition=Q(state=HandoverState.OFFERED),
                name="handover_one_open",
                violation_error_message=_(
                    "A handover of this person's share is open already: have it decided first."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.on_date}"
