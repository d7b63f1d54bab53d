"""Background jobs."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opsdesk.actions.audit import record
from opsdesk.actions.jobs import retry
from opsdesk.admin.base import PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.wording import kept
from opsdesk.models import Job, JobState
from opsdesk.templatetags.desk import badge, figure

RUNS_VIEW = "runs.view"
RUNS_START = "runs.start"

enter(
    Entry(
        Section.SYSTEM, 10, gettext_lazy("Jobs"), "admin:opsdesk_job_changelist", "bolt", RUNS_VIEW
    )
)


@admin.register(Job)
class JobAdmin(PageAdmin):
    """What runs in the background; a failed job can be started again."""

    view_right = RUNS_VIEW
    list_display = [
        "key",
        "kind_said",
        "state_badge",
        "progress_figure",
        "attempt_figure",
        "staged_at",
    ]
    list_filter = ["state", "kind"]
    search_fields = ["key"]
    page_template = "desk/job.html"

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/retry/", self.retry_view(), name="opsdesk_job_retry")
        return [own, *super().get_urls()]

    def page(self, request: HttpRequest, obj: Job) -> dict[str, Any]:
        return {"may_retry": obj.state == JobState.FAILED and request.scope.may(RUNS_START)}

    def retry_view(self) -> Any:
        @page(RUNS_START, post_only=True)
        def again(request: HttpRequest, object_id: str) -> HttpResponse:
            job = self.page_object(request, str(number_or_404(object_id)))
            now = timezone.now()
            with transaction.atomic():
                started = retry(job, at=now)
                if started:
                    record("started again", job, by=request.user, at=now)
            if started:
                messages.success(request, _("The job was started again."))
            else:
                messages.error(request, _("Only a failed job can be started again."))
            return HttpResponseRedirect(self.page_url(job.pk))

        return again

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_said(self, job: Job) -> str:
        return kept(job.kind)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, job: Job) -> str:
        return badge(job.state, job.get_state_display())

    @admin.display(description=gettext_lazy("progress"))
    def progress_figure(self, job: Job) -> str:
        return figure("–" if job.percent is None else f"{job.percent} %")

    @admin.display(description=gettext_lazy("attempt"), ordering="attempt")
    def attempt_figure(self, job: Job) -> str:
        return figure(str(job.attempt))


@panel(HOME_WAITING, "desk/home/todo.html", order=40)
def failed_jobs(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Jobs that gave up."""
    if not request.scope.may(RUNS_VIEW):
        return None
    count = Job.objects.filter(state=JobState.FAILED).count()
    if not count:
        return None
    return {
        "text": _("Background jobs that failed"),
        "count": count,
        "link": "admin:opsdesk_job_changelist",
        "query": "?state__exact=failed",
        "tone": "failed",
    }
