"""Scorecards and the templates they are made from."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from kpis.actions.scorecards import COMPLETION
from kpis.core.formula import SHIPPED
from kpis.models import MetricDefinition, Scorecard, ScorecardItem, ScorecardTemplate, Unit
from opsdesk.admin.base import DeskInline, PageAdmin, ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import badge, figure, number, percent

enter(
    Entry(
        Section.FIGURES,
        30,
        _("Scorecards"),
        "admin:kpis_scorecard_changelist",
        "fact_check",
    )
)


class ItemInline(DeskInline):
    model = ScorecardItem


@admin.register(ScorecardTemplate)
class ScorecardTemplateAdmin(ReadOnlyAdmin):
    view_right = Right.PEOPLE_VIEW
    list_display = ["position", "level", "period_kind", "version", "effective_from"]
    list_select_related = ["position"]
    inlines = [ItemInline]


@admin.register(Scorecard)
class ScorecardAdmin(PageAdmin):
    """One's own, and those of the people one may see."""

    list_display = ["name", "start", "template", "score_figure", "grade_badge"]
    list_display_links = ["name"]
    list_filter = ["grade", "start"]
    list_select_related = ["person", "template__position"]
    search_fields = ["person__employee_no__istartswith", "person__name__icontains"]
    page_template = "desk/figures/scorecard.html"

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("person", "template__position")

    def page(self, request: HttpRequest, obj: Scorecard) -> dict[str, Any]:
        return {"title": f"{obj.person} · {obj.start:%Y-%m}", "lines": _told(obj.lines)}

    @admin.display(description=_("person"), ordering="person__employee_no")
    def name(self, card: Scorecard) -> str:
        return str(card.person)

    @admin.display(description=_("score"), ordering="score")
    def score_figure(self, card: Scorecard) -> str:
        return figure(number(card.score))

    @admin.display(description=_("grade"), ordering="grade")
    def grade_badge(self, card: Scorecard) -> str:
        return badge(f"grade-{card.grade or 'none'}", card.get_grade_display())


def _told(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines with the metric's name, and the value as its unit is written."""
    codes = [line["metric"] for line in lines]
    units = dict(
        MetricDefinition.objects.filter(code__in=codes)
        .order_by("version")
        .values_list("code", "unit")
    )
    names = {shipped.code: gettext(shipped.name) for shipped in SHIPPED}
    names[COMPLETION] = gettext("Completion of the target")
    units[COMPLETION] = Unit.SHARE
    return [
        line
        | {
            "metric": names.get(line["metric"], line["metric"]),
            "value": _value(line["value"], units.get(line["metric"])),
            "points": number(_decimal(line["points"])),
        }
        for line in lines
    ]


def _value(text: str | None, unit: str | None) -> str:
    value = _decimal(text)
    return percent(value) if unit == Unit.SHARE else number(value and round(value, 4))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
