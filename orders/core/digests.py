"""Short fingerprints of what an item says, to see at once that nothing changed."""

from dataclasses import astuple
from decimal import Decimal
from hashlib import blake2b

from orders.core.items import OrderItem, ReturnItem


def order_digest(item: OrderItem) -> str:
    """Return the fingerprint of an order's content.

    The time of the update and the rows of the file are left out: they change no figure.
    """
    return _digest(
        item.placed_at.timestamp(),
        item.currency,
        item.status,
        item.customer.said() if item.customer else None,
        item.traffic_source,
        _plain(item.shipping_charge),
        _plain(item.platform_fee),
        [
            (
                line.line_no,
                str(line.kind),
                line.sku,
                line.title,
                line.quantity,
                _plain(line.unit_price),
                _plain(line.discount),
                _plain(line.tax),
                _plain(line.unit_cost),
            )
            for line in sorted(item.lines, key=lambda line: line.line_no)
        ],
        [
            (
                payment.external_id,
                _plain(payment.amount),
                payment.collected_at.timestamp() if payment.collected_at else None,
            )
            for payment in sorted(item.payments, key=lambda payment: payment.external_id)
        ],
        # Only where it is told: an order without an address keeps the fingerprint it always had.
        *([astuple(item.ship_to)] if item.ship_to and not item.ship_to.blank else ()),
    )


def return_digest(item: ReturnItem) -> str:
    """Return the fingerprint of a return's content."""
    return _digest(
        item.order,
        item.status,
        item.requested_at.timestamp(),
        item.refunded_at.timestamp() if item.refunded_at else None,
        item.reason,
        item.currency,
        item.customer.said() if item.customer else None,
        [
            (
                line.line_no,
                str(line.kind),
                line.sku,
                line.title,
                line.quantity,
                _plain(line.refund_amount),
                line.order_line_no,
                line.restock,
            )
            for line in sorted(item.lines, key=lambda line: line.line_no)
        ],
    )


def _digest(*parts: object) -> str:
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _plain(value: Decimal | None) -> str | None:
    """Return one text for one number: 2.5 and 2.50 are the same."""
    if not value:
        return None if value is None else "0"
    return f"{value:.4f}"
