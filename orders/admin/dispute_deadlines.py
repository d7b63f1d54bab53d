"""Disputes by their deadlines: the queue, and what presses on the home page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.core.roles import Right
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import desk_page, page
from opsdesk.admin.panels import HOME, panel
from opsdesk.core.periods import zone
from orders.core.deadlines import Due, Standing, due
from orders.models import Dispute
from orders.queries.disputes import due_within

PER_PAGE = 50
LAST_PAGE = 200
HOME_DAYS, HOME_SHOWN = 3, 10
WHOSE = {
    "": pgettext_lazy("disputes", "All"),
    "mine": pgettext_lazy("disputes", "Mine"),
    "nobody": pgettext_lazy("disputes", "Nobody's yet"),
}

enter(
    Entry(
        Section.SERVICE,
        31,
        gettext_lazy("Deadlines of disputes"),
        "admin:orders_dispute_deadlines",
        "timer",
        Right.SALES_VIEW,
    )
)


def due_of(dispute: Dispute) -> Due | None:
    """Return how the deadline stands; ``None`` where it is decided or has none."""
    found = due(dispute.respond_by, timezone.now(), dispute.store.time_zone)
    return found if dispute.is_open and found.standing != Standing.NONE else None


def respond_by(dispute: Dispute) -> str:
    """Return the deadline on the wall of the store."""
    if dispute.respond_by is None:
        return ""
    there = dispute.respond_by.astimezone(zone(dispute.store.time_zone))
    return f"{there:%Y-%m-%d %H:%M} {dispute.store.time_zone}"


@page(Right.SALES_VIEW)
def deadlines_view(request: HttpRequest) -> HttpResponse:
    """The open disputes one sees, the one that presses most first."""
    whose, number = request.GET.get("whose", ""), _page_number(request.GET.get("page", "1"))
    rows = Dispute.objects.visible_to(request.scope).open()
    if whose == "mine":
        rows = rows.filter(handled_by=request.scope.person_id, handled_by__isnull=False)
    elif whose == "nobody":
        rows = rows.filter(handled_by__isnull=True)
    elif whose:
        raise Http404
    start = PER_PAGE * (number - 1)
    found = rows.by_deadline().select_related("store", "order", "handled_by")
    shown = list(found[start : start + PER_PAGE + 1])
    context = {
        "title": _("Deadlines of disputes"),
        "crumbs": [(Dispute._meta.verbose_name_plural, reverse("admin:orders_dispute_changelist"))],
        "disputes": _told(shown[:PER_PAGE]),
        "whose": whose,
        "choices": WHOSE.items(),
        "number": number,
        "has_more": len(shown) > PER_PAGE,
    }
    return desk_page(request, "desk/orders/dispute_deadlines.html", context)


def _page_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= LAST_PAGE:
        raise Http404
    return int(text[:9])


def _told(disputes: list[Dispute]) -> list[dict[str, Any]]:
    return [{"row": one, "due": due_of(one), "by": respond_by(one)} for one in disputes]


@panel(HOME, "desk/home/disputes.html", order=44)
def disputes_that_press(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Open disputes whose deadline is missed or ends within three days of their store."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    rows = due_within(request.scope, HOME_DAYS, timezone.now()).select_related("store")
    found = list(rows[: HOME_SHOWN + 1])
    if not found:
        return None
    return {"disputes": _told(found[:HOME_SHOWN]), "more": len(found) > HOME_SHOWN}
