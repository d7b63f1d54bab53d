"""What new orders are held for, and where a store's goods come from."""

from datetime import datetime

from django.db import models, transaction

from opsdesk.actions.audit import Actor
from opsdesk.actions.records import delete_record, save_record
from orders.models import AllocationSource, HoldPolicy


@transaction.atomic
def save_rule(row: HoldPolicy | AllocationSource, *, by: Actor | None, at: datetime) -> None:
    """Store a policy or a source; it holds for orders that are looked at from now on."""
    save_record(row, by=by, at=at)


@transaction.atomic
def delete_rule(row: models.Model, *, by: Actor | None, at: datetime) -> None:
    """Delete one; a store without a policy of its own follows the one for all others."""
    delete_record(row, by=by, at=at)
