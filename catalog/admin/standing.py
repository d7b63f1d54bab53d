"""How stores stand at their platforms: ratings, violations, and what a store's page shows of it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from catalog.actions.standing import save_violation, violation_course
from catalog.admin.plots import day_plot, days_until
from catalog.core.standing import points_series
from catalog.models import Store, StoreRating, Violation
from catalog.queries.standing import (
    appeals_ending,
    open_violations,
    point_spans,
    points_of,
    ratings_between,
)
from opsdesk.actions.moves import Course
from opsdesk.admin.base import ReadOnlyAdmin
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME, panel
from opsdesk.templatetags.desk import badge, figure, percent, whole

APPEAL_DAYS = 3
APPEALS_SHOWN = 10

enter(
    Entry(
        Section.CATALOGUE,
        31,
        _("Store ratings"),
        "admin:catalog_storerating_changelist",
        "monitor_heart",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        32,
        _("Violations"),
        "admin:catalog_violation_changelist",
        "gavel",
        Right.SALES_VIEW,
    ),
)


@admin.register(StoreRating)
class StoreRatingAdmin(ReadOnlyAdmin):
    """What platforms said, day by day; it comes from files."""

    view_right = Right.SALES_VIEW
    list_display = ["day", "store", "health_figure", "defect_figure", "reply_figure"]
    list_select_related = ["store"]
    list_filter = ["store", ("day", RangeDateFilter)]
    search_fields = ["store__code__istartswith"]
    fields = ["store", "day", "account_health", "order_defect_rate", "chat_reply_rate"]

    @admin.display(description=_("account health score"), ordering="account_health")
    def health_figure(self, rating: StoreRating) -> str:
        return figure(whole(rating.account_health))

    @admin.display(description=_("order defect rate"), ordering="order_defect_rate")
    def defect_figure(self, rating: StoreRating) -> str:
        return figure(percent(rating.order_defect_rate))

    @admin.display(description=_("chat reply rate"), ordering="chat_reply_rate")
    def reply_figure(self, rating: StoreRating) -> str:
        return figure(percent(rating.chat_reply_rate))


@admin.register(Violation)
class ViolationAdmin(MovingAdmin):
    """Punishments by platforms, written down by whoever works on the catalogue."""

    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    deletable = False
    list_display = [
        "external_id",
        "store",
        "kind",
        "severity",
        "points_figure",
        "happened_on",
        "lapses_on",
        "appeal_until",
        "status_badge",
    ]
    list_select_related = ["store"]
    list_filter = ["status", "kind", "severity", "store"]
    search_fields = ["external_id__istartswith", "store__code__istartswith"]

    @property
    def course(self) -> Course:  # type: ignore[override]
        """The life of violations as it stands now: appeals have a last day."""
        return violation_course(timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Violation | None = None) -> list[str]:
        return ["store", "external_id"] if obj else []

    def save(self, request: HttpRequest, obj: Violation, change: bool) -> None:
        save_violation(obj, self.mover(request))

    @admin.display(description=_("points"), ordering="points")
    def points_figure(self, violation: Violation) -> str:
        return figure(whole(violation.points))

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, violation: Violation) -> str:
        return badge(violation.status, violation.get_status_display())


def standing_context(request: HttpRequest, store: Store) -> dict[str, Any]:
    """Return what a store's page shows of its standing: today, and the last 90 days."""
    today = request.scope.today
    days = days_until(today)
    ratings = ratings_between(store, days[0], today)
    points = dict(points_series(point_spans(store), days[0], today))

    def said(name: str) -> dict[Any, Any]:
        return {day: getattr(rating, name) for day, rating in ratings.items()}

    return {
        "store": store,
        "points": points_of([store.pk], today)[store.pk],
        "violations": open_violations(store),
        "plots": [
            day_plot(_("Account health score"), said("account_health"), days, whole),
            day_plot(_("Order defect rate"), said("order_defect_rate"), days, percent),
            day_plot(_("Chat reply rate"), said("chat_reply_rate"), days, percent),
            day_plot(pgettext("violation", "Points"), points, days, whole),
        ],
    }


@panel(HOME, "desk/home/appeals.html", order=45)
def appeals_that_end(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Open violations that can be appealed against for a few days only."""
    if not request.scope.may(Right.CATALOGUE_EDIT):
        return None
    found = list(appeals_ending(request.scope, APPEAL_DAYS)[:APPEALS_SHOWN])
    return {"appeals": found} if found else None
