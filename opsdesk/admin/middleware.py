"""Guards in front of every page: headers, and text that no database can keep."""

from collections.abc import Callable

from django.conf import settings
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.utils.translation import gettext as _

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
# The Alpine build that the admin's look brings needs eval.
POLICY_WITH_EVAL = POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")

UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
    # Nothing of pay and people stays behind in a browser or on the way to it.
    "Cache-Control": "no-store",
}


def policy() -> str:
    """Return the content security policy: without eval where the scripts for it are there."""
    return POLICY if settings.STRICT_SCRIPTS else POLICY_WITH_EVAL


class GuardMiddleware:
    """Refuse a NUL in the address and pages that are not there; send the safe headers always."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {"Content-Security-Policy": policy()} | HEADERS

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            sentence = _("The address holds a character that is not text.")
            response: HttpResponse = HttpResponseBadRequest(sentence)
        else:
            response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a page number that there is not as such: the search of the look breaks at it."""
        if isinstance(exception, InvalidPage):
            return HttpResponseNotFound(_("There is no such page."))
        return None
