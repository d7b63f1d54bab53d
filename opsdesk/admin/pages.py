"""Pages that are functions: the frame around them, their right, and how a refusal is shown."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from opsdesk.core.errors import DomainError

View = Callable[..., HttpResponse]


def desk_page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    """Return ``template`` in the frame of the desk; ``crumbs`` lead to its ``title``."""
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.each_context(request) | context)


def page(right: str = "", *, post_only: bool = False) -> Callable[[View], View]:
    """Let only people in who signed in and have ``right``; anybody else gets sign-in or 403."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if right and not request.scope.may(right):
                raise PermissionDenied
            if post_only and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return wrap


def attempt(request: HttpRequest, verb: Callable[[], Any], done: str) -> bool:
    """Run ``verb`` in one transaction; say ``done``, or why it was refused."""
    try:
        with transaction.atomic():
            verb()
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    messages.success(request, done)
    return True
