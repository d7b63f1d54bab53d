"""A digest of everything that a load leaves behind, without times and primary keys."""

from hashlib import blake2b

from catalog.models import FxRate, Sku, Store
from orders.models import Customer, Order, OrderAddress, OrderLine, Payment, Return, ReturnLine

STATE = {
    FxRate: ("date", "from_currency", "to_currency", "rate"),
    Store: ("code", "name", "currency", "time_zone", "country"),
    Sku: ("code", "unit_cost", "cost_currency"),
    Customer: (
        "store__code", "external_id", "country", "name", "email", "phone", "address", "details_at",
    ),
    OrderAddress: (
        "order__store__code", "order__external_id", "recipient", "phone", "line1", "line2",
        "city", "region", "postal_code", "country",
    ),
    Order: (
        "store__code", "external_id", "customer__external_id", "placed_at", "business_date",
        "status", "source_status", "traffic_source", "currency", "fx_rate", "amount",
        "reporting_amount", "units", "has_goods", "shipping_charge", "tax", "platform_fee",
        "customer_order_no", "previous_order_on", "source_updated_at", "content_digest",
        "source_row",
    ),
    OrderLine: (
        "order__store__code", "order__external_id", "line_no", "business_date", "kind",
        "sku__code", "item_code", "title", "quantity", "unit_price", "discount", "tax",
        "unit_cost", "amount", "reporting_amount", "reporting_cost", "source_row",
    ),
    Payment: (
        "order__store__code", "order__external_id", "external_id", "amount", "collected_on",
    ),
    Return: (
        "store__code", "external_id", "order__external_id", "customer__external_id", "status",
        "source_status", "reason", "requested_at", "refunded_at", "refunded_on", "fx_rate",
        "amount", "reporting_amount", "units", "source_updated_at", "source_row",
    ),
    ReturnLine: (
        "return_case__store__code", "return_case__external_id", "line_no",
        "order_line__line_no", "kind", "item_code", "title", "quantity", "amount",
        "reporting_amount", "reporting_cost", "restock", "source_row",
    ),
}  # fmt: skip


def rows(model):
    """The rows of a table as texts, in an order that does not depend on the database."""
    columns = STATE[model]
    return sorted(repr(row) for row in model.objects.values_list(*columns).iterator())


def state_digest(models=tuple(STATE)):
    """One fingerprint of the business content of these tables."""
    digest = blake2b(digest_size=16)
    for model in models:
        for row in rows(model):
            digest.update(row.encode())
    return digest.hexdigest()
