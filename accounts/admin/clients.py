"""Machine clients: what each may use, who let it in, and its keys."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.clients import (
    Terms,
    change_client,
    confirm_client,
    digest_of,
    issue_key,
    propose_client,
    refuse_confirmer,
    revoke_key,
    rotate_key,
    stop_client,
)
from accounts.core.api_keys import (
    DEFAULT_DAYS,
    EVERY_USE,
    MAX_DAYS,
    MAX_OVERLAP_DAYS,
    OVERLAP_DAYS,
    PAY_INPUTS,
    RESOURCES,
    Use,
)
from accounts.core.roles import Right
from accounts.models import ApiClient, ApiKey
from accounts.queries.clients import ENDS_SOON, keys_ending_soon
from opsdesk.admin.base import PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.admin.panels import HOME_WAITING, panel, panels
from opsdesk.core.errors import Conflict, DomainError
from opsdesk.templatetags.desk import badge

# What later apps hang on a client's page.
CLIENT = "accounts.client"

enter(
    Entry(
        Section.SYSTEM,
        60,
        gettext_lazy("Machine clients"),
        "admin:accounts_apiclient_changelist",
        "smart_toy",
        Right.ACCESS_VIEW,
    )
)


class TermsForm(forms.Form):
    """What a client is called, may use, and of which stores."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=200, required=False)
    resources = forms.MultipleChoiceField(
        label=gettext_lazy("May use"), choices=[(use, use) for use in EVERY_USE], required=False
    )
    store_codes = forms.CharField(
        label=gettext_lazy("Only these stores"), max_length=8000, required=False
    )

    def clean_store_codes(self) -> tuple[str, ...]:
        return tuple(re.findall(r"[^\s,;，；、]+", self.cleaned_data["store_codes"]))

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(data["name"], data["purpose"], tuple(data["resources"]), data["store_codes"])


class DaysForm(forms.Form):
    """For how many days a new key, or an old one, is valid."""

    days = forms.IntegerField(min_value=0, max_value=MAX_DAYS)


@admin.register(ApiClient)
class ApiClientAdmin(PageAdmin):
    view_right = Right.ACCESS_VIEW
    list_display = ["name", "state_badge", "uses", "stores", "keys_said", "last_used"]
    list_filter = ["is_active", ("confirmed_at", admin.EmptyFieldListFilter)]
    search_fields = ["name__icontains", "keys__prefix__startswith"]
    sortable_by = ("name",)
    page_template = "desk/access/client.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<str:object_id>/edit/", edit(self), name="accounts_apiclient_edit"),
            path("<str:object_id>/do/<str:verb>/", do(self), name="accounts_apiclient_do"),
            path("<str:object_id>/key/<str:how>/", key(self), name="accounts_apiclient_key"),
            path("<str:object_id>/revoke/<str:key_id>/", revoke(self),
                 name="accounts_apiclient_revoke"),
            *super().get_urls(),
        ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Right.ACCESS_EDIT)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("keys")

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("proposed_by", "confirmed_by")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        if not self.has_add_permission(request):
            raise PermissionDenied

        def write(terms: Terms) -> ApiClient:
            return propose_client(terms, by=request.user, at=timezone.now())

        return terms_page(self, request, write, {"title": _("New machine client")})

    def page(self, request: HttpRequest, obj: ApiClient) -> dict[str, Any]:
        now = timezone.now()
        keys = [(one, *_key_state(one, now)) for one in obj.keys.all()]
        return {
            "state": _state(obj),
            "uses": [(name, _used(obj, name)) for name in RESOURCES if _used(obj, name)],
            "writes_pay": [use for use in obj.resources if use in PAY_INPUTS],
            "keys": keys,
            "latest": max((one.pk for one, *_ in keys), default=0),
            "has_valid_key": any(state == "active" for _, state, _ in keys),
            "days": {"life": DEFAULT_DAYS, "most": MAX_DAYS, "overlap": OVERLAP_DAYS,
                     "overlap_most": MAX_OVERLAP_DAYS},
            "may_edit": self.may(request, Right.ACCESS_EDIT),
            "may_stop": obj.is_active and _may_stop(request),
            "may_revoke": _may_stop(request),
            "digest": digest_of(obj),
            "panels": panels(CLIENT, request, obj),
        } | _confirmation(request, obj, now)  # fmt: skip

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, client: ApiClient) -> SafeString:
        return badge(*_state(client))

    @admin.display(description=gettext_lazy("may use"))
    def uses(self, client: ApiClient) -> str:
        writes = sum(use.endswith(f":{Use.WRITE.value}") for use in client.resources)
        return _("read %(reads)s, write %(writes)s") % {
            "reads": len(client.resources) - writes,
            "writes": writes,
        }

    @admin.display(description=gettext_lazy("stores"))
    def stores(self, client: ApiClient) -> str:
        return ", ".join(client.store_codes) or _("every store")

    @admin.display(description=gettext_lazy("keys"))
    def keys_said(self, client: ApiClient) -> str:
        now = timezone.now()
        valid = [
            one for one in client.keys.all() if _key_state(one, now)[0] in ("active", "waiting")
        ]
        return ", ".join(
            _("%(prefix)s until %(day)s")
            % {"prefix": one.prefix, "day": timezone.localdate(one.expires_at).isoformat()}
            + (" ⚠" if one.expires_at <= now + ENDS_SOON else "")
            for one in valid
        )

    @admin.display(description=gettext_lazy("last used"))
    def last_used(self, client: ApiClient) -> datetime | None:
        return max(
            (one.last_used_at for one in client.keys.all() if one.last_used_at), default=None
        )


def _state(client: ApiClient) -> tuple[str, Any]:
    if not client.is_active:
        return "suspended", _("Stopped")
    if client.confirmed_at is None:
        return "waiting", _("Waits to be confirmed")
    return "active", _("Let in")


def _key_state(one: ApiKey, now: datetime) -> tuple[str, str]:
    """Return the badge and the word for a key; one that ends soon is valid, and warned of."""
    if one.revoked_at is not None:
        return "refused", _("Revoked")
    if one.expires_at <= now:
        return "none", _("Expired")
    if one.expires_at <= now + ENDS_SOON:
        return "waiting", _("Ends soon")
    return "active", _("Valid")


def _used(client: ApiClient, resource: str) -> list[tuple[str, bool]]:
    """Return how the client may use ``resource``, and whether that changes what people are paid."""
    return [
        (use.label, f"{resource}:{use.value}" in PAY_INPUTS)
        for use in RESOURCES[resource]
        if f"{resource}:{use.value}" in client.resources
    ]


def _may_stop(request: HttpRequest) -> bool:
    return any(request.scope.has(right) for right in (Right.ACCESS_EDIT, Right.ACCESS_CONFIRM))


def _confirmation(request: HttpRequest, client: ApiClient, now: datetime) -> dict[str, Any]:
    """Return whether this person may confirm it now, or why not."""
    waits = client.is_active and client.confirmed_at is None
    if not waits or not request.scope.has(Right.ACCESS_CONFIRM):
        return {}
    try:
        refuse_confirmer(client, by=request.user, at=now)
    except DomainError as refusal:
        return {"refusal": refusal.message}
    return {"may_confirm": True}


def terms_page(
    clients: ApiClientAdmin,
    request: HttpRequest,
    write: Callable[[Terms], ApiClient],
    context: dict[str, Any],
) -> HttpResponse:
    """Show the form of a client's terms; posted, write them and go to the client."""
    form = TermsForm(request.POST or None, initial=context.get("initial"))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                client = write(form.terms)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            waits = client.confirmed_at is None
            told = _("Written down; now another person has to confirm it.")
            messages.success(request, told if waits else _("Nothing was changed."))
            return HttpResponseRedirect(clients.page_url(client.pk))
    chosen = form["resources"].value() or []
    grid = [
        (name, [(use, f"{name}:{use.value}", f"{name}:{use.value}" in chosen) for use in uses],
         f"{name}:write" in PAY_INPUTS)
        for name, uses in RESOURCES.items()
    ]  # fmt: skip
    crumbs = [(ApiClient._meta.verbose_name_plural, clients.list_url())]
    shown = {"crumbs": crumbs, "form": form, "grid": grid}
    return desk_page(request, "desk/access/client_form.html", shown | context)


def edit(clients: ApiClientAdmin) -> Any:
    """Return the page on which a client's terms are changed."""

    @page(Right.ACCESS_EDIT)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        client = clients.page_object(request, object_id)
        initial = {
            "name": client.name,
            "purpose": client.purpose,
            "resources": client.resources,
            "store_codes": ", ".join(client.store_codes),
        }
        # Refused once as stale, the form stays stale until it is opened again.
        shown = request.POST.get("shown", "") if request.method == "POST" else digest_of(client)
        context = {"title": str(client), "initial": initial, "subject": client, "shown": shown}

        def write(terms: Terms) -> ApiClient:
            if shown != digest_of(client):
                raise Conflict(_("The client was changed since you opened it; look at it again."))
            return change_client(client, terms, by=request.user, at=timezone.now())

        return terms_page(clients, request, write, context)

    return view


def do(clients: ApiClientAdmin) -> Any:
    """Return what the buttons that confirm and stop post to."""

    @page(Right.ACCESS_VIEW, post_only=True)
    def view(request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        client, now = clients.page_object(request, object_id), timezone.now()
        shown, by = request.POST.get("digest", ""), request.user
        if verb == "confirm":
            done = _("Confirmed: its keys open the API now.")
            attempt(request, lambda: confirm_client(client, shown=shown, by=by, at=now), done)
        elif verb == "stop":
            done = _("Stopped: none of its keys opens anything any more.")
            attempt(request, lambda: stop_client(client, by=by, at=now), done)
        else:
            raise Http404
        return HttpResponseRedirect(clients.page_url(client.pk))

    return view


def key(clients: ApiClientAdmin) -> Any:
    """Return what the buttons that make a key post to: the page that shows it, once.

    The key stands in this answer and nowhere else. Sent again, the form names a key that is not
    the latest any more, and makes no other.
    """

    @page(Right.ACCESS_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str, how: str) -> HttpResponse:
        if how not in ("new", "rotate"):
            raise Http404
        client, now = clients.page_object(request, object_id), timezone.now()
        back = HttpResponseRedirect(clients.page_url(client.pk))
        latest = max((one.pk for one in client.keys.all()), default=0)
        form = DaysForm(request.POST)
        if request.POST.get("latest") != str(latest):
            messages.error(request, _("A key was made meanwhile; look at the list of keys."))
            return back
        if not form.is_valid():
            messages.error(request, " ".join(form.errors["days"]))
            return back
        days, by = form.cleaned_data["days"], request.user
        try:
            if how == "new":
                made, text = issue_key(client, days=days, by=by, at=now)
            else:
                made, text = rotate_key(client, overlap_days=days, by=by, at=now)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return back
        crumbs = [
            (ApiClient._meta.verbose_name_plural, clients.list_url()),
            (str(client), clients.page_url(client.pk)),
        ]
        context = {"title": _("New key"), "crumbs": crumbs, "key": made, "text": text}
        return desk_page(request, "desk/access/new_key.html", context | {"subject": client})

    return view


def revoke(clients: ApiClientAdmin) -> Any:
    """Return what the button that ends a key posts to."""

    @page(Right.ACCESS_VIEW, post_only=True)
    def view(request: HttpRequest, object_id: str, key_id: str) -> HttpResponse:
        client, now = clients.page_object(request, object_id), timezone.now()
        one = client.keys.filter(pk=number_or_404(key_id)).first()
        if one is None:
            raise Http404
        attempt(request, lambda: revoke_key(one, by=request.user, at=now), _("Revoked."))
        return HttpResponseRedirect(clients.page_url(client.pk))

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=30)
def clients_to_confirm(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Machine clients that wait for a second person."""
    if not request.scope.has(Right.ACCESS_CONFIRM):
        return None
    rows = ApiClient.objects.filter(is_active=True, confirmed_at__isnull=True)
    count = rows.exclude(proposed_by=request.user.pk).count()
    if not count:
        return None
    return {
        "text": _("Machine clients to confirm"),
        "count": count,
        "link": "admin:accounts_apiclient_changelist",
        "query": "?is_active__exact=1&confirmed_at__isempty=1",
        "tone": "waiting",
    }


@panel(HOME_WAITING, "desk/home/todo.html", order=32)
def keys_to_rotate(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Keys that end soon and that no longer one follows."""
    if not request.scope.has(Right.ACCESS_EDIT):
        return None
    count = keys_ending_soon(timezone.now()).count()
    if not count:
        return None
    return {
        "text": _("API keys that end within 30 days"),
        "count": count,
        "link": "admin:accounts_apiclient_changelist",
        "query": "?is_active__exact=1",
        "tone": "waiting",
    }
