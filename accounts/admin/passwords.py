"""The page on which somebody chooses an own password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from unfold.forms import AdminOwnPasswordChangeForm

from accounts.actions.passwords import choose_password
from accounts.admin.gate import OWN_PASSWORD, wanted_next
from accounts.admin.guessing import password_is_right
from accounts.admin.sessions import PASSWORD_AT, PASSWORD_DUE
from accounts.models import User
from opsdesk.actions.audit import record
from opsdesk.admin.pages import desk_page, page


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """Asks for the old password, under the same guard as the sign-in page."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request.user, *args)
        self.request = request

    def clean_old_password(self) -> str:
        old = self.cleaned_data["old_password"]
        if password_is_right(self.request, self.user.get_username(), old) is None:
            record("password refused", self.user, by=self.user, at=timezone.now())
            raise ValidationError(self.error_messages["password_incorrect"])
        return old

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("old_password") and data["old_password"] == data.get("new_password2"):
            self.add_error("new_password1", _("Choose another one than the password until now."))
        return data


@sensitive_post_parameters()
@page()
def own_password(request: HttpRequest) -> HttpResponse:
    """Choose a password; after somebody else set it, nothing else is open before that."""
    form = OwnPasswordForm(request, request.POST or None)
    if form.is_valid():
        now = timezone.now()
        user: Any = User.objects.get(pk=request.user.pk)
        choose_password(user, form.cleaned_data["new_password1"], at=now)
        # this session goes on, every other one ends
        update_session_auth_hash(request, user)
        request.session[PASSWORD_DUE] = False
        request.session[PASSWORD_AT] = int(now.timestamp())
        messages.success(request, _("Your password was changed."))
        return HttpResponseRedirect(wanted_next(request))
    context = {
        "title": _("Change password"),
        "form": form,
        "due": request.due == OWN_PASSWORD,
        "next": wanted_next(request),
        "frame": frame(request),
    }
    return desk_page(request, "desk/sign_in/password.html", context)


def frame(request: HttpRequest) -> str:
    """Return the layout: that of the desk, or of the sign-in page as long as sign-in goes on."""
    return "unfold/layouts/unauthenticated.html" if request.due else "admin/base_site.html"
