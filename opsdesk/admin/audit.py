"""The audit trail: by record, person, time and kind, with the state of its chain."""

from datetime import date, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.utils import parse_date_str

from opsdesk.actions.audit import SYSTEM
from opsdesk.admin.base import SEARCH_LENGTH, PageAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.trail import kind_of, model_of, told, who
from opsdesk.core.periods import day_start
from opsdesk.core.privacy import Sensitivity, sensitivity
from opsdesk.core.wording import kept
from opsdesk.models import AuditEntry
from opsdesk.queries.audit import chain_state

AUDIT_VIEW = "audit.view"
# A company has 500 people at most; a filter offers no more.
PEOPLE = 1_000
MATCHES = 50
OTHER = "other"
PLAIN = ("created", "changed", "deleted")

enter(
    Entry(
        Section.SYSTEM,
        20,
        gettext_lazy("Audit trail"),
        "admin:opsdesk_auditentry_changelist",
        "history",
        AUDIT_VIEW,
    )
)


class DayFilter(RangeDateFilter):
    """Days of the company, the last one included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("day")

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        first, last = (self._day(end) for end in ("from", "to"))
        if first:
            queryset = queryset.filter(at__gte=day_start(first, settings.COMPANY_TIME_ZONE))
        if last:
            after = last + timedelta(days=1)
            queryset = queryset.filter(at__lt=day_start(after, settings.COMPANY_TIME_ZONE))
        return queryset

    def _day(self, end: str) -> date | None:
        value = self.used_parameters.get(f"{self.parameter_name}_{end}")
        day = parse_date_str(value) if isinstance(value, str) and value else None
        # What no calendar of ours holds is no bound.
        return day if day and 1900 < day.year < 9000 else None


class WhatFilter(DropdownFilter):
    """Records made, changed, deleted, and whatever else was done to them."""

    title = gettext_lazy("action")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((verb, kept(verb)) for verb in PLAIN), (OTHER, _("anything else"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == OTHER:
            return queryset.exclude(verb__in=PLAIN)
        return queryset.filter(verb=self.value()) if self.value() in PLAIN else queryset


class KindFilter(DropdownFilter):
    """The kind of record."""

    title = gettext_lazy("kind of record")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = {
            model._meta.label_lower: str(model._meta.verbose_name)
            for app in apps.get_app_configs()
            if Path(app.path).parent == settings.BASE_DIR
            for model in app.get_models()
        }
        return sorted(kinds.items(), key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        kinds = [label for label, _name in self.lookup_choices]
        return queryset.filter(model=self.value()) if self.value() in kinds else queryset


class WhoFilter(DropdownFilter):
    """A person, or the system."""

    title = gettext_lazy("person")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = get_user_model().objects.order_by("username")[:PEOPLE]
        return [(SYSTEM, kept(SYSTEM)), *((str(one.pk), str(one)) for one in people)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == SYSTEM:
            return queryset.filter(actor=None, client_id=None)
        known = [number for number, _name in self.lookup_choices]
        return queryset.filter(actor=int(self.value())) if self.value() in known else queryset


class RecordFilter(DropdownFilter):
    """One record, as its history page asks for it."""

    title = gettext_lazy("record")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        return [(asked, asked.replace("\0", "")[:80])] if asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        model, _colon, number = (self.value() or "").replace("\0", "").partition(":")
        return queryset.filter(model=model, object_id=number) if number else queryset


@admin.register(AuditEntry)
class AuditAdmin(PageAdmin):
    """Who changed what; nobody edits it."""

    view_right = AUDIT_VIEW
    list_display = ["at", "who", "what", "record_kind", "record"]
    list_display_links = ["at"]
    list_filter = [RecordFilter, ("at", DayFilter), WhoFilter, WhatFilter, KindFilter]
    list_select_related = ["actor"]
    # Counting a million entries for each choice would hold the page up.
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["record__istartswith"]
    search_help_text = gettext_lazy("Record, person or machine client")
    sortable_by = ()
    page_template = "desk/audit.html"
    list_before_template = "desk/audit_state.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"chain": chain_state()} | (extra_context or {}))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        term = search_term[:SEARCH_LENGTH].replace("\0", "").strip()
        if not term:
            return queryset, False
        named = ("username", "first_name", "last_name", "person__name", "person__employee_no")
        asked = reduce(or_, (Q(**{f"{name}__istartswith": term}) for name in named))
        people = get_user_model().objects.filter(asked).values_list("pk", flat=True)[:MATCHES]
        wanted = Q(record__istartswith=term) | Q(actor__in=list(people))
        return queryset.filter(wanted | Q(actor_name__istartswith=term)), False

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("actor")

    def page(self, request: HttpRequest, obj: AuditEntry) -> dict[str, Any]:
        model = model_of(obj)
        everywhere = request.scope.pays_everywhere
        return {
            "title": _("Audit entry %(number)s") % {"number": obj.pk},
            # Here the whole company's entries stand: one department's pay is not enough.
            "told": told(
                obj,
                lambda field: everywhere or sensitivity(model, field) != Sensitivity.PAY,
            ),
            "kind": kind_of(obj),
            "record_url": self._record_url(request, obj),
            "others": f"{self.list_url()}?of={obj.model}:{obj.object_id}" if obj.object_id else "",
        }

    def _record_url(self, request: HttpRequest, entry: AuditEntry) -> str:
        """Return the address of the record where the reader may open it."""
        model = model_of(entry)
        shown = admin.site._registry.get(model) if model else None
        number = entry.object_id
        if shown is None or not number.isascii() or not number.isdigit() or len(number) > 18:
            return ""
        if not shown.has_view_permission(request):
            return ""
        if not shown.get_queryset(request).filter(pk=int(number)).exists():
            return ""
        meta = shown.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[number])

    @admin.display(description=gettext_lazy("by"))
    def who(self, entry: AuditEntry) -> str:
        return who(entry)

    @admin.display(description=gettext_lazy("action"))
    def what(self, entry: AuditEntry) -> str:
        return kept(entry.verb)

    @admin.display(description=gettext_lazy("kind of record"))
    def record_kind(self, entry: AuditEntry) -> str:
        return kind_of(entry)
