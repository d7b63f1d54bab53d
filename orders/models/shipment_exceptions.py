"""What goes wrong with shipments and waits for a person."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Store
from catalog.models.visible import OfStoreQuerySet
from orders.core.lifecycle import ExceptionStatus
from orders.core.shipping import ExceptionKind
from orders.models.shipments import Shipment

WAITING = (ExceptionStatus.OPEN, ExceptionStatus.TAKEN)


class ExceptionQuerySet(OfStoreQuerySet):
    """Exceptions in the words of the desk."""

    def waiting(self) -> Self:
        """Those that nobody has solved and that have not passed."""
        return self.filter(status__in=WAITING)


class ShipmentException(models.Model):
    """Something wrong with a shipment: open → taken → solved, or passed once its cause is gone.

    Of a shipment and kind one waits at a time. ``about`` is the day of the cause: of the last
    news, of the promise, of the loss or of the damage.
    """

    shipment = models.ForeignKey(
        Shipment, verbose_name=_("shipment"), on_delete=models.CASCADE, related_name="exceptions"
    )
    store = models.ForeignKey(
        Store,
        verbose_name=_("store"),
        on_delete=models.PROTECT,
        related_name="shipment_exceptions",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ExceptionKind.choices)
    about = models.DateField(pgettext_lazy("exception", "since"))
    raised_on = models.DateField(_("raised on"))
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ExceptionStatus.choices,
        default=ExceptionStatus.OPEN,
        editable=False,
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment exception")
        verbose_name_plural = _("shipment exceptions")
        ordering = ["raised_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "kind"],
                condition=Q(status__in=["open", "taken"]),
                name="shipment_exception_one_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["raised_on", "id"], name="shipment_exception_oldest"),
            models.Index(
                fields=["store", "raised_on", "id"],
                condition=Q(status__in=["open", "taken"]),
                name="shipment_exception_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shipment}"
