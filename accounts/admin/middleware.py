"""Fills, once per request, what the signed-in person may see and do."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin.gate import BEFORE, at_the_gate, still_due
from accounts.admin.sessions import why_over
from accounts.core.scope import Scope, needs_second_factor, nobody
from accounts.queries.access import scope_of
from opsdesk.core.periods import business_date


class ScopeMiddleware:
    """Set ``request.scope``: that of nobody until everything that sign-in asks for was shown.

    So a page that the gate would forget to close, and every action behind it, refuses by itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        today = business_date(timezone.now(), settings.COMPANY_TIME_ZONE)
        scope = _end_if_over(request, scope_of(request.user, today=today))
        request.due = still_due(request, scope)
        request.scope = nobody(today) if request.due else scope
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        if request.due and request.resolver_match.view_name not in BEFORE[request.due]:
            return at_the_gate(request, request.due)
        return None


def _end_if_over(request: HttpRequest, scope: Scope) -> Scope:
    """Sign out whose session is over; return the scope that is left."""
    if not request.user.is_authenticated:
        return scope
    guarded = needs_second_factor(scope)
    why = why_over(request.session, guarded=guarded, at=timezone.now())
    if not why:
        return scope
    logout(request)
    messages.warning(request, why)
    return nobody(scope.today)
