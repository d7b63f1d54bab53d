"""Logistics channels, and how they compare by time, cost and what arrives."""

from typing import Any

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from orders.admin.channel_comparison import comparison_view
from orders.models import LogisticsChannel

enter(
    Entry(
        Section.SALES,
        16,
        _("Logistics channels"),
        "admin:orders_logisticschannel_changelist",
        "alt_route",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.SALES,
        17,
        _("Channel comparison"),
        "admin:orders_channel_comparison",
        "compare_arrows",
        Right.SALES_VIEW,
    ),
)


@admin.register(LogisticsChannel)
class LogisticsChannelAdmin(DeskAdmin):
    """Master data of the company: what is promised is promised by every store."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    deletable = False
    list_display: list[Any] = [
        "code",
        "name",
        "kind",
        "carrier",
        "promised_days",
        "promised_days_remote",
        "silent_days",
        "active",
    ]
    list_filter = ["kind", "active"]
    search_fields = ["code__istartswith", "name__icontains", "carrier__icontains"]

    def get_urls(self) -> list[URLPattern]:
        own = path("comparison/", comparison_view, name="orders_channel_comparison")
        return [own, *super().get_urls()]
