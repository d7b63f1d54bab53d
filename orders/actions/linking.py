"""Order lines that came before their SKU was known."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery

from catalog.models import Sku
from opsdesk.actions.audit import record_many
from orders.models import OrderLine, ReturnLine

_LINES = (OrderLine, ReturnLine)


@transaction.atomic
def link_lines(*, at: datetime) -> int:
    """Give lines whose item code is now a SKU's code that SKU; return how many there were.

    Cost and amounts stay as they were taken at the time. The SKUs are audited, not each line.
    """
    own = Sku.objects.filter(code=OuterRef("item_code")).values("pk")
    found: Counter[str] = Counter()
    for model in _LINES:
        codes = Sku.objects.values("code")
        lines = model._default_manager.filter(sku__isnull=True, item_code__in=codes)
        found.update(dict(lines.order_by().values_list("item_code").annotate(Count("pk"))))
        lines.update(sku=Subquery(own))
    skus = Sku.objects.filter(code__in=found).order_by("pk") if found else Sku.objects.none()
    record_many("linked", Sku, skus, by=None, at=at)
    return found.total()
