"""The stores a machine client is bound to, by name, on the client's page."""

from typing import Any

from django.http import HttpRequest

from catalog.models import Store
from opsdesk.admin.panels import panel


@panel("accounts.client", "desk/access/client_stores.html")
def stores_of_client(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Whether each code is that of a store: a mistyped one opens nothing."""
    if not subject.store_codes:
        return None
    names = dict(Store.objects.filter(code__in=subject.store_codes).values_list("code", "name"))
    return {"stores": [(code, names.get(code)) for code in subject.store_codes]}
