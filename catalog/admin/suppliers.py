"""Suppliers with what their grade came from, and the rules that grades are given by."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from catalog.actions.suppliers import record_of, rule_of, save_score_rule, save_supplier
from catalog.core.lifecycle import PURCHASE
from catalog.core.supplier_score import score
from catalog.models import Certificate, PurchaseOrder, ScoreRule, Supplier, SupplierScore
from catalog.queries.purchasing import reporting_rates, total_of, with_totals
from catalog.queries.suppliers import ENDING_DAYS, ending_certificates, monthly_scores, rule_on
from opsdesk.admin.base import DeskAdmin, DeskInline
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.charts import bar_chart
from opsdesk.core.periods import business_date
from opsdesk.templatetags.desk import NOTHING, badge, figure, percent, whole

ORDERS_SHOWN = 20
PARTS = {"cost": _("Cost"), "quality": _("Quality"), "delivery": _("Delivery")}

enter(
    Entry(
        Section.CATALOGUE,
        130,
        _("Suppliers"),
        "admin:catalog_supplier_changelist",
        "factory",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        136,
        _("Supplier score rules"),
        "admin:catalog_scorerule_changelist",
        "rule",
        Right.SALES_VIEW,
    ),
)


class CertificateFilter(admin.SimpleListFilter):
    """Suppliers with a certificate that ends soon, or that has ended."""

    title = _("certificates")
    parameter_name = "papers"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("ending", _("end within 60 days")),
            ("ended", _("have ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = request.scope.today
        until = today + timedelta(days=ENDING_DAYS)
        wanted = {
            "ending": Q(valid_until__range=(today, until)),
            "ended": Q(valid_until__lt=today),
        }.get(self.value() or "")
        if wanted is None:
            return queryset
        return queryset.filter(pk__in=Certificate.objects.filter(wanted).values("supplier"))


class CertificateInline(DeskInline):
    model = Certificate
    fields = ["kind", "number", "valid_until", "state_badge"]
    readonly_fields = ["state_badge"]

    @admin.display(description=_("state"))
    def state_badge(self, certificate: Certificate) -> str:
        if certificate.pk is None:
            return NOTHING
        today = business_date(timezone.now(), settings.COMPANY_TIME_ZONE)
        return certificate_badge(certificate, today)


def certificate_badge(certificate: Certificate, today: date) -> str:
    """Return as a coloured word whether a certificate holds, ends soon, or has ended."""
    if certificate.has_ended(today):
        return badge("rejected", gettext("ended"))
    last = certificate.valid_until
    if last is not None and last <= today + timedelta(days=ENDING_DAYS):
        return badge("waiting", gettext("ends soon"))
    return badge("active", gettext("valid"))


@admin.register(Supplier)
class SupplierAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.STOCK_EDIT
    deletable = False
    list_display = [
        "code",
        "name",
        "country",
        "currency",
        "grade_badge",
        "capacity_figure",
        "active",
    ]
    list_filter = ["grade", "active", "country", CertificateFilter]
    search_fields = ["code__istartswith", "name__icontains"]
    fields = ["code", "name", "country", "currency", "contact", "annual_capacity", "active"]
    inlines = [CertificateInline]
    change_form_outer_before_template = "desk/catalog/supplier_score.html"
    change_form_outer_after_template = "desk/catalog/supplier_orders.html"

    def save(self, request: HttpRequest, obj: Supplier, change: bool) -> None:
        save_supplier(obj, by=request.user, at=timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        obj = kw.get("obj")
        if obj is not None and obj.pk:
            context.update(score_context(obj, request.scope.today))
            context.update(orders_context(obj, request))
        return super().render_change_form(request, context, *args, **kw)

    @admin.display(description=_("grade"), ordering="grade")
    def grade_badge(self, supplier: Supplier) -> str:
        return badge(f"grade-{supplier.grade or 'none'}", supplier.grade or NOTHING)

    @admin.display(description=_("annual capacity"), ordering="annual_capacity")
    def capacity_figure(self, supplier: Supplier) -> str:
        return figure(whole(supplier.annual_capacity))


def score_context(supplier: Supplier, today: date) -> dict[str, Any]:
    """Return how the latest score came about, and the scores of the last twelve months."""
    last = SupplierScore.objects.filter(supplier=supplier).order_by("-day").first()
    months = monthly_scores(supplier, today)
    chart = bar_chart([row.score if row else None for _month, row in months])
    rows = [
        {"label": f"{start:%Y-%m}", "tick": f"{start:%y-%m}", "value": row and row.score}
        | {"score": row}
        for start, row in months
    ]
    return {
        "score_subject": supplier,
        "last_score": last,
        "score_rule": (rule := rule_on(last.day) if last else None),
        "score_parts": _parts(last, rule) if last and rule else [],
        "score_chart": chart,
        "score_rows": rows,
        "score_marks": list(zip(chart.bars, rows, strict=True)),
        "score_known": any(row and row.score is not None for _month, row in months),
        "certificates_ended": list(
            Certificate.objects.filter(supplier=supplier, valid_until__lt=today)
        ),
    }


def _parts(row: SupplierScore, rule: ScoreRule) -> list[dict[str, Any]]:
    made = score(record_of(row), rule_of(rule))
    told = {
        "cost": gettext("100 ÷ price index, at most 100"),
        "quality": gettext("100 × (1 − rejected ÷ inspected)"),
        "delivery": gettext("100 × on time ÷ due"),
    }
    found = {
        "cost": NOTHING if row.price_index is None else f"{row.price_index:.4f}",
        "quality": f"{whole(row.rejected)} / {whole(row.inspected)}",
        "delivery": f"{whole(row.on_time)} / {whole(row.due)}",
    }
    return [
        {"part": part, "name": PARTS[part.name], "how": told[part.name], "from": found[part.name]}
        for part in made.parts
    ]


def orders_context(supplier: Supplier, request: HttpRequest) -> dict[str, Any]:
    """Return the latest purchase orders of a supplier with what they cost."""
    rows = with_totals(PurchaseOrder.objects.visible_to(request.scope).filter(supplier=supplier))
    shown = list(rows.order_by("-pk")[:ORDERS_SHOWN])
    rates, today = reporting_rates(), request.scope.today
    return {
        "supplier_orders": [
            {
                "order": order,
                "label": PURCHASE.label_of(order.status),
                "total": total_of(order, rates, today),
                "late": order.is_late(today),
            }
            for order in shown
        ]
    }


@admin.register(ScoreRule)
class ScoreRuleAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    deletable = False
    list_display = [
        "from_date",
        "cost_share",
        "quality_share",
        "delivery_share",
        "grade_a",
        "grade_b",
        "grade_c",
        "window_days",
    ]

    def save(self, request: HttpRequest, obj: ScoreRule, change: bool) -> None:
        save_score_rule(obj, by=request.user, at=timezone.now())

    @admin.display(description=_("weight of cost"), ordering="cost_weight")
    def cost_share(self, rule: ScoreRule) -> str:
        return figure(percent(rule.cost_weight))

    @admin.display(description=_("weight of quality"), ordering="quality_weight")
    def quality_share(self, rule: ScoreRule) -> str:
        return figure(percent(rule.quality_weight))

    @admin.display(description=_("weight of delivery"), ordering="delivery_weight")
    def delivery_share(self, rule: ScoreRule) -> str:
        return figure(percent(rule.delivery_weight))


@panel(HOME_WAITING, "desk/home/todo.html", order=72)
def certificates_ending(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Certificates of suppliers that end soon."""
    if not request.scope.may(Right.STOCK_EDIT):
        return None
    count = ending_certificates(request.scope.today).count()
    if not count:
        return None
    return {
        "text": gettext("Certificates that end within 60 days"),
        "count": count,
        "link": "admin:catalog_supplier_changelist",
        "query": "?papers=ending",
        "tone": "waiting",
    }
