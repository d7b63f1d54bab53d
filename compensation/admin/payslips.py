"""Payslips, and what stands behind each of their lines."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from compensation.actions.calculation import stored_inputs
from compensation.core.inputs import PersonInputs, RunInputs
from compensation.core.lifecycle import PayLineKind
from compensation.core.wording import name_of
from compensation.models import Payslip, PayslipLine
from compensation.queries.payruns import PAGE, formula, leaf_rows, leaves
from opsdesk.admin.base import PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import desk_page, page
from opsdesk.templatetags.desk import badge, figure, money, month

enter(
    Entry(
        Section.PAY,
        20,
        gettext_lazy("Payslips"),
        "admin:compensation_payslip_changelist",
        "receipt",
    )
)


@admin.register(Payslip)
class PayslipAdmin(PageAdmin):
    """One's own, once locked; those of the runs one may see."""

    list_display = ["name", "month_text", "department", "state_badge", "total_figure"]
    list_display_links = ["name"]
    list_filter = ["run__state"]
    list_select_related = ["person", "run__department"]
    search_fields = ["person__employee_no__istartswith", "person__name__icontains"]
    ordering = ["-run__month", "person__employee_no"]
    sortable_by = ()
    page_template = "desk/pay/payslip.html"

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        sees_others = self.may(request, Right.PAY_VIEW)
        return ["run__state", "run__department"] if sees_others else []

    def get_urls(self) -> list[URLPattern]:
        line = "<str:object_id>/line/<str:position>/"
        return [path(line, line_view(self), name="compensation_payslip_line"), *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("person", "run__department", "run__plan")

    def page(self, request: HttpRequest, obj: Payslip) -> dict[str, Any]:
        sees_run = self.may(request, Right.PAY_VIEW)
        return {
            "title": _title(obj),
            "sees_run": sees_run,
            "lines": [(line, formula(line)) for line in obj.lines.order_by("position")],
        }

    @admin.display(description=gettext_lazy("person"))
    def name(self, payslip: Payslip) -> str:
        return str(payslip.person)

    @admin.display(description=gettext_lazy("month"))
    def month_text(self, payslip: Payslip) -> str:
        return month(payslip.run.month)

    @admin.display(description=gettext_lazy("department"))
    def department(self, payslip: Payslip) -> str:
        return str(payslip.run.department)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, payslip: Payslip) -> str:
        return badge(payslip.run.state, payslip.run.get_state_display())

    @admin.display(description=gettext_lazy("total"))
    def total_figure(self, payslip: Payslip) -> str:
        return figure(f"{money(payslip.total, payslip.run.currency)} {payslip.run.currency}")


def _title(payslip: Payslip) -> str:
    return f"{payslip.person} · {month(payslip.run.month)}"


def line_view(payslips: PayslipAdmin) -> Any:
    """Return the page of what stands behind one line."""

    @page()
    def view(request: HttpRequest, object_id: str, position: str) -> HttpResponse:
        payslip = payslips.page_object(request, str(number_or_404(object_id)))
        line = (
            payslip.lines.select_related("payslip__run__department", "payslip__person")
            .filter(position=number_or_404(position))
            .first()
        )
        if line is None:
            raise Http404
        crumbs = [
            (_("payslips"), payslips.list_url()),
            (_title(payslip), payslips.page_url(payslip.pk)),
        ]
        context = {
            "title": line.get_kind_display(),
            "crumbs": crumbs,
            "line": line,
            "formula": formula(line),
            "run": payslip.run,
        }
        return desk_page(request, "desk/pay/line.html", context | _behind(request, line))

    return view


def _behind(request: HttpRequest, line: PayslipLine) -> dict[str, Any]:
    """Return what the line was made from."""
    if line.kind == PayLineKind.COMMISSION:
        return _orders_behind(request, line)
    inputs = stored_inputs(line.payslip.run)
    number = line.payslip.person.employee_no
    person = next((one for one in inputs.people if one.employee_no == number), None)
    return _inputs_behind(line, inputs, person)


def _orders_behind(request: HttpRequest, line: PayslipLine) -> dict[str, Any]:
    count = leaf_rows(line).count()
    pages = max(1, -(-count // PAGE))
    asked = request.GET.get("page", "1")
    number = min(max(1, int(asked)), pages) if asked.isdigit() and len(asked) < 9 else 1
    rows = leaves(line, page=number)
    url = reverse("admin:compensation_payslip_line", args=[line.payslip_id, line.position])
    return {
        "leaves": rows,
        "count": count,
        "first": (number - 1) * PAGE + 1 if rows else 0,
        "last": (number - 1) * PAGE + len(rows),
        "page_base": sum((row.amount for row in rows), Decimal(0)),
        "page_earned": sum((row.earned for row in rows), Decimal(0)),
        "previous_url": f"{url}?page={number - 1}" if number > 1 else "",
        "next_url": f"{url}?page={number + 1}" if number < pages else "",
    }


def _inputs_behind(
    line: PayslipLine, inputs: RunInputs, person: PersonInputs | None
) -> dict[str, Any]:
    measured = (PayLineKind.PERFORMANCE_PAY, PayLineKind.OVER_ACHIEVEMENT)
    if person is None:
        return {}
    if line.kind in measured and line.code.startswith("volumes"):
        return {"volumes": _volumes(inputs)}
    if line.kind in measured:
        return {"tasks": person.tasks, "volumes": [] if person.tasks else _volumes(inputs)}
    if line.kind in (PayLineKind.BASE_SALARY, PayLineKind.ALLOWANCE):
        return {"segments": [(name_of(one.position), one) for one in person.segments]}
    if line.kind == PayLineKind.ATTENDANCE:
        return {"absent_days": person.absent_days}
    if line.kind == PayLineKind.PENALTY:
        group = [
            one
            for one in inputs.people
            if one.tasks and one.segments[-1].position == line.figures.get("position")
        ]
        return {"group_size": len(group)}
    extra = line.figures.get("extra")
    return {"proposal": extra} if extra else {}


def _volumes(inputs: RunInputs) -> list[tuple[str, Any]]:
    return [
        (name_of(kind), task) for kind, tasks in inputs.department_volumes.items() for task in tasks
    ]
