"""Forgetting the personal data of customers who have not been heard of for long."""

from datetime import date, datetime

from django.db import transaction

from catalog.actions.stores import lock_stores
from opsdesk.actions.audit import record_many
from orders.actions.customer_erasure import erase_rows, replaced
from orders.core.pseudonyms import is_personal
from orders.models import Customer, ErasedFor
from orders.queries.retention import due_customers, kept_since

PIECE = 500


@transaction.atomic
def forget_customers(day: date, *, at: datetime) -> int:
    """Erase up to ``PIECE`` customers whose data was kept long enough on ``day``; return how many.

    Called again until it returns fewer. Each has an entry in the audit trail. A customer who buys
    again later is known by name again.
    """
    before = kept_since(day)
    if before is None:
        return 0
    found = list(due_customers(before).values_list("pk", "store_id")[:PIECE])
    lock_stores({store_id for _pk, store_id in found})
    # Looked at again now that no delivery can bring an order in between.
    due = list(due_customers(before).filter(pk__in=[pk for pk, _store in found]))
    named = [customer for customer in due if is_personal(customer.external_id)]
    for customer in named:
        for column, value in replaced(customer.external_id).items():
            setattr(customer, column, value)
    Customer.objects.bulk_update(named, ["external_id", "former_key"], batch_size=PIECE)
    erase_rows([customer.pk for customer in due], ErasedFor.RETENTION, at=at)
    record_many("erased", Customer, due, by=None, at=at)
    return len(found)
