"""How customers stand: their member tier and RFM class, computed each night."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.models import MoneyField
from orders.core.rfm import SCORES, Segment
from orders.models.customers import Customer


class MemberTier(models.Model):
    """A member tier (会员等级) from a spend in twelve months on, in the reporting currency."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    from_spend = MoneyField(_("from spend in 12 months"), unique=True)
    vip = models.BooleanField(_("VIP: tickets come first"), default=False)

    class Meta:
        verbose_name = _("member tier")
        verbose_name_plural = _("member tiers")
        ordering = ["from_spend"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_spend__gte=0),
                name="member_tier_spend_not_negative",
                violation_error_message=_("A tier begins at a spend of 0 or more."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StandingQuerySet(models.QuerySet["CustomerStanding"]):
    """Standings in the words of the desk."""

    def vip(self) -> StandingQuerySet:
        """Those of customers who come first."""
        return self.filter(tier__vip=True)

    def visible_to(self, scope: Scope) -> StandingQuerySet:
        """Those of the customers one sees."""
        if scope.everything:
            return self
        return self.filter(customer__store__in=Store.objects.visible_to(scope))


class CustomerStanding(models.Model):
    """How a customer stood at the end of ``day``, by the orders that count as sales.

    ``orders`` are all there ever were; ``year_orders`` and ``spend``, in the reporting currency,
    those of the twelve months that end with ``day``. Scores are 1 to 5 among the customers of the
    store, blank where they are too few or there was no order in those months.
    """

    customer = models.OneToOneField(
        Customer,
        verbose_name=_("customer"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="standing",
    )
    day = models.DateField(_("computed for"))
    first_order_on = models.DateField(_("first order"))
    second_order_on = models.DateField(_("second order"), null=True)
    last_order_on = models.DateField(_("last order"))
    orders = models.PositiveIntegerField(_("orders"))
    year_orders = models.PositiveIntegerField(_("orders in 12 months"))
    spend = MoneyField(_("spend in 12 months"))
    recency = models.PositiveSmallIntegerField(_("recency"), null=True)
    frequency = models.PositiveSmallIntegerField(_("frequency"), null=True)
    monetary = models.PositiveSmallIntegerField(_("amount score"), null=True)
    segment = models.CharField(
        _("class"), max_length=12, choices=Segment.choices, blank=True, default=""
    )
    tier = models.ForeignKey(
        MemberTier,
        verbose_name=_("member tier"),
        null=True,
        on_delete=models.PROTECT,
        related_name="standings",
    )

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer standing")
        verbose_name_plural = _("customer standings")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, SCORES)}),
                name=f"customer_standing_{name}_1_to_5",
            )
            for name in ("recency", "frequency", "monetary")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"

    @property
    def days_to_second(self) -> int | None:
        """The days from the first order to the second; ``None`` while there is no second."""
        if self.second_order_on is None:
            return None
        first: date = self.first_order_on
        return (self.second_order_on - first).days
