"""Nightly runs with their steps."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from kpis.actions.runs import start_run
from kpis.models import NightlyRun, RunState
from opsdesk.admin.base import PageAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.templatetags.desk import badge

enter(
    Entry(
        Section.FIGURES,
        40,
        gettext_lazy("Nightly runs"),
        "admin:kpis_nightlyrun_changelist",
        "nightlight",
        Right.RUNS_VIEW,
    )
)


@admin.register(NightlyRun)
class NightlyRunAdmin(PageAdmin):
    view_right = Right.RUNS_VIEW
    list_display = ["as_of", "number", "full", "state_badge", "started_at", "finished_at"]
    list_filter = ["state"]
    list_before_template = "desk/figures/start_run.html"
    page_template = "desk/figures/run.html"

    def get_urls(self) -> list[URLPattern]:
        return [path("start/", start_view, name="kpis_nightlyrun_start"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_start = request.scope.may(Right.RUNS_START)
        return super().changelist_view(request, (extra_context or {}) | {"may_start": may_start})

    def page(self, request: HttpRequest, obj: NightlyRun) -> dict[str, Any]:
        return {
            "steps": list(obj.steps.order_by("position")),
            "job": obj.job,
            "working": obj.state == RunState.RUNNING,
        }

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, run: NightlyRun) -> str:
        return badge(run.state, run.get_state_display())


@page(Right.RUNS_START, post_only=True)
def start_view(request: HttpRequest) -> HttpResponse:
    """Start a nightly run now; where one is running, that one is shown."""
    attempt(
        request,
        lambda: start_run(by=request.user, at=timezone.now()),
        _("The nightly run was started."),
    )
    run = NightlyRun.objects.order_by("-pk").first()
    name = "admin:kpis_nightlyrun_change" if run else "admin:kpis_nightlyrun_changelist"
    return HttpResponseRedirect(_url(name, run))


def _url(name: str, run: NightlyRun | None) -> str:
    return reverse(name, args=[run.pk] if run else [])
