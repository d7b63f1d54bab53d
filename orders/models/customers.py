"""Customers, as each store knows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Store


class Customer(models.Model):
    """A buyer, identified within the store; two stores never know that it is the same person."""

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="customers"
    )
    external_id = models.CharField(_("external id"), max_length=100)
    country = models.CharField(_("country"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="customer_unique")
        ]

    def __str__(self) -> str:
        return self.external_id
