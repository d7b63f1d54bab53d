"""Handing out files that are kept beside a record, and taking them in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from opsdesk.actions.files import kept_attachment
from opsdesk.admin.base import DeskAdmin, number_or_404
from opsdesk.admin.pages import page
from orders.actions.attachments import given_file
from orders.core.attachments import ENDINGS, FileKind, GivenFile
from orders.models import Attachment

# What a choice of files offers; what is given is told by its content.
ACCEPTED = ",".join(ending for endings in ENDINGS.values() for ending in endings)


def posted_file(request: HttpRequest, name: str = "file") -> GivenFile | None:
    """Return the file that a form brings, ``InvalidData`` where it is none that is kept here."""
    uploaded = request.FILES.get(name)
    if uploaded is None:
        return None
    return given_file(uploaded.name or "", uploaded.read(settings.ATTACHMENT_MAX_BYTES + 1))


def posted_files(request: HttpRequest, name: str = "file") -> tuple[GivenFile, ...]:
    """Return all files that a form brings under one name; raises as ``posted_file`` does."""
    most = settings.ATTACHMENT_MAX_BYTES + 1
    uploaded = request.FILES.getlist(name)
    return tuple(given_file(one.name or "", one.read(most)) for one in uploaded)


def record_or_404(owners: DeskAdmin, request: HttpRequest, object_id: str) -> Any:
    """Return the record that a page is about: 403 without the right, 404 where it is not seen."""
    if not owners.has_view_permission(request):
        raise PermissionDenied
    found = owners.get_queryset(request).filter(pk=number_or_404(object_id)).first()
    if found is None:
        raise Http404
    return found


def download_view(owners: DeskAdmin, kind: str) -> Any:
    """Return the page that hands out a file of a record of ``owners``, as a download only."""

    @page()
    def view(request: HttpRequest, object_id: str, number: str) -> HttpResponse:
        owner = record_or_404(owners, request, object_id)
        files = Attachment.objects.visible_to(request.scope).of(kind, owner.pk).kept()
        found = files.filter(pk=number_or_404(number)).first()
        if found is None:
            raise Http404
        return handed_out(found) or _not_kept(request, owners, owner, found)

    return view


def handed_out(found: Attachment) -> HttpResponse | None:
    """Return the file as a download that no browser runs, ``None`` where it is gone."""
    media = f"{found.kind}; charset=utf-8" if found.kind == FileKind.TEXT else found.kind
    return download(found.stored_name, found.name, media)


def download(stored_name: str, name: str, media: str) -> HttpResponse | None:
    """Return what is kept under ``stored_name`` as a download, ``None`` where it is gone."""
    try:
        data = kept_attachment(stored_name).read_bytes()
    except OSError:
        return None
    response = HttpResponse(data, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    # Wherever a browser opens it all the same, nothing in it runs or loads.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _not_kept(
    request: HttpRequest, owners: DeskAdmin, owner: Any, found: Attachment
) -> HttpResponse:
    message = _("The file %(name)s is not on this server any more: ask whoever keeps its backups.")
    messages.error(request, message % {"name": found.name})
    return HttpResponseRedirect(owners.page_url(owner.pk))
