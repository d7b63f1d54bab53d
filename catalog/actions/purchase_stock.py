"""What came in from a purchase order, put into the ledger of stock."""

import json
from hashlib import blake2b

from django.conf import settings

from catalog.actions.stock import Entry, move_stock
from catalog.core.supply_items import COLON
from catalog.models import MovementKind, PurchaseReceipt, StockMovement
from opsdesk.actions.moves import Mover
from opsdesk.core.periods import business_date, day_start

NUMBER_LENGTH = 100


def book_receipt(receipt: PurchaseReceipt, mover: Mover) -> StockMovement | None:
    """Add the accepted pieces to the stock of the order's warehouse; ``None`` where none are.

    Called inside the transaction that records the delivery.
    """
    if not receipt.accepted:
        return None
    line = receipt.line
    zone = settings.COMPANY_TIME_ZONE
    today = receipt.received_on == business_date(mover.at, zone)
    entry = Entry(
        line.order.warehouse,
        line.sku,
        MovementKind.RECEIPT,
        receipt.accepted,
        happened_at=mover.at if today else day_start(receipt.received_on, zone),
        external_id=movement_number(line.order.code, line.sku.code, receipt.external_id),
        reference=f"PO:{line.order.code}",
    )
    return move_stock([entry], mover)[0].movement


def movement_number(order: str, sku: str, note: str) -> str:
    """Return what the ledger calls a delivery; where it would be too long, a digest of it."""
    plain = f"PO:{order}:{sku}:{note}"
    if len(plain) <= NUMBER_LENGTH and COLON not in sku:
        return plain
    content = json.dumps([order, sku, note]).encode()
    return f"PO:{order}:#{blake2b(content, digest_size=20).hexdigest()}"
