"""Fills, once per request, what the signed-in person may see and do."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.queries.access import scope_of
from opsdesk.core.periods import business_date


class ScopeMiddleware:
    """Set ``request.scope``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        today = business_date(timezone.now(), settings.COMPANY_TIME_ZONE)
        request.scope = scope_of(request.user, today=today)
        return self.get_response(request)
