"""Pages on which returns are opened, inspected and paid back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from opsdesk.actions.moves import Mover
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.errors import DomainError
from orders.actions.inspections import save_inspection
from orders.actions.refunding import preview_refund, refund_return
from orders.actions.return_course import inspect_return
from orders.actions.return_opening import open_return
from orders.admin.return_forms import InspectionForm, OpenForm, RefundForm
from orders.core.lifecycle import ReturnStatus
from orders.core.refund_split import Share, left_of
from orders.models import Order, Return
from orders.queries.refunds import balance_of
from orders.queries.returns import early_so_far

View = Callable[..., HttpResponse]


def mover_of(request: HttpRequest) -> Mover:
    """Return who does something by this request."""
    return Mover(timezone.now(), request.user, request.scope)


def page_of(case: Return) -> str:
    """Return the address of a return's page."""
    return reverse("admin:orders_return_change", args=[case.pk])


def refuse(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal of the business at the field it names, else above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.message)


def open_view(orders: Any) -> View:
    """Return the page on which a return of an order is opened."""

    @page(Right.SERVICE_EDIT)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        order: Order = orders.page_object(request, object_id)
        form = OpenForm(order, request.POST if request.method == "POST" else None)
        if form.is_valid():
            lines, note = form.lines_back(), form.cleaned_data["note"]
            try:
                case = open_return(order, lines, mover_of(request), note=note)
            except DomainError as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, _("Return %(number)s is open.") % {"number": case})
                return HttpResponseRedirect(page_of(case))
        crumbs = [
            (Order._meta.verbose_name_plural, orders.list_url()),
            (order.external_id, orders.page_url(order.pk)),
        ]
        context = {"title": _("Open a return"), "crumbs": crumbs, "form": form, "subject": order}
        return desk_page(request, "desk/orders/return_open.html", context)

    return view


def inspect_view(returns: Any) -> View:
    """Return the page that counts and inspections are posted to; wrong, it is shown again."""

    @page(Right.SERVICE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        case: Return = returns.page_object(request, object_id)
        form = InspectionForm(case, request.scope, request.POST)
        finish = "finish" in request.POST
        store = inspect_return if finish else save_inspection
        if form.is_valid():
            try:
                store(case, form.said(), mover_of(request), seen=form.cleaned_data["seen"])
            except DomainError as refusal:
                refuse(form, refusal)
            else:
                done = _("The inspection is ended.") if finish else _("What came is recorded.")
                messages.success(request, done)
                return HttpResponseRedirect(page_of(case))
        context = {
            "title": _("Inspect"),
            "crumbs": _crumbs(returns, case),
            "inspection": form,
            "subject": case,
        }
        return desk_page(request, "desk/orders/return_inspect.html", context)

    return view


def refund_form(request: HttpRequest, case: Return, data: Any = None) -> RefundForm | None:
    """Return the form of a refund that this person can make of the return now, if there is one."""
    early = case.status in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED) or early_so_far(case)
    further = case.status == ReturnStatus.REFUNDED and case.in_parts
    if case.status != ReturnStatus.INSPECTED and not further and not early:
        return None
    right = Right.SERVICE_ALLOW if early else Right.SERVICE_EDIT
    if not request.scope.may(right) or not request.scope.may(Right.SERVICE_EDIT):
        return None
    return RefundForm(case, early=early, data=data)


def refund_view(returns: Any) -> View:
    """Return the page that shows a refund to the cent, and makes it once it is confirmed."""

    @page(Right.SERVICE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        case: Return = returns.page_object(request, object_id)
        form = refund_form(request, case, request.POST)
        if form is None:
            return _no_refund(request, case)
        plan = None
        if form.is_valid():
            try:
                with transaction.atomic():
                    plan = preview_refund(case, form.ask())
                    if "confirm" in request.POST:
                        return _pay(request, case, form)
            except DomainError as refusal:
                refuse(form, refusal)
                plan = None
        context = {
            "title": _("Refund"),
            "crumbs": _crumbs(returns, case),
            "refund": form,
            "plan": plan,
            "plan_rows": [(form.names[line.line_no], line) for line in plan.lines] if plan else [],
            "subject": case,
        }
        return desk_page(request, "desk/orders/return_refund.html", context)

    return view


def _pay(request: HttpRequest, case: Return, form: RefundForm) -> HttpResponse:
    reason = form.cleaned_data.get("reason", "")
    made = refund_return(case, form.refund_order(), mover_of(request), reason=reason)
    text = _("Refunded: %(total)s %(currency)s.") if made.new else _("It was refunded before.")
    messages.success(request, text % {"total": made.refund.total, "currency": case.currency})
    return HttpResponseRedirect(page_of(case))


def _no_refund(request: HttpRequest, case: Return) -> HttpResponse:
    """Say why nothing can be refunded now; without the right to allow it, 403."""
    if case.status in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED) or early_so_far(case):
        raise PermissionDenied
    words = {"return": case, "state": case.get_status_display()}
    messages.error(request, _("%(return)s is “%(state)s”: it cannot be refunded now.") % words)
    return HttpResponseRedirect(page_of(case))


def _crumbs(returns: Any, case: Return) -> list[tuple[Any, str]]:
    return [
        (Return._meta.verbose_name_plural, returns.list_url()),
        (case.external_id, returns.page_url(case.pk)),
    ]


def line_figures(case: Return) -> dict[int, tuple[int, Share]]:
    """Return by line number how many pieces can still be refunded, and what is left of it."""
    balance = balance_of(case)
    return {
        line.line_no: (line.open_units, left_of(line.paid, line.before, balance.currency))
        for line in balance.lines
    }
