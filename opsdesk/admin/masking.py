"""Sensitive fields of a record: who sees them in a form or list, and what others see instead."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from opsdesk.core.privacy import CONTACTS, is_shown, masked, sensitivity


class MaskedFields:
    """Leaves fields out of forms, and masks or leaves them out of lists, by their sensitivity."""

    model: Any

    def shows(self, request: HttpRequest, field: str, obj: Any = None) -> bool:
        """Tell whether the person sees ``field``; of ``obj``, where that makes a difference."""
        return is_shown(self.model, field, request.scope.may)

    def hidden(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return the fields that the person does not see."""
        sensitive = getattr(self.model, "sensitive", {})
        return [field for field in sensitive if not self.shows(request, field, obj)]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str] | None:
        excluded = super().get_exclude(request, obj)  # type: ignore[misc]
        return [*(excluded or ()), *self.hidden(request, obj)] or None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = self.hidden(request, obj)
        fields = super().get_fields(request, obj)  # type: ignore[misc]
        return [field for field in fields if field not in hidden]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Also those that a page names itself.
        hidden = self.hidden(request, obj)
        return [
            (title, {**options, "fields": [one for one in options["fields"] if one not in hidden]})
            for title, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = super().get_list_display(request)  # type: ignore[misc]
        hidden = self.hidden(request)
        shown = [name for name in names if name not in hidden or self._maskable(name)]
        return [self._mask(name) if name in hidden else name for name in shown]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # What is not shown is not found out by asking for it in the address either.
        asked = set(lookup.split("__"))
        if asked & set(self.hidden(request)):
            return False
        return super().lookup_allowed(lookup, value, request)  # type: ignore[misc]

    def _maskable(self, field: str) -> bool:
        return sensitivity(self.model, field) in CONTACTS

    def _mask(self, field: str) -> Callable[[Any], str]:
        @admin.display(description=self.model._meta.get_field(field).verbose_name)
        def mask(row: Any) -> str:
            return masked(getattr(row, field))

        mask.__name__ = f"masked_{field}"
        return mask
