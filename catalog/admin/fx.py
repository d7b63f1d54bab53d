"""FX rates."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from catalog.actions.fx import record_rates
from catalog.core.items import RateItem
from catalog.models import FxRate
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.core.errors import InvalidData
from opsdesk.templatetags.desk import figure, number

enter(
    Entry(
        Section.CATALOGUE,
        70,
        _("FX rates"),
        "admin:catalog_fxrate_changelist",
        "currency_exchange",
        Right.SALES_VIEW,
    )
)


@admin.register(FxRate)
class FxRateAdmin(DeskAdmin):
    """Rates by day; a changed one has the orders of its days converted again."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    deletable = False
    list_display = ["date", "from_currency", "to_currency", "rate_figure"]
    list_filter = ["from_currency", "to_currency", ("date", RangeDateFilter)]

    def get_readonly_fields(self, request: HttpRequest, obj: FxRate | None = None) -> list[str]:
        return ["date", "from_currency", "to_currency"] if obj else []

    def save(self, request: HttpRequest, obj: FxRate, change: bool) -> None:
        item = RateItem(
            date=obj.date,
            from_currency=obj.from_currency,
            to_currency=obj.to_currency,
            rate=obj.rate,
        )
        outcome = record_rates([item], by=request.user, at=timezone.now())[0]
        if outcome.errors:
            fault = outcome.errors[0]
            raise InvalidData(fault.message, field=fault.field)
        if not obj.pk:
            # The rate was stored by its natural key; the page that follows needs its number.
            obj.pk = FxRate.objects.get(
                date=obj.date, from_currency=obj.from_currency, to_currency=obj.to_currency
            ).pk

    @admin.display(description=_("rate"), ordering="rate")
    def rate_figure(self, rate: FxRate) -> str:
        return figure(number(rate.rate))
