"""How a platform judges a store: its daily ratings, and the violations it was punished for."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.core.lifecycle import ViolationStatus
from catalog.models.stores import Store
from catalog.models.visible import of_store
from opsdesk.models import ShareField

_RATE = [MinValueValidator(0), MaxValueValidator(1)]


class StoreRating(models.Model):
    """What the platform said of a store on a day; what it did not say is unknown, not zero."""

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="ratings"
    )
    day = models.DateField(_("day"))
    account_health = models.PositiveSmallIntegerField(
        _("account health score"), null=True, blank=True, validators=[MaxValueValidator(1000)]
    )
    order_defect_rate = ShareField(_("order defect rate"), null=True, blank=True, validators=_RATE)
    chat_reply_rate = ShareField(_("chat reply rate"), null=True, blank=True, validators=_RATE)
    source_updated_at = models.DateTimeField(_("changed at the source"), null=True, editable=False)

    objects = of_store()

    class Meta:
        verbose_name = _("store rating")
        verbose_name_plural = _("store ratings")
        ordering = ["-day", "store"]
        constraints = [
            models.UniqueConstraint(fields=["store", "day"], name="store_rating_unique"),
            models.CheckConstraint(
                condition=Q(order_defect_rate__isnull=True)
                | Q(order_defect_rate__gte=0, order_defect_rate__lte=1),
                name="store_rating_odr_bounds",
            ),
            models.CheckConstraint(
                condition=Q(chat_reply_rate__isnull=True)
                | Q(chat_reply_rate__gte=0, chat_reply_rate__lte=1),
                name="store_rating_reply_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.day}"


class ViolationKind(models.TextChoices):
    WARNING = "warning", _("Warning")
    SUSPENDED_SALE = "suspended_sale", _("Suspended sale")
    FROZEN_FUNDS = "frozen_funds", _("Frozen funds")


class Severity(models.TextChoices):
    MINOR = "minor", _("Minor")
    MAJOR = "major", _("Major")


class Violation(models.Model):
    """A punishment by the platform: open, then accepted, or appealed and upheld or overturned.

    Its points count from ``happened_on`` until before ``lapses_on``, and never once overturned.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="violations"
    )
    external_id = models.CharField(_("number at the platform"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=ViolationKind.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    points = models.PositiveSmallIntegerField(_("points"), default=0)
    happened_on = models.DateField(_("happened on"))
    lapses_on = models.DateField(_("points lapse on"), null=True, blank=True)
    appeal_until = models.DateField(_("appeal until"), null=True, blank=True)
    detail = models.TextField(_("what the platform says"), max_length=4000, blank=True)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ViolationStatus.choices,
        default=ViolationStatus.OPEN,
        editable=False,
    )

    objects = of_store()

    class Meta:
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="violation_unique"),
            models.CheckConstraint(
                condition=Q(lapses_on__isnull=True) | Q(lapses_on__gt=models.F("happened_on")),
                name="violation_lapses_later",
                violation_error_message=_("Points lapse after the day of the violation."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.external_id}"
