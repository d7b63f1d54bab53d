"""Customers, as each store knows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Store
from opsdesk.core.privacy import Sensitivity
from orders.core.address_items import CONTACT_LIMITS


class Customer(models.Model):
    """A buyer, identified within the store; two stores never know that it is the same person.

    Name, e-mail, phone and address are what the order or return told last (``details_at``: the
    source's time of it) says of them.
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

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="customer_unique")
        ]

    def __str__(self) -> str:
        return self.external_id
