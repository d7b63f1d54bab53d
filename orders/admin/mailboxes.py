"""Mailboxes, as administrators set them up, and the button that tries whether they are reached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.core.roles import Right
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin, DeskForm
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import page
from opsdesk.templatetags.desk import badge
from orders.actions.mailboxes import save_mailbox, try_mailbox
from orders.admin.attachments import record_or_404
from orders.models import Mailbox

enter(
    Entry(
        Section.SYSTEM,
        40,
        gettext_lazy("Mailboxes"),
        "admin:orders_mailbox_changelist",
        "mail",
        Right.ACCESS_EDIT,
    )
)


class MailboxForm(DeskForm):
    """A mailbox; the password is typed here and never shown again."""

    new_password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Never shown again. Blank keeps the one that is stored."),
    )

    class Meta:
        model = Mailbox
        fields = (
            *("name", "address", "store", "language"),
            *("imap_host", "imap_port", "imap_security", "imap_user", "imap_folder"),
            *("smtp_host", "smtp_port", "smtp_security", "smtp_user", "active"),
        )


@admin.register(Mailbox)
class MailboxAdmin(DeskAdmin):
    """Whoever sets up sign-ins sets up these."""

    view_right = Right.ACCESS_EDIT
    edit_right = Right.ACCESS_EDIT
    deletable = False
    form = MailboxForm
    list_display = ["name", "address", "store", "active", "polled_at", "standing"]
    list_select_related = ["store"]
    list_filter = ["active"]
    sortable_by = ()
    change_form_outer_before_template = "desk/orders/mailbox.html"

    def get_fields(self, request: HttpRequest, obj: Mailbox | None = None) -> list[str]:
        *fields, active = MailboxForm.Meta.fields
        return [*fields, "new_password", active]

    def get_urls(self) -> list[URLPattern]:
        address = "<str:object_id>/try/"
        return [path(address, try_view(self), name="orders_mailbox_try"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Mailbox, form: Any, change: bool) -> None:
        mover = Mover(timezone.now(), request.user, request.scope)
        save_mailbox(obj, form.cleaned_data["new_password"], mover)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        return super().render_change_form(
            request, context | {"mailbox": kw.get("obj")}, *args, **kw
        )

    @admin.display(description=gettext_lazy("state"))
    def standing(self, mailbox: Mailbox) -> str:
        if not mailbox.active:
            return badge("draft", _("Off"))
        if mailbox.fault:
            return badge("failed", mailbox.get_fault_display())
        return badge("done", _("Works")) if mailbox.polled_at else self.empty_value_display


def try_view(mailboxes: MailboxAdmin) -> Any:
    """Return the page that tries a stored mailbox and says exactly what failed."""

    @page(Right.ACCESS_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        mailbox = record_or_404(mailboxes, request, object_id)
        for name, fault in try_mailbox(mailbox):
            if fault is None:
                messages.success(request, _("%(way)s works.") % {"way": name})
            else:
                words = f"{name}: {fault.fault.label} {fault.detail}"
                messages.error(request, words.strip())
        return HttpResponseRedirect(mailboxes.page_url(mailbox.pk))

    return view
