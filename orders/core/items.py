"""Orders and returns as they come from outside, and the checks each of them has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opsdesk.core.exchange import has_controls
from opsdesk.core.money import known_currency
from orders.core.address_items import AddressItem, CustomerItem, CustomerRecord

MAX_LINES = 2_000
MAX_PAYMENTS = 200
MAX_QUANTITY = 1_000_000
AMOUNT_BOUND = Decimal(10) ** 12
YEARS = range(2000, 2101)
TEXT_LIMITS = {
    "store": 40,
    "external_id": 100,
    "order": 100,
    "status": 60,
    "reason": 200,
    "sku": 100,
    "title": 500,
    "traffic_source": 10,
}
TRAFFIC_SOURCES = ("", "organic", "ad")


class LineKind(TextChoices):
    """What a line is: only goods and discounts are sales, only goods are units."""

    GOODS = "goods", gettext_lazy("Goods")
    DISCOUNT = "discount", gettext_lazy("Discount")
    SHIPPING = "shipping", gettext_lazy("Shipping")
    FEE = "fee", gettext_lazy("Fee")
    VOUCHER = "voucher", gettext_lazy("Voucher")
    ADJUSTMENT = "adjustment", gettext_lazy("Adjustment")
    SAMPLE = "sample", gettext_lazy("Sample")
    OTHER = "other", gettext_lazy("Other")


# Goods and samples are things: they cannot have a negative price, and when they come back that is
# a return. A discount is negative by nature; postage, fees, vouchers and corrections go both ways.
THINGS = frozenset({LineKind.GOODS, LineKind.SAMPLE})
KINDS = frozenset(LineKind.values)


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of an order; ``unit_cost`` is ``None`` where nobody knows it."""

    line_no: int
    kind: str
    sku: str | None
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    unit_cost: Decimal | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentItem:
    """Money received for an order; negative where the buyer's bank took it back."""

    external_id: str
    amount: Decimal
    collected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """An order from outside, identified by (store, external_id)."""

    store: str
    external_id: str
    placed_at: datetime
    currency: str
    status: str
    lines: tuple[LineItem, ...]
    customer: CustomerItem | None = None
    ship_to: AddressItem | None = None
    traffic_source: str = ""
    shipping_charge: Decimal = Decimal(0)
    platform_fee: Decimal | None = None
    payments: tuple[PaymentItem, ...] = ()
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnLineItem:
    """One line of a return; quantity and refund are positive: what went back."""

    line_no: int
    kind: str
    sku: str | None
    title: str
    quantity: int
    refund_amount: Decimal
    order_line_no: int | None = None
    restock: bool | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """A return from outside; ``order`` is ``None`` where the source does not link one."""

    store: str
    external_id: str
    order: str | None
    status: str
    requested_at: datetime
    refunded_at: datetime | None
    reason: str
    currency: str
    lines: tuple[ReturnLineItem, ...]
    customer: CustomerItem | None = None
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class ItemError:
    """One thing wrong with an item: the field, a sentence for the user, the row it came from."""

    field: str
    message: str
    source_row: int | None = None


def check_order(item: OrderItem) -> list[ItemError]:
    """Return everything wrong with the shape and the values of ``item``; empty when it is fine.

    Whether the store, the SKU or the status exist is not asked here.
    """
    checks = _Checks(item.source_row)
    _check_head(checks, item)
    checks.instant("placed_at", item.placed_at)
    if item.traffic_source not in TRAFFIC_SOURCES:
        checks.wrong("traffic_source", item.traffic_source, _("organic, ad or nothing"))
    checks.amount("shipping_charge", item.shipping_charge)
    if item.platform_fee is not None:
        checks.amount("platform_fee", item.platform_fee)
    if item.ship_to is not None:
        checks.parts("ship_to", item.ship_to)
    if checks.lines(item.lines, MAX_LINES):
        total = Decimal(0)
        for number, line in enumerate(item.lines):
            total += _check_order_line(checks, f"lines.{number}", line)
        checks.bound("lines", total, item.source_row)
    if len(item.payments) > MAX_PAYMENTS:
        checks.wrong("payments", len(item.payments), _("at most 200 payments"))
        return checks.errors
    for number, payment in enumerate(item.payments):
        at = f"payments.{number}"
        checks.text(f"{at}.external_id", payment.external_id, TEXT_LIMITS["external_id"])
        checks.amount(f"{at}.amount", payment.amount, signed=True)
        if payment.collected_at is not None:
            checks.instant(f"{at}.collected_at", payment.collected_at)
    checks.unique("payments", [payment.external_id for payment in item.payments])
    return checks.errors


def check_return(item: ReturnItem) -> list[ItemError]:
    """Return everything wrong with the shape and the values of ``item``; empty when it is fine.

    Whether the order exists and had that much to take back is not asked here.
    """
    checks = _Checks(item.source_row)
    _check_head(checks, item)
    if item.order is not None:
        checks.text("order", item.order, TEXT_LIMITS["order"])
    checks.text("reason", item.reason, TEXT_LIMITS["reason"], blank=True)
    checks.instant("requested_at", item.requested_at)
    if item.refunded_at is not None:
        checks.instant("refunded_at", item.refunded_at)
    if checks.lines(item.lines, MAX_LINES):
        total = Decimal(0)
        for number, line in enumerate(item.lines):
            total += _check_return_line(checks, f"lines.{number}", line)
        checks.bound("lines", total, item.source_row)
    return checks.errors


def check_customer(item: CustomerRecord) -> list[ItemError]:
    """Return everything wrong with a customer told of without an order; empty when it is fine."""
    checks = _Checks(item.source_row)
    checks.text("store", item.store, TEXT_LIMITS["store"])
    checks.text("external_id", item.customer.external_id, TEXT_LIMITS["external_id"])
    checks.parts("", item.customer)
    if item.source_updated_at is not None:
        checks.instant("source_updated_at", item.source_updated_at)
    return checks.errors


def _check_head(checks: _Checks, item: OrderItem | ReturnItem) -> None:
    checks.text("store", item.store, TEXT_LIMITS["store"])
    checks.text("external_id", item.external_id, TEXT_LIMITS["external_id"])
    checks.text("status", item.status, TEXT_LIMITS["status"])
    if not isinstance(item.currency, str) or not known_currency(item.currency):
        checks.wrong("currency", item.currency, _("an ISO 4217 code such as EUR"))
    if item.customer is not None:
        limit = TEXT_LIMITS["external_id"]
        checks.text("customer.external_id", item.customer.external_id, limit)
        checks.parts("customer", item.customer)
    if item.source_updated_at is not None:
        checks.instant("source_updated_at", item.source_updated_at)


def _check_order_line(checks: _Checks, at: str, line: LineItem) -> Decimal:
    checks.row = line.source_row
    before = len(checks.errors)
    signed = line.kind not in THINGS
    _check_line(checks, at, line)
    checks.quantity(f"{at}.quantity", line.quantity, signed=signed)
    checks.amount(f"{at}.unit_price", line.unit_price, signed=signed)
    checks.amount(f"{at}.discount", line.discount, signed=signed)
    checks.amount(f"{at}.tax", line.tax, signed=signed)
    if line.unit_cost is not None:
        checks.amount(f"{at}.unit_cost", line.unit_cost)
    if len(checks.errors) > before:
        return Decimal(0)
    amount = line.quantity * line.unit_price - line.discount
    checks.bound(f"{at}.quantity", amount, line.source_row)
    return Decimal(0) if len(checks.errors) > before else abs(amount)


def _check_return_line(checks: _Checks, at: str, line: ReturnLineItem) -> Decimal:
    checks.row = line.source_row
    before = len(checks.errors)
    signed = line.kind not in THINGS
    _check_line(checks, at, line)
    checks.quantity(f"{at}.quantity", line.quantity, signed=signed)
    checks.amount(f"{at}.refund_amount", line.refund_amount, signed=signed)
    if line.order_line_no is not None:
        checks.line_no(f"{at}.order_line_no", line.order_line_no)
    return Decimal(0) if len(checks.errors) > before else abs(line.refund_amount)


def _check_line(checks: _Checks, at: str, line: LineItem | ReturnLineItem) -> None:
    checks.line_no(f"{at}.line_no", line.line_no)
    if line.kind not in KINDS:
        checks.wrong(f"{at}.kind", line.kind, ", ".join(LineKind.values))
    if line.sku is not None:
        checks.text(f"{at}.sku", line.sku, TEXT_LIMITS["sku"])
    checks.text(f"{at}.title", line.title, TEXT_LIMITS["title"], blank=True)


class _Checks:
    """Collects what is wrong; ``row`` is the row of the file that is being looked at."""

    def __init__(self, row: int | None) -> None:
        self.errors: list[ItemError] = []
        self.row = row

    def wrong(self, field: str, found: object, expected: str) -> None:
        """Record that ``field`` is not what is expected."""
        message = _("%(field)s is %(found)s; expected: %(expected)s.") % {
            "field": field,
            "found": shown(found),
            "expected": expected,
        }
        self.errors.append(ItemError(field, message, self.row))

    def text(
        self, field: str, value: object, limit: int, *, blank: bool = False, private: bool = False
    ) -> None:
        """Ask for a text of at most ``limit`` printable characters; a private one is not quoted."""
        quoted = Quoted(_("not repeated here")) if private else value
        if not isinstance(value, str):
            self.wrong(field, quoted, _("text"))
        elif not value.strip() and not blank:
            self.wrong(field, value, _("a text that is not blank"))
        elif len(value) > limit:
            found = _("%(count)d characters long") % {"count": len(value)}
            self.wrong(field, Quoted(found), _("at most %(limit)d characters") % {"limit": limit})
        elif not value.isprintable() and has_controls(value):
            self.wrong(field, quoted, _("a text without control characters"))

    def parts(self, field: str, item: CustomerItem | AddressItem) -> None:
        """Ask for texts, which may be blank, in the parts of a person or an address.

        What is wrong with them is kept with the import: it repeats nothing but a country.
        """
        for name, value, limit in item.parts():
            self.text(
                f"{field}.{name}" if field else name,
                value,
                limit,
                blank=True,
                private=name != "country",
            )

    def amount(self, field: str, value: object, *, signed: bool = False) -> None:
        """Ask for a decimal with at most 12 digits before the point and 4 after it."""
        if not isinstance(value, Decimal) or not value.is_finite():
            self.wrong(field, value, _("an amount such as 12.50"))
        elif abs(value) >= AMOUNT_BOUND:
            self.wrong(field, value, _("an amount with at most 12 digits before the point"))
        elif _decimals(value) > 4:
            self.wrong(field, value, _("an amount with at most 4 decimals"))
        elif value < 0 and not signed:
            self.wrong(field, value, _("an amount of 0 or more"))

    def bound(self, field: str, value: Decimal, row: int | None) -> None:
        """Ask that an amount calculated from the item still fits."""
        self.row = row
        if abs(value) >= AMOUNT_BOUND:
            found = Quoted(_("worth %(amount)s in all") % {"amount": value})
            self.wrong(field, found, _("an amount with at most 12 digits before the point"))

    def quantity(self, field: str, value: object, *, signed: bool) -> None:
        """Ask for a whole number; goods on an order or a return are never negative."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(field, value, _("a whole number"))
        elif abs(value) > MAX_QUANTITY:
            self.wrong(field, value, _("a quantity of at most 1,000,000"))
        elif value < 0 and not signed:
            self.wrong(field, value, _("0 or more (goods that come back are a return)"))

    def line_no(self, field: str, value: object) -> None:
        """Ask for a line number."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 1 <= value <= 2_147_483_647:  # type: ignore[operator]
            self.wrong(field, value, _("a whole number from 1"))

    def instant(self, field: str, value: object) -> None:
        """Ask for an instant with an offset, in a year that can be meant."""
        if not isinstance(value, datetime) or value.utcoffset() is None:
            self.wrong(field, value, _("a date and time with its offset from UTC"))
        elif value.year not in YEARS:
            self.wrong(field, value.isoformat(), _("a year from 2000 to 2100"))

    def lines(self, lines: tuple[LineItem, ...] | tuple[ReturnLineItem, ...], most: int) -> bool:
        """Ask for a sensible number of lines with numbers of their own."""
        if not 1 <= len(lines) <= most:
            found = Quoted(_("%(count)d lines long") % {"count": len(lines)})
            self.wrong("lines", found, _("1 to %(most)d lines") % {"most": most})
            return False
        self.unique("lines", [line.line_no for line in lines])
        return True

    def unique(self, field: str, keys: list[int] | list[str]) -> None:
        """Ask that no line number or payment comes twice."""
        if len(set(keys)) == len(keys):
            return
        twice = next(key for key in keys if keys.count(key) > 1)  # type: ignore[arg-type]
        found = Quoted(_("given twice with the number %(key)s") % {"key": shown(twice)})
        self.wrong(field, found, _("a number of its own for each"))


class Quoted(str):
    """A phrase that already reads well in a message and is not quoted again."""


def shown(value: object) -> str:
    """Return ``value`` as it may stand in a message: short, and without control characters."""
    if isinstance(value, Quoted):
        return str(value)
    # Python refuses to write out a number of thousands of digits.
    huge = isinstance(value, int) and value.bit_length() > 256
    text = _("a very large number") if huge else str(value)
    short = text if len(text) <= 60 else text[:59] + "…"
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in short)
    return f"“{safe}”"


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -4:
        return 0
    # 2.50000 is written with five decimals but has one.
    return -exponent if value != round(value, 4) else 0
