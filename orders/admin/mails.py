"""Mails that came in: which were taken into tickets, passed over, or need a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import PageAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import badge
from orders.actions.mail_taking import take_by_hand
from orders.admin.attachments import download, record_or_404
from orders.core.mail_words import MailState
from orders.models import IncomingMail
from orders.queries.mailboxes import failed_mails

enter(
    Entry(
        Section.SERVICE,
        12,
        gettext_lazy("Mails that came in"),
        "admin:orders_incomingmail_changelist",
        "mark_email_unread",
        Right.SALES_VIEW,
    )
)


@admin.register(IncomingMail)
class IncomingMailAdmin(PageAdmin):
    """The latest first; filtered by state to what needs a person."""

    view_right = Right.SALES_VIEW
    list_display = ["received_at", "subject", "sender", "state_badge", "why", "ticket", "mailbox"]
    list_display_links = ["received_at", "subject"]
    list_select_related = ["mailbox", "said__ticket"]
    list_filter = ["state", "why"]
    sortable_by = ()
    page_template = "desk/orders/mail.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("quoted", "left_out")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<str:object_id>/take/", take_view(self), name="orders_incomingmail_take"),
            path("<str:object_id>/raw/", raw_view(self), name="orders_incomingmail_raw"),
            *super().get_urls(),
        ]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("mailbox__store", "said__ticket")

    def page(self, request: HttpRequest, obj: IncomingMail) -> dict[str, Any]:
        open_state = obj.state in (MailState.PASSED, MailState.FAILED)
        return {
            "shows_sender": self.shows(request, "sender", obj),
            "may_take": open_state and obj.stored_name and request.scope.may(Right.SERVICE_EDIT),
            "may_download": obj.stored_name and request.scope.may(Right.CUSTOMER_VIEW),
        }

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, mail: IncomingMail) -> str:
        return badge(mail.state, mail.get_state_display())

    @admin.display(description=gettext_lazy("ticket"))
    def ticket(self, mail: IncomingMail) -> str | None:
        return mail.said.ticket.number if mail.said else None


def take_view(mails: IncomingMailAdmin) -> Any:
    """Return the page that takes a mail in because a person says so."""

    @page(Right.SERVICE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        mail = record_or_404(mails, request, object_id)
        mover = Mover(timezone.now(), request.user, request.scope)
        attempt(request, lambda: take_by_hand(mail, mover), _("The mail is taken in."))
        return HttpResponseRedirect(mails.page_url(mail.pk))

    return view


def raw_view(mails: IncomingMailAdmin) -> Any:
    """Return the page that hands a mail out as it came, to who sees addresses of customers."""

    @page(Right.CUSTOMER_VIEW)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        mail = record_or_404(mails, request, object_id)
        if not mail.stored_name:
            raise Http404
        found = download(mail.stored_name, f"mail-{mail.pk}.eml", "application/octet-stream")
        if found is None:
            messages.error(request, _("The mail is not on this server any more."))
            return HttpResponseRedirect(mails.page_url(mail.pk))
        return found

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=13)
def mails_that_need_a_person(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Mails that could not be taken in."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    count = failed_mails(request.scope)
    if not count:
        return None
    return {
        "text": _("Mails that could not be taken in"),
        "count": count,
        "link": "admin:orders_incomingmail_changelist",
        "query": "?state__exact=failed",
        "tone": "failed",
    }
