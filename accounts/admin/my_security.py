"""What everybody sees and does about the own sign-in."""

from typing import Any

from axes.models import AccessLog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions.passwords import sign_out_everywhere
from accounts.actions.second_factor import new_recovery_codes, remove_second_factor
from accounts.admin.second_factor import CodeForm, codes_page
from accounts.core.scope import needs_second_factor
from accounts.queries.second_factor import device_of, recovery_codes_left
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.errors import DomainError

SHOWN_SIGN_INS = 8


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries of the menu under one's name."""
    if not request.user.is_authenticated or request.due:
        return []
    return [
        {"title": gettext_lazy("My security"), "link": reverse("my_security")},
        {"title": gettext_lazy("Change password"), "link": reverse("own_password")},
    ]


@page()
def overview(request: HttpRequest) -> HttpResponse:
    """Show the second factor, the recovery codes and the latest sign-ins."""
    sign_ins = AccessLog.objects.filter(username=request.user.get_username())
    context = {
        "title": _("My security"),
        "device": device_of(request.user),
        "left": recovery_codes_left(request.user),
        "required": needs_second_factor(request.scope),
        "switched_off": settings.SECOND_FACTOR == "off",
        "form": CodeForm(auto_id="%s"),
        "sign_ins": sign_ins.order_by("-attempt_time")[:SHOWN_SIGN_INS],
        "hours": settings.SESSION_HOURS,
        "minutes": settings.SESSION_IDLE_MINUTES,
    }
    return desk_page(request, "desk/second_factor/my_security.html", context)


@sensitive_post_parameters()
@page(post_only=True)
def new_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them."""
    try:
        codes = new_recovery_codes(request.user, request.POST.get("code", ""), at=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("my_security"))
    return codes_page(request, codes)


@sensitive_post_parameters()
@page(post_only=True)
def remove(request: HttpRequest) -> HttpResponse:
    """Do without the second factor, where the rights allow it."""
    required = needs_second_factor(request.scope)
    code = request.POST.get("code", "")
    try:
        remove_second_factor(request.user, code, required=required, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The second factor is off; your password alone signs you in."))
    return HttpResponseRedirect(reverse("my_security"))


@page(post_only=True)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End every session of the person, this one too."""
    sign_out_everywhere(request.user, at=timezone.now())
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return HttpResponseRedirect(reverse("admin:login"))
