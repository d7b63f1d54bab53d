"""Files that come in: given here, watched while they are read, and what became of their rows."""

import csv
from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opsdesk.admin.base import PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import View, desk_page, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.errors import DomainError
from opsdesk.models import ImportBatch, ImportReject, JobState
from opsdesk.templatetags.desk import badge, figure, whole
from orders.actions.imports import formats_for, start_import
from orders.actions.tallies import FROZEN_ROWS, SHEET, UNKNOWN_COLUMN, UNKNOWN_STATUS
from orders.admin.import_form import UploadForm
from orders.admin.staff_template import staff_columns, staff_template

REJECTS_SHOWN = 200
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

enter(
    Entry(
        Section.SALES,
        30,
        gettext_lazy("Imports"),
        "admin:opsdesk_importbatch_changelist",
        "upload_file",
        lambda scope: bool(formats_for(scope)),
    )
)


@admin.register(ImportBatch)
class ImportAdmin(PageAdmin):
    list_display = [
        "file",
        "format",
        "state_badge",
        "progress_figure",
        "read_figure",
        "created_figure",
        "updated_figure",
        "rejected_figure",
        "by",
        "created_at",
    ]
    list_display_links = ["file"]
    list_filter = ["format", "dry_run"]
    list_select_related = ["job", "by"]
    sortable_by = ()
    page_template = "desk/imports/batch.html"

    def visible(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return visible_batches(request.scope)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_authenticated and bool(formats_for(request.scope))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<str:object_id>/progress/", progress(self), name="opsdesk_importbatch_progress"),
            path("staff.csv", staff_template(), name="opsdesk_importbatch_staff"),
            path("<str:object_id>/rejects.csv", rejects(self), name="opsdesk_importbatch_rejects"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return upload(self)(request)

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("job", "by")

    def page(self, request: HttpRequest, obj: ImportBatch) -> dict[str, Any]:
        return {
            "job": obj.job,
            "working": bool(obj.job) and obj.job.state in (JobState.WAITING, JobState.RUNNING),
            "progress_text": _progress_text(obj),
            "rejects": list(obj.rejects.order_by("row_no", "id")[:REJECTS_SHOWN]),
            "rejects_shown": REJECTS_SHOWN,
            "aside": list(obj.set_aside.items()),
            "notes": [_note(note) for note in obj.notes],
        }

    @admin.display(description=gettext_lazy("file"))
    def file(self, batch: ImportBatch) -> str:
        if not batch.dry_run:
            return batch.name
        return format_html('{} <span class="badge">{}</span>', batch.name, _("dry run"))

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, batch: ImportBatch) -> str:
        if batch.job is None:
            return self.empty_value_display
        return badge(batch.job.state, batch.job.get_state_display())

    @admin.display(description=gettext_lazy("progress"))
    def progress_figure(self, batch: ImportBatch) -> str:
        percent = batch.job.percent if batch.job else None
        return figure("–" if percent is None else f"{percent} %")

    @admin.display(description=gettext_lazy("rows"))
    def read_figure(self, batch: ImportBatch) -> str:
        return figure(whole(batch.rows_read))

    @admin.display(description=gettext_lazy("created"))
    def created_figure(self, batch: ImportBatch) -> str:
        return figure(whole(batch.created))

    @admin.display(description=gettext_lazy("updated"))
    def updated_figure(self, batch: ImportBatch) -> str:
        return figure(whole(batch.updated))

    @admin.display(description=gettext_lazy("rejected"))
    def rejected_figure(self, batch: ImportBatch) -> str:
        return figure(whole(batch.rejected))


def _note(note: dict[str, Any]) -> str:
    sentences = {
        SHEET: _("Of several sheets the first one, “%(value)s”, was read."),
        UNKNOWN_COLUMN: _("The column “%(value)s” is not in the map; it was left aside."),
        FROZEN_ROWS: _(
            "%(count)s rows lie in closed months: the figures there stay; what the rows say is "
            "kept among the restated figures."
        ),
        UNKNOWN_STATUS: _(
            "The status “%(value)s” is not mapped (%(count)s rows): it counts neither as sold nor "
            "as cancelled until somebody maps it."
        ),
    }
    sentence = sentences.get(note["kind"], "%(kind)s: %(value)s (%(count)s)")
    return sentence % note


def visible_batches(scope: Any) -> QuerySet:
    """Return the imports of what one may load oneself; who does not see everything: the own ones.

    Why a row was refused tells of what stands in it, and of staff not everybody is to know that.
    """
    rows = ImportBatch.objects.filter(format__in=formats_for(scope))
    return rows if scope.everything else rows.filter(by=scope.user_id)


def importing(view: View) -> View:
    """Let only people in who may load some format."""

    @page()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not formats_for(request.scope):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def upload(imports: ImportAdmin) -> Any:
    """Return the page on which a file is given."""

    @importing
    def view(request: HttpRequest) -> HttpResponse:
        posted = request.method == "POST"
        form = UploadForm(request, *((request.POST, request.FILES) if posted else ()))
        if posted and form.is_valid():
            try:
                batch = _start(form, request)
            except DomainError as refusal:
                form.add_error(_field_of(form, refusal), refusal.message)
            else:
                messages.success(request, _("The file was taken in; it is read now."))
                return HttpResponseRedirect(imports.page_url(batch.pk))
        crumbs = [(ImportBatch._meta.verbose_name_plural, imports.list_url())]
        context = {
            "title": _("Give a file"),
            "crumbs": crumbs,
            "form": form,
            "staff_columns": staff_columns(request.scope),
        }
        return desk_page(request, "desk/imports/upload.html", context)

    return view


def _field_of(form: UploadForm, refusal: DomainError) -> str | None:
    name = "shipped_map" if refusal.field == "map" else refusal.field
    return name if name in form.fields else None


def _start(form: UploadForm, request: HttpRequest) -> ImportBatch:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "incoming"
        _write(form.cleaned_data["file"], file)
        return start_import(file, form.request_of(), by=request.user, at=timezone.now())


def _write(uploaded: UploadedFile, to: Path) -> None:
    with to.open("wb") as target:
        for chunk in uploaded.chunks():
            target.write(chunk)


def _progress_text(batch: ImportBatch) -> str:
    job = batch.job
    if job is None:
        return ""
    if job.state == JobState.WAITING:
        return _("It waits for a worker.")
    done = _("%(done)s of %(total)s") if job.total else _("%(done)s")
    return done % {"done": whole(job.done), "total": whole(job.total)}


def progress(imports: ImportAdmin) -> Any:
    """Return how far an import is, for the progress bar."""

    @importing
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        batch = imports.page_object(request, str(number_or_404(object_id)))
        job = batch.job
        return JsonResponse(
            {
                "finished": job is None or job.state in (JobState.DONE, JobState.FAILED),
                "percent": job.percent if job else None,
                "text": _progress_text(batch),
            }
        )

    return view


def rejects(imports: ImportAdmin) -> Any:
    """Return the refused rows as a file for the spreadsheet."""

    @importing
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        batch = imports.page_object(request, str(number_or_404(object_id)))
        rows = batch.rejects.order_by("row_no", "id").iterator(chunk_size=2000)
        response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="rejected-{batch.pk}.csv"'
        return response

    return view


class _Echo:
    """Gives back what the CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterator[ImportReject]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([_("row"), _("field"), _("reason")])
    for row in rows:
        yield writer.writerow([row.row_no, neutral(row.field), neutral(row.reason)])


def neutral(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@panel(HOME_WAITING, "desk/home/todo.html", order=30)
def rejected_rows(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Imports of late with refused rows."""
    recent = visible_batches(request.scope).order_by("-pk").values("pk", "rejected")[:20]
    count = sum(row["rejected"] for row in recent)
    if not count:
        return None
    return {
        "text": _("Rejected rows in the last imports"),
        "count": count,
        "link": "admin:opsdesk_importbatch_changelist",
        "query": "",
        "tone": "rejected",
    }
