"""Who sees which rows of the catalogue, for the nouns that hang on a store or on none."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.models.stores import Store


def sees_catalogue(scope: Scope) -> bool:
    """Tell whether ``scope`` sees what the company has, whichever store sells it."""
    if scope.client_id is not None:
        return scope.store_codes is None
    return scope.may(Right.SALES_VIEW)


class OfStoreQuerySet(models.QuerySet):
    """Rows of a store: who sees the store sees them. ``store_path`` leads to it."""

    store_path = "store"

    def visible_to(self, scope: Scope) -> Self:
        """The rows of the stores that ``scope`` sees."""
        if scope.everything:
            return self
        return self.filter(**{f"{self.store_path}__in": Store.objects.visible_to(scope)})


def of_store(path: str = "store") -> Any:
    """Return a manager for rows whose store stands at ``path``."""
    name = f"Of{path.title().replace('_', '')}QuerySet"
    return type(name, (OfStoreQuerySet,), {"store_path": path}).as_manager()


class SupplyQuerySet(models.QuerySet):
    """What the company buys and keeps: for its people, and for machines bound to no store."""

    def visible_to(self, scope: Scope) -> Self:
        """Everything for who sees the catalogue; nothing for a machine bound to stores."""
        return self if sees_catalogue(scope) else self.none()
