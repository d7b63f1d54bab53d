"""The pages of the second factor: setting it up, and showing a code of it at sign-in."""

from base64 import b32encode
from typing import Any

import django_otp
import segno
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from accounts.actions.second_factor import set_up, show_code
from accounts.admin.gate import SECOND_FACTOR, factor_shown, wanted_next, with_next
from accounts.admin.guessing import password_is_right
from accounts.admin.passwords import frame
from accounts.admin.sessions import NEW_KEY, PASSWORD_AT, password_is_recent
from accounts.core.scope import needs_second_factor
from accounts.queries.access import scope_of
from accounts.queries.second_factor import device_of
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.errors import DomainError


def code_field(label: Any, help_text: Any) -> forms.CharField:
    """Return a field for a code, as phones fill it in."""
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label, max_length=40, help_text=help_text, widget=forms.TextInput(attrs)
    )


class CodeForm(forms.Form):
    """A code of the app or a recovery code."""

    code = code_field(
        gettext_lazy("Code"),
        gettext_lazy("Six digits of your app, or one of your recovery codes."),
    )


class PasswordForm(forms.Form):
    """The password once more."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class SetUpForm(forms.Form):
    """The proof that the app holds the new key, and a code of the factor until now."""

    old_code = code_field(
        gettext_lazy("Code of your second factor until now"),
        gettext_lazy("Six digits of the app you replace, or a recovery code."),
    )
    code = code_field(gettext_lazy("Code of the new app"), gettext_lazy("Six digits."))

    def __init__(self, *args: Any, replaces: bool) -> None:
        super().__init__(*args)
        if not replaces:
            del self.fields["old_code"]


@sensitive_post_parameters()
@page()
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code; whoever has no second factor yet sets it up."""
    wanted = wanted_next(request)
    if device_of(request.user) is None:
        return HttpResponseRedirect(with_next(reverse("second_factor_set_up"), wanted))
    if factor_shown(request):
        return HttpResponseRedirect(wanted)
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs["autofocus"] = True
    if form.is_valid():
        try:
            device = show_code(request.user, form.cleaned_data["code"], at=timezone.now())
        except DomainError as refusal:
            form.add_error("code", refusal.message)
        else:
            django_otp.login(request, device)
            return HttpResponseRedirect(wanted)
    context = {
        "title": _("Second factor"),
        "form": form,
        "next": wanted,
        "frame": "unfold/layouts/unauthenticated.html",
    }
    return desk_page(request, "desk/second_factor/ask.html", context)


@sensitive_post_parameters()
@page()
def set_up_page(request: HttpRequest) -> HttpResponse:
    """Set up the second factor, or replace it by another app."""
    old = device_of(request.user)
    if old is not None and request.due == SECOND_FACTOR:
        return HttpResponseRedirect(with_next(reverse("second_factor"), wanted_next(request)))
    if not password_is_recent(request.session, at=timezone.now()):
        return _password_first(request)
    key = request.session.setdefault(NEW_KEY, random_hex(20))
    form = SetUpForm(request.POST if "code" in request.POST else None, replaces=old is not None)
    if form.is_valid():
        try:
            codes = set_up(request.user, key, **form.cleaned_data, at=timezone.now())
        except DomainError as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            del request.session[NEW_KEY]
            django_otp.login(request, device_of(request.user))
            return codes_page(request, codes)
    today = request.scope.today
    context = {
        "title": _("Set up the second factor"),
        "required": needs_second_factor(scope_of(request.user, today=today)),
        "form": form,
        "replaces": old is not None,
        "next": wanted_next(request),
        "frame": frame(request),
    }
    return desk_page(request, "desk/second_factor/set_up.html", context | shown_key(request, key))


def shown_key(request: HttpRequest, key: str) -> dict[str, str]:
    """Return the key for an app: as a picture, as a link for this device, and as text."""
    device = TOTPDevice(user=request.user, key=key)
    text = b32encode(device.bin_key).decode()
    picture = segno.make(device.config_url, error="m", micro=False)
    return {
        "picture": picture.svg_data_uri(scale=5, border=3, dark="#000", light="#fff"),
        "link": device.config_url,
        "key": " ".join(text[start : start + 4] for start in range(0, len(text), 4)),
    }


def codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show recovery codes, this once: they are kept nowhere."""
    context = {
        "title": _("Your recovery codes"),
        "codes": codes,
        "next": wanted_next(request),
        "frame": frame(request),
    }
    return desk_page(request, "desk/second_factor/codes.html", context)


def _password_first(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST if "password" in request.POST else None)
    if form.is_valid():
        name = request.user.get_username()
        if password_is_right(request, name, form.cleaned_data["password"]) is not None:
            request.session[PASSWORD_AT] = int(timezone.now().timestamp())
            return HttpResponseRedirect(request.get_full_path())
        form.add_error("password", _("This is not your password, or you have to wait."))
    context = {
        "title": _("Your password, please"),
        "form": form,
        "next": wanted_next(request),
        "frame": frame(request),
    }
    return desk_page(request, "desk/second_factor/again.html", context)
