"""Who was paid for an order or a refund, hung on their pages."""

from typing import Any

from django.http import HttpRequest

from compensation.models import Payslip
from compensation.queries.payruns import credits_of
from opsdesk.admin.panels import panel
from orders.models import Order, Return


@panel("order", "desk/pay/credits.html")
def order_credits(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    """Who was paid for the order."""
    return _credits(request, order)


@panel("return", "desk/pay/credits.html")
def return_credits(request: HttpRequest, case: Return) -> dict[str, Any] | None:
    """Whose pay the refund lowered."""
    return _credits(request, case)


def _credits(request: HttpRequest, case: Order | Return) -> dict[str, Any] | None:
    """Return the credits on payslips the person may see; nothing where there are none."""
    found = credits_of(case)
    wanted = [credit.line.payslip_id for credit in found]
    seen = set(
        Payslip.objects.visible_to(request.scope).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    shown = [credit for credit in found if credit.line.payslip_id in seen]
    return {"credits": shown} if shown else None
