"""Where orders go."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.core.privacy import Sensitivity
from orders.core.address_items import ADDRESS_LIMITS
from orders.models.orders import Order


class OrderAddressQuerySet(models.QuerySet["OrderAddress"]):
    """Addresses in the words of the desk."""

    def visible_to(self, scope: Scope) -> OrderAddressQuerySet:
        """Those of the orders that one sees."""
        if scope.everything:
            return self
        return self.filter(order__store__in=Store.objects.visible_to(scope))


class OrderAddress(models.Model):
    """The address that the source gave for an order; personal data but for the country."""

    sensitive = {
        "recipient": Sensitivity.CUSTOMER,
        "phone": Sensitivity.CUSTOMER,
        "line1": Sensitivity.CUSTOMER,
        "line2": Sensitivity.CUSTOMER,
        "city": Sensitivity.CUSTOMER,
        "region": Sensitivity.CUSTOMER,
        "postal_code": Sensitivity.CUSTOMER,
    }

    order = models.OneToOneField(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="address"
    )
    recipient = models.CharField(_("recipient"), max_length=ADDRESS_LIMITS["recipient"], blank=True)
    phone = models.CharField(_("phone"), max_length=ADDRESS_LIMITS["phone"], blank=True)
    line1 = models.CharField(_("street"), max_length=ADDRESS_LIMITS["line1"], blank=True)
    line2 = models.CharField(
        _("street, second line"), max_length=ADDRESS_LIMITS["line2"], blank=True
    )
    city = models.CharField(_("city"), max_length=ADDRESS_LIMITS["city"], blank=True)
    region = models.CharField(
        _("state or province"), max_length=ADDRESS_LIMITS["region"], blank=True
    )
    postal_code = models.CharField(
        _("postal code"), max_length=ADDRESS_LIMITS["postal_code"], blank=True
    )
    country = models.CharField(_("country"), max_length=ADDRESS_LIMITS["country"], blank=True)

    objects = OrderAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("order address")
        verbose_name_plural = _("order addresses")

    def __str__(self) -> str:
        return f"{self.order_id}"
