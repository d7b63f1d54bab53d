"""The home page: everything on it is a panel that some app hung there."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from opsdesk.admin.panels import HOME, HOME_WAITING, panels


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the home page for the signed-in person."""
    return context | {
        "title": _("My desk"),
        "panels": panels(HOME, request),
        "waiting": panels(HOME_WAITING, request),
    }
