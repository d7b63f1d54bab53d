"""The one gate behind sign-in: what a session still has to show before it sees anything."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.admin.sessions import PASSWORD_DUE
from accounts.core.scope import Scope, needs_second_factor
from accounts.queries.second_factor import device_of

SECOND_FACTOR, OWN_PASSWORD = "second_factor", "own_password"
# What stays open before the gate, by the name of the address.
ALWAYS = frozenset({"admin:login", "admin:logout", "admin:jsi18n", "set_language"})
BEFORE = {
    SECOND_FACTOR: ALWAYS | {"second_factor", "second_factor_set_up"},
    OWN_PASSWORD: ALWAYS | {"own_password", "admin:password_change"},
}


def still_due(request: HttpRequest, scope: Scope) -> str:
    """Return the name of the page that has to be passed first; blank: the gate is open."""
    if not request.user.is_authenticated:
        return ""
    if settings.SECOND_FACTOR != "off":
        asked = needs_second_factor(scope) or device_of(request.user) is not None
        if asked and not factor_shown(request):
            return SECOND_FACTOR
    return OWN_PASSWORD if request.session.get(PASSWORD_DUE) else ""


def factor_shown(request: HttpRequest) -> bool:
    """Tell whether this session showed a code of the second factor that is in use now."""
    shown = request.session.get(DEVICE_ID_SESSION_KEY)
    if not shown:
        return False
    device = device_of(request.user)
    return device is not None and device.persistent_id == shown


def at_the_gate(request: HttpRequest, due: str) -> HttpResponse:
    """Lead to the page that is due; what is no page to look at is refused without a word of it."""
    if not _asks_for_a_page(request):
        return HttpResponseForbidden(
            _("Complete your sign-in first."), content_type="text/plain; charset=utf-8"
        )
    return HttpResponseRedirect(with_next(reverse(due), request.get_full_path()))


def with_next(url: str, wanted: str) -> str:
    """Return ``url`` with the address to go on to after it."""
    return f"{url}?{urlencode({'next': wanted})}" if wanted else url


def wanted_next(request: HttpRequest) -> str:
    """Return the page that the person wanted, or the home page; never another host's."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("admin:index")


def _asks_for_a_page(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and "HX-Request" not in request.headers
        and request.headers.get("X-Requested-With") != "XMLHttpRequest"
        and request.accepts("text/html")
        and not request.path.startswith("/api/")
    )
