"""Which machine may do what: each resource is opened for reading and writing on its own."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission


class ResourcePermission(BasePermission):
    """Let machines in that may use the view's ``resource``; where it names none, every machine."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.auth is None:
            return False
        resource = getattr(view, "resource", "")
        use = "read" if request.method in SAFE_METHODS else "write"
        needed = f"{resource}:{use}"
        if resource and needed not in request.scope.resources:
            sentence = _("This key does not open “%(needed)s”.") % {"needed": needed}
            raise PermissionDenied(sentence, code="resource_not_open")
        return True
