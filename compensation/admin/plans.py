"""Pay plan versions: read as a table, written while no submitted pay run used them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from compensation.actions.plans import copy_plan, delete_plan_part, save_plan, save_plan_part
from compensation.core.plan_check import Severity, check_plan, usable
from compensation.core.plan_example import worked_example
from compensation.core.wording import exact_percent, name_of
from compensation.models import FundTier, PlanPosition, PlanTier, PlanVersion
from compensation.queries.plans import terms_of
from opsdesk.admin.base import DeskAdmin, DeskInline, DeskStackedInline, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.core.periods import Period
from opsdesk.templatetags.desk import month

enter(
    Entry(
        Section.PAY,
        30,
        gettext_lazy("Pay plans"),
        "admin:compensation_planversion_changelist",
        "rule",
        Right.PAY_VIEW,
    )
)


class TierInline(DeskInline):
    model = PlanTier
    owner_model = PlanVersion


class PositionInline(DeskStackedInline):
    model = PlanPosition
    inlines = [TierInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # Whether the tiers of each may be written is asked of its version.
        return super().get_queryset(request).select_related("version")


class FundTierInline(DeskInline):
    model = FundTier


@admin.register(PlanVersion)
class PlanVersionAdmin(DeskAdmin):
    view_right = Right.PAY_VIEW
    edit_right = Right.PLAN_EDIT
    deletable = False
    list_display = ["number", "name", "month_text", "currency", "used_at"]
    list_display_links = ["number", "name"]
    inlines = [PositionInline, FundTierInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A new version begins as a copy of one that was checked.
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The tiers of a position ask with the position they belong to.
        plan = getattr(obj, "version", None) if isinstance(obj, PlanPosition) else obj
        unused = plan is None or plan.used_at is None
        return unused and super().has_change_permission(request, plan)

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/copy/", copy_view(self), name="compensation_planversion_copy")
        return [own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "GET" and "edit" not in request.GET:
            plan = self.get_object(request, str(number_or_404(object_id)))
            if plan is not None and self.has_view_permission(request, plan):
                return desk_page(request, "desk/pay/plan.html", self.table(request, plan))
        return super().change_view(request, object_id, form_url, extra_context)

    def table(self, request: HttpRequest, plan: PlanVersion) -> dict[str, Any]:
        """Return the version as a table, with what the plan check says and a worked example."""
        terms = terms_of(plan)
        findings = check_plan(terms)
        positions = list(terms.positions.values())
        return {
            "title": str(plan),
            "crumbs": [(PlanVersion._meta.verbose_name_plural, self.list_url())],
            "subject": plan,
            "positions": [
                (name_of(one.position), one, tiers_in_words(one.tiers)) for one in positions
            ],
            "fund": tiers_in_words(terms.fund_tiers),
            "faults": [one for one in findings if one.severity != Severity.INFO],
            "hints": [one for one in findings if one.severity == Severity.INFO],
            "example": worked_example(terms) if usable(findings) else (),
            "may_edit": self.has_change_permission(request, plan),
            "may_copy": self.may(request, Right.PLAN_EDIT),
            "next_month": Period.containing("month", request.scope.today).next(),
        }

    def save(self, request: HttpRequest, obj: PlanVersion, change: bool) -> None:
        save_plan(obj, by=request.user, at=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        parts = formset.save(commit=False)
        now = timezone.now()
        for gone in formset.deleted_objects:
            delete_plan_part(gone, by=request.user, at=now)
        for part in parts:
            save_plan_part(part, by=request.user, at=now)
        for row in formset.forms:
            if row not in formset.deleted_forms:
                for nested in getattr(row, "nested_formsets", ()):
                    self.save_formset(request, row, nested.formset, change)

    @admin.display(description=gettext_lazy("effective from"), ordering="effective_from")
    def month_text(self, plan: PlanVersion) -> str:
        return month(plan.effective_from)


def tiers_in_words(table: Any) -> list[tuple[str, str]]:
    """Return each tier as its bound and its rate."""
    return [
        (f"{'≥' if tier.inclusive else '>'} {exact_percent(tier.lower)}", exact_percent(tier.rate))
        for tier in table.tiers
    ]


def copy_view(plans: PlanVersionAdmin) -> Any:
    """Return the page that makes a new version out of one."""

    @page(Right.PLAN_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        plan = plans.get_queryset(request).filter(pk=number_or_404(object_id)).first()
        made: list[PlanVersion] = []

        def copy() -> None:
            start = _month_of(request.POST.get("effective_from", ""))
            made.append(copy_plan(plan, effective_from=start, by=request.user, at=timezone.now()))

        if plan is not None and attempt(request, copy, _("A new version was made; change it now.")):
            return HttpResponseRedirect(plans.page_url(made[0].pk) + "?edit=1")
        return HttpResponseRedirect(plans.page_url(object_id))

    return view


def _month_of(text: str) -> Any:
    field = PlanVersion._meta.get_field("effective_from").formfield()
    return field.clean(text)
