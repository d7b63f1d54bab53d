"""Handing a store over: offered here, and accepted or declined by the two it is between."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.core.roles import Right
from accounts.models import Person
from catalog.actions.handovers import (
    accept_handover,
    decline_handover,
    offer_handover,
    withdraw_handover,
)
from catalog.core.handovers import HandoverState
from catalog.models import Handover
from opsdesk.admin.base import DeskAdmin, PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import badge, figure, percent

enter(
    Entry(
        Section.CATALOGUE,
        35,
        gettext_lazy("Handovers"),
        "admin:catalog_handover_changelist",
        "swap_horiz",
    )
)

VERBS = {
    "accept": accept_handover,
    "decline": decline_handover,
    "withdraw": withdraw_handover,
}


@admin.register(Handover)
class HandoverAdmin(PageAdmin):
    """Everybody sees those that concern them."""

    list_display = [
        "store_code",
        "duty",
        "giver",
        "receiver",
        "share_figure",
        "on_date",
        "state_badge",
        "offered_by",
    ]
    list_display_links = ["store_code"]
    list_filter = ["state", "duty"]
    list_select_related = ["store", "from_person", "to_person", "offered_by"]
    search_fields = ["store__code__istartswith", "to_person__employee_no__istartswith"]
    fields = ["store", "duty", "from_person", "to_person", "share", "on_date", "reason"]
    page_template = "desk/stores/handover.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and (
            request.scope.has(Right.ASSIGN) or request.scope.person_id is not None
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        own = request.scope.person_id
        return {} if request.scope.has(Right.ASSIGN) else {"from_person": own}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "from_person" and not request.scope.has(Right.ASSIGN):
            kwargs["queryset"] = Person.objects.filter(pk=request.scope.person_id)
        return DeskAdmin.formfield_for_foreignkey(self, db_field, request, **kwargs)

    def save(self, request: HttpRequest, obj: Handover, change: bool) -> None:
        offer_handover(obj, scope=request.scope, by=request.user, at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        answer = "<str:object_id>/<str:verb>/"
        own = path(f"answer/{answer}", answer_view(self), name="catalog_handover_answer")
        return [own, *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        people = ("from_person", "to_person", "offered_by", "decided_by")
        return self.get_queryset(request).select_related("store", *people)

    def page(self, request: HttpRequest, obj: Handover) -> dict[str, Any]:
        mine = obj.offered_by_id == request.user.pk
        open_ = obj.state == HandoverState.OFFERED
        me = request.scope.person_id
        accepted = {obj.from_person_id: obj.accepted_from_at, obj.to_person_id: obj.accepted_to_at}
        return {
            "title": f"{obj.store.code} · {obj.on_date:%Y-%m-%d}",
            "may_accept": open_ and not mine and me in accepted and accepted[me] is None,
            "may_decline": open_ and not mine and me in accepted,
            "may_withdraw": open_ and mine,
        }

    @admin.display(description=gettext_lazy("store"), ordering="store__code")
    def store_code(self, handover: Handover) -> str:
        return handover.store.code

    @admin.display(description=gettext_lazy("giver"))
    def giver(self, handover: Handover) -> str:
        return str(handover.from_person)

    @admin.display(description=gettext_lazy("receiver"))
    def receiver(self, handover: Handover) -> str:
        return str(handover.to_person)

    @admin.display(description=gettext_lazy("share"), ordering="share")
    def share_figure(self, handover: Handover) -> str:
        return figure(percent(handover.share))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, handover: Handover) -> str:
        return badge(handover.state, handover.get_state_display())


def answer_view(handovers: HandoverAdmin) -> Any:
    """Return the page that the buttons of a handover post to."""

    @page(post_only=True)
    def view(request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        if verb not in VERBS:
            raise Http404
        handover = handovers.page_object(request, str(number_or_404(object_id)))
        done = {
            "accept": _("Accepted. It changes hands when both have accepted."),
            "decline": pgettext("handover", "Declined."),
            "withdraw": pgettext("handover", "Withdrawn."),
        }
        attempt(
            request,
            lambda: VERBS[verb](handover, by=request.user, at=timezone.now()),
            done[verb],
        )
        return HttpResponseRedirect(handovers.page_url(handover.pk))

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=15)
def handovers_to_answer(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Handovers that wait for this person's word."""
    count = Handover.objects.waiting_for(request.scope.person_id).count()
    if not count:
        return None
    return {
        "text": _("Handovers waiting for you"),
        "count": count,
        "link": "admin:catalog_handover_changelist",
        "query": "?state__exact=offered",
        "tone": "proposed",
    }
