"""Customers, as each store knows them."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.core.privacy import Sensitivity, masked
from orders.core.address_items import CONTACT_LIMITS
from orders.core.pseudonyms import PHONE_NUMBER, is_personal


class ErasedFor(models.TextChoices):
    """Why the personal data of a customer is gone."""

    REQUEST = "request", pgettext_lazy("erasure", "On request")
    RETENTION = "retention", pgettext_lazy("erasure", "Kept long enough")


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers in the words of the desk."""

    def visible_to(self, scope: Scope) -> CustomerQuerySet:
        """The whole company, or the customers of the stores one belongs to."""
        if scope.everything:
            return self
        return self.filter(store__in=Store.objects.visible_to(scope))

    def plainly_numbered(self) -> CustomerQuerySet:
        """Those whose number is no e-mail address or phone number."""
        dialled = Q(external_id__regex=PHONE_NUMBER) & ~Q(external_id__regex="^[0-9]+$")
        return self.exclude(dialled | Q(external_id__contains="@"))


class Customer(models.Model):
    """A buyer, identified within the store; two stores never know that it is the same person.

    Name, e-mail, phone and address are what the order or return told last (``details_at``: the
    source's time of it) says of them. Erasure takes them away; the row stays, so that counts never
    change. A number that was personal itself is replaced then, and known again by ``former_key``.
    """

    sensitive = {
        "name": Sensitivity.CUSTOMER,
        "email": Sensitivity.CUSTOMER,
        "phone": Sensitivity.CUSTOMER,
        "address": Sensitivity.CUSTOMER,
    }

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="customers"
    )
    external_id = models.CharField(_("external id"), max_length=100)
    country = models.CharField(_("country"), max_length=60, blank=True)
    name = models.CharField(
        pgettext_lazy("person", "name"), max_length=CONTACT_LIMITS["name"], blank=True
    )
    email = models.EmailField(_("e-mail"), max_length=CONTACT_LIMITS["email"], blank=True)
    phone = models.CharField(_("phone"), max_length=CONTACT_LIMITS["phone"], blank=True)
    address = models.CharField(
        pgettext_lazy("postal", "address"), max_length=CONTACT_LIMITS["address"], blank=True
    )
    details_at = models.DateTimeField(_("details of"), null=True, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)
    erased_for = models.CharField(
        pgettext_lazy("erasure", "erased"),
        max_length=10,
        choices=ErasedFor.choices,
        blank=True,
        editable=False,
    )
    former_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001  (unique where it is)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="customer_unique"),
            models.UniqueConstraint(fields=["store", "former_key"], name="customer_former_unique"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, erased_for="")
                | Q(erased_at__isnull=False) & ~Q(erased_for=""),
                name="customer_erased_for_something",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        """The number as everybody may read it: an e-mail address or phone number is masked."""
        return masked(self.external_id) if is_personal(self.external_id) else self.external_id

    @property
    def audit_name(self) -> str:
        """The customer without a name or number: what the audit trail calls it."""
        return f"#{self.pk}"

    def takes(self, told_at: datetime) -> bool:
        """Tell whether personal data of this time may be kept: not what was erased before.

        After an erasure on request nothing is kept any more, whatever a source sends again.
        """
        if self.erased_at is None:
            return True
        return self.erased_for == ErasedFor.RETENTION and told_at > self.erased_at
