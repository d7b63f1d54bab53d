"""Disputes with buyers and banks, and the evidence in them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from catalog.models import Store
from catalog.models.visible import OfStoreQuerySet
from opsdesk.models import MoneyField
from orders.core.dispute_items import REASON_LENGTH, DisputeKind
from orders.core.lifecycle import DISPUTED, DisputeStatus
from orders.models.attachments import Attachment
from orders.models.orders import Order

TEXT_LENGTH = 5000


class DisputeQuerySet(OfStoreQuerySet):
    """Disputes in the words of the desk."""

    def open(self) -> DisputeQuerySet:
        """Those that are not decided."""
        return self.filter(status__in=DISPUTED)

    def by_deadline(self) -> DisputeQuerySet:
        """The one that presses most first; those without a deadline last."""
        return self.order_by(models.F("respond_by").asc(nulls_last=True), "pk")


class Dispute(models.Model):
    """A claim against the store: opened → investigating → mediation → arbitration → decided.

    Its life is ``orders.core.lifecycle.DISPUTE``. ``business_date`` is the day it was opened on,
    ``closed_on`` that of the decision, both on the store's wall. ``amount`` is what is claimed,
    ``outcome_amount`` what went to the buyer in the end, in ``currency``; ``None`` is unknown.
    Without ``respond_by`` nothing is asked of the store at present.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="disputes"
    )
    external_id = models.CharField(_("dispute number"), max_length=100)
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="disputes",
    )
    kind = models.CharField(
        _("kind"), max_length=24, choices=DisputeKind.choices, default=DisputeKind.OTHER
    )
    amount = MoneyField(
        pgettext_lazy("dispute", "amount claimed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    reason = models.TextField(
        pgettext_lazy("dispute", "what is claimed"), max_length=REASON_LENGTH, blank=True
    )
    opened_at = models.DateTimeField(pgettext_lazy("dispute", "opened at"))
    business_date = models.DateField(_("business date"), editable=False)
    respond_by = models.DateTimeField(
        _("answer by"),
        null=True,
        blank=True,
        help_text=_("Blank: nothing is asked of us now. Set it anew when the platform asks again."),
    )
    outcome_amount = MoneyField(
        pgettext_lazy("dispute", "amount paid in the end"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    closed_at = models.DateTimeField(
        pgettext_lazy("dispute", "decided at"), null=True, editable=False
    )
    closed_on = models.DateField(pgettext_lazy("dispute", "decided on"), null=True, editable=False)
    handled_by = models.ForeignKey(
        Person,
        verbose_name=_("handled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Blank: whoever takes the next step."),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=DisputeStatus.choices,
        default=DisputeStatus.OPENED,
        editable=False,
    )
    source_status = models.CharField(
        _("status at the source"), max_length=60, blank=True, editable=False
    )
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True, editable=False)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "external_id"],
                name="dispute_unique",
                violation_error_message=_("This store has a dispute with this number already."),
            ),
            models.CheckConstraint(
                condition=(Q(amount__isnull=True) | Q(amount__gte=0))
                & (Q(outcome_amount__isnull=True) | Q(outcome_amount__gte=0)),
                name="dispute_amounts_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "business_date"], name="dispute_store_day_idx"),
            models.Index(fields=["store", "closed_on"], name="dispute_store_closed_idx"),
            models.Index(fields=["-opened_at", "-id"], name="dispute_opened_idx"),
            models.Index(fields=["status", "respond_by"], name="dispute_deadline_idx"),
            models.Index(fields=["external_id"], name="dispute_external_idx"),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def is_open(self) -> bool:
        """True until it is decided."""
        return self.status in DISPUTED


class DisputeEvidence(models.Model):
    """What proves our side: a text, a file or both. Never changed, at most withdrawn."""

    dispute = models.ForeignKey(
        Dispute, verbose_name=_("dispute"), on_delete=models.PROTECT, related_name="evidence"
    )
    text = models.TextField(_("text"), max_length=TEXT_LENGTH, blank=True)
    attachment = models.OneToOneField(
        Attachment,
        verbose_name=_("attachment"),
        null=True,
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("at"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("evidence of a dispute")
        verbose_name_plural = _("evidence of disputes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(attachment__isnull=False), name="evidence_says_something"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="evidence_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}/{self.pk}"
