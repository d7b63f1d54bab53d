"""What a list may be narrowed by: only what it offers, and of that only what the person sees."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest


def _scoped(field: Any) -> bool:
    related = field.remote_field and field.remote_field.model
    return bool(related) and hasattr(related._default_manager, "visible_to")


class VisibleFilter(admin.RelatedFieldListFilter):
    """Offers the related records that the person may see; other names stay unsaid."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        related = field.remote_field.model._default_manager.visible_to(request.scope)
        ordering = self.field_admin_ordering(field, request, model_admin)
        chosen = {"pk__in": related.values("pk")}
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=chosen)


# Taken for every filter by a related record that names no class of its own.
admin.FieldListFilter.register(_scoped, VisibleFilter, take_priority=True)


def offered(filters: Iterable[Any]) -> set[str]:
    """Return the fields that a list offers to be filtered by."""
    names = (one[0] if isinstance(one, tuple | list) else one for one in filters)
    return {name for name in names if isinstance(name, str)}


def asks_more(model: type[models.Model], lookup: str, filters: Iterable[Any]) -> bool:
    """Tell whether ``lookup`` asks about a field that the list does not offer as a filter.

    The number of rows is an answer, too: it would tell a masked salary or address bit by bit.
    """
    path = _field_path(model, lookup)
    return bool(path) and path not in offered(filters)


def _field_path(model: type[models.Model], lookup: str) -> str:
    """Return the fields that a lookup goes along, without the key at the end of a relation."""
    path: list[str] = []
    here: Any = model
    for part in lookup.split("__"):
        if here is None or (path and part in ("pk", "id")):
            break
        try:
            field = here._meta.pk if part == "pk" else here._meta.get_field(part)
        except FieldDoesNotExist:
            break
        path.append(part)
        here = field.related_model
    return "__".join(path)
