"""A/B experiments: their plan, their days, what they show, and adopting what won."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.core.roles import Right
from catalog.actions.experiment_days import save_days
from catalog.actions.experiments import (
    EXPERIMENT_COURSE,
    adopt_winner,
    is_current,
    save_experiment,
    winner_of,
)
from catalog.admin.experiment_results import listing_url, result_context, version_name
from catalog.admin.listings import LISTING_PAGE
from catalog.core.lifecycle import ExperimentStatus
from catalog.models import Experiment, ExperimentDay, Listing
from catalog.queries.experiments import experiments_of
from opsdesk.admin.base import DeskForm, DeskInline, number_or_404
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import panel
from opsdesk.templatetags.desk import badge

PLAN = ["listing", "code", "name", "hypothesis", "measure"]
SPAN = ["from_date", "to_date", "share_b"]
LARGEST = 2**31 - 1
NUMBERS = {"number_a": "version_a", "number_b": "version_b"}

enter(
    Entry(
        Section.CATALOGUE,
        72,
        gettext_lazy("A/B experiments"),
        "admin:catalog_experiment_changelist",
        "science",
        Right.SALES_VIEW,
    )
)


class ExperimentForm(DeskForm):
    """The plan; versions are named by the numbers that the listing's page shows."""

    number_a = forms.IntegerField(
        label=capfirst(gettext_lazy("version A")),
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Its number on the listing's page, such as 1."),
    )
    number_b = forms.IntegerField(
        label=capfirst(gettext_lazy("version B")),
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in NUMBERS.items():
            if name in self.fields and self.instance.pk:
                self.fields[name].initial = getattr(self.instance, field).number

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        listing = data.get("listing") or (self.instance.listing if self.instance.pk else None)
        if listing is None:
            return data
        asked = {name: data[name] for name in NUMBERS if data.get(name) is not None}
        # A number beyond what the column holds is no version either.
        numbers = [number for number in asked.values() if number <= LARGEST]
        found = {one.number: one for one in listing.versions.filter(number__in=numbers)}
        for name, number in asked.items():
            if number in found:
                setattr(self.instance, NUMBERS[name], found[number])
            else:
                message = _("%(listing)s has no version %(number)d: look at its page.")
                self.add_error(name, message % {"listing": listing, "number": number})
        return data


class DayInline(DeskInline):
    """The figures by day: entered while the experiment runs."""

    model = ExperimentDay
    fields = ["day", "arm", "impressions", "clicks", "orders"]
    hide_title = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # The head of the table is not read out with a cell.
        field.widget.attrs["aria-label"] = str(db_field.verbose_name)
        return field

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _runs(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _runs(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _runs(obj) and super().has_delete_permission(request, obj)


def _runs(experiment: Experiment | None) -> bool:
    return experiment is not None and experiment.status == ExperimentStatus.RUNNING


@admin.register(Experiment)
class ExperimentAdmin(MovingAdmin):
    course = EXPERIMENT_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    deletable = False
    form = ExperimentForm
    change_form_outer_before_template = "desk/catalog/experiment.html"
    inlines = [DayInline]
    autocomplete_fields = ["listing"]
    list_display = [
        "code",
        "name",
        "store_name",
        "listing_name",
        "measure",
        "from_date",
        "to_date",
        "status_badge",
        "verdict",
    ]
    list_select_related = ["listing__store", "result"]
    list_filter = ["status", "measure", "listing__store", ("from_date", RangeDateFilter)]
    search_fields = ["code__istartswith", "name__icontains", "listing__seller_sku__istartswith"]

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/adopt/", adopt_view(self), name="catalog_experiment_adopt")
        return [own, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Experiment | None = None) -> list[str]:
        if self._may_plan(request, obj):
            return [*PLAN, *NUMBERS, *SPAN]
        return [*PLAN, "shown_a", "shown_b", *SPAN]

    def get_form(self, request: HttpRequest, obj: Experiment | None = None, **kwargs: Any) -> Any:
        # Once it runs its page is a form of its days alone: nothing asks for version numbers.
        plan = {} if self._may_plan(request, obj) else {"form": DeskForm}
        return super().get_form(request, obj, **plan, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Experiment | None = None) -> list[str]:
        if obj is None:
            return []
        return ["listing"] if self._may_plan(request, obj) else self.get_fields(request, obj)

    def _may_plan(self, request: HttpRequest, obj: Experiment | None) -> bool:
        if obj is None:
            return True
        planned = obj.status == ExperimentStatus.PLANNED
        return planned and self.has_change_permission(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Experiment | None) -> list[Any]:
        return super().get_inlines(request, obj) if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("listing__store", "version_a", "version_b", "result")

    def save(self, request: HttpRequest, obj: Experiment, change: bool) -> None:
        # Once it runs nothing of the plan is on the form: only its days are saved.
        if not change or obj.status == ExperimentStatus.PLANNED:
            save_experiment(obj, self.mover(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        days = formset.save(commit=False)
        if days or formset.deleted_objects:
            gone = formset.deleted_objects
            save_days(form.instance, days, self.mover(request), gone=gone)

    def life_context(self, request: HttpRequest, obj: Experiment) -> dict[str, Any]:
        winner = winner_of(obj)
        return (
            super().life_context(request, obj)
            | result_context(obj)
            | {
                "experiment": obj,
                "listing_url": listing_url(obj),
                "winner": winner,
                "adopt": _("Adopt %(arm)s") % {"arm": winner.arm} if winner else "",
                "may_adopt": self.has_change_permission(request, obj),
                "is_shown": winner is not None and is_current(winner.version, obj.listing),
            }
        )

    @admin.display(description=gettext_lazy("version A"))
    def shown_a(self, experiment: Experiment) -> str:
        return version_name(experiment.version_a)

    @admin.display(description=gettext_lazy("version B"))
    def shown_b(self, experiment: Experiment) -> str:
        return version_name(experiment.version_b)

    @admin.display(description=gettext_lazy("store"), ordering="listing__store__code")
    def store_name(self, experiment: Experiment) -> str:
        return str(experiment.listing.store)

    @admin.display(description=gettext_lazy("listing"), ordering="listing__seller_sku")
    def listing_name(self, experiment: Experiment) -> str:
        return experiment.listing.seller_sku

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, experiment: Experiment) -> str:
        return badge(experiment.status, experiment.get_status_display())

    @admin.display(description=pgettext_lazy("experiment", "result"))
    def verdict(self, experiment: Experiment) -> str | None:
        result = getattr(experiment, "result", None)
        return result.get_verdict_display() if result else None


def adopt_view(experiments: ExperimentAdmin) -> Any:
    """Return the page that “Adopt” posts to: the winner becomes the listing's content."""

    @page(post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        if not experiments.has_view_permission(request):
            raise PermissionDenied
        obj = experiments.get_queryset(request).filter(pk=number_or_404(object_id)).first()
        if obj is None:
            raise Http404
        if not experiments.has_change_permission(request, obj):
            raise PermissionDenied
        attempt(
            request,
            lambda: adopt_winner(obj, experiments.mover(request)),
            _("%(listing)s now has the content of the winner as its current version.")
            % {"listing": obj.listing},
        )
        return HttpResponseRedirect(experiments.page_url(obj.pk))

    return view


@panel(LISTING_PAGE, "desk/catalog/listing_experiments.html", order=20)
def experiments_panel(request: HttpRequest, listing: Listing) -> dict[str, Any] | None:
    """The experiments of a listing, with what each showed."""
    found = list(experiments_of(listing))
    return {"experiments": found} if found else None
