"""The figures of Online Retail, worked out from the CSV with the standard library alone.

No import from the product: this is what the product is checked against. It is written to be
checked by reading, not to be fast. The definitions are those of section 5 of the specification:

- net sales = amounts of the orders placed in the period - refunds made in it;
- an order's amount is the sum of its goods and discount lines, each rounded to the penny;
- an order counts where it has at least one goods line; units are those of goods lines;
- a customer is (store, customer number); rows without one are in the amounts and the units,
  but in no count of customers;
- the first order is the earliest that counts, and of two of the same minute the lower number;
- a refund is dated by its C document, because the file names no order that it takes back.

Run as a script it prints the company's months and each store's whole.
"""

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ORDERS = DATA / "retail_orders" / "online_retail.csv.gz"
FX = DATA / "fx" / "eurofxref-hist.csv.gz"
COMPANY = "company"
ALL_TIME = "all"

STORES = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR",
    "Canada": "CA", "Channel Islands": "CI", "Cyprus": "CY", "Czech Republic": "CZ",
    "Denmark": "DK", "EIRE": "IE", "European Community": "EC", "Finland": "FI", "France": "FR",
    "Germany": "DE", "Greece": "GR", "Hong Kong": "HK", "Iceland": "IS", "Israel": "IL",
    "Italy": "IT", "Japan": "JP", "Lebanon": "LB", "Lithuania": "LT", "Malta": "MT",
    "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT", "RSA": "ZA",
    "Saudi Arabia": "SA", "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH",
    "USA": "US", "United Arab Emirates": "AE", "United Kingdom": "UK", "Unspecified": "XX",
}  # fmt: skip
POSTAGE = {"POST", "DOT", "C2"}
FEES = {"AMAZONFEE", "BANK CHARGES", "CRUK"}
CORRECTIONS = {"M", "m", "B", "PADS"}

Rate = Callable[[date], Decimal]


@dataclass
class Line:
    """A line with its amount in pence-exact pounds, negative on C documents."""

    kind: str
    quantity: int
    pounds: Decimal
    code: str


@dataclass
class Document:
    """An invoice or a C document."""

    number: str
    store: str
    customer: str
    placed_at: datetime
    lines: list[Line]

    @property
    def is_return(self) -> bool:
        return self.number.startswith("C")

    @property
    def counts(self) -> bool:
        """An order that is a sale: postage or a correction alone is none."""
        return not self.is_return and any(line.kind == "goods" for line in self.lines)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines if line.kind == "goods")

    def amount(self, rate: Rate | None) -> Decimal:
        """Goods and discounts, each line rounded, in pounds or converted by ``rate``."""
        total = Decimal("0.00")
        for line in self.lines:
            if line.kind in ("goods", "discount"):
                if rate is None:
                    total += line.pounds
                else:
                    total += to_cents(line.pounds * rate(self.placed_at.date()))
        return total


@dataclass
class Figures:
    """The figures of one store, or the company, in one period."""

    net_sales: Decimal = Decimal("0.00")
    gmv: Decimal = Decimal("0.00")
    order_amount: Decimal = Decimal("0.00")
    refunds: Decimal = Decimal("0.00")
    orders: int = 0
    units: int = 0
    units_refunded: int = 0
    first_order_amount: Decimal = Decimal("0.00")
    customers: int = 0
    repurchasing: int = 0
    orders_of: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def parts(self) -> dict[str, tuple[Decimal | int, Decimal | int | None]]:
        """Numerator and denominator by metric code; sums have no denominator."""
        return {
            "net_sales": (self.net_sales, None),
            "gmv": (self.gmv, None),
            "orders": (self.orders, None),
            "units": (self.units, None),
            "aov": (self.order_amount, self.orders),
            "return_rate": (self.units_refunded, self.units),
            "new_customer_share": (self.first_order_amount, self.order_amount),
            "repurchase_rate": (self.repurchasing, self.customers),
        }


def to_cents(amount: Decimal) -> Decimal:
    """Round half up, away from zero, to two decimals."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def kind_of(number: str, code: str) -> str:
    """What a line is, by the number of its document and its stock code."""
    if number.startswith("A"):
        return "adjustment"
    if code in POSTAGE:
        return "shipping"
    if code in FEES:
        return "fee"
    if code in CORRECTIONS:
        return "adjustment"
    if code == "S":
        return "sample"
    if code == "D":
        return "discount"
    if code.startswith("gift_0001_"):
        return "voucher"
    return "goods"


def read_documents(path: Path = ORDERS) -> list[Document]:
    """Read the file; stock corrections (all lines at price 0, no customer) are left out."""
    rows_of: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows_of[row["InvoiceNo"]].append(row)
    documents = []
    for number, rows in rows_of.items():
        without_customer = all(row["CustomerID"] == "" for row in rows)
        without_price = all(Decimal(row["UnitPrice"]) == 0 for row in rows)
        if without_customer and without_price:
            continue
        lines = [
            Line(
                kind_of(number, row["StockCode"]),
                int(row["Quantity"]),
                to_cents(int(row["Quantity"]) * Decimal(row["UnitPrice"])),
                row["StockCode"],
            )
            for row in rows
        ]
        documents.append(
            Document(
                number,
                STORES[rows[0]["Country"]],
                rows[0]["CustomerID"].removesuffix(".0"),
                min(datetime.fromisoformat(row["InvoiceDate"]) for row in rows),
                lines,
            )
        )
    return documents


def periods_of(day: date) -> dict[str, str]:
    """The periods that a day lies in, by kind, written as in the API."""
    return {
        "day": day.isoformat(),
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": str(day.year),
        "all": ALL_TIME,
    }


def figures(
    documents: list[Document],
    *,
    rate: Rate | None = None,
    kinds: tuple[str, ...] = ("month", "all"),
) -> dict[tuple[str, str], Figures]:
    """Work out the figures by (store code or ``company``, period).

    ``kinds`` are any of day, month, quarter, year and all. Amounts are in pounds, or in the
    reporting currency where ``rate`` gives what a pound is worth on a day.
    """
    first_orders = first_order_of_each_customer(documents)
    found: dict[tuple[str, str], Figures] = defaultdict(Figures)
    for document in documents:
        periods = periods_of(document.placed_at.date())
        amount, customer = document.amount(rate), (document.store, document.customer)
        for scope in (document.store, COMPANY):
            for kind in kinds:
                cell = found[scope, periods[kind]]
                if document.is_return:
                    # Amounts and quantities of C documents are negative in the file.
                    cell.refunds -= amount
                    cell.net_sales += amount
                    cell.units_refunded -= document.units
                    continue
                cell.gmv += amount
                cell.order_amount += amount
                cell.net_sales += amount
                cell.units += document.units
                if not document.counts:
                    continue
                cell.orders += 1
                if document.customer:
                    cell.orders_of[customer] += 1
                    if first_orders[customer] is document:
                        cell.first_order_amount += amount
    count_customers(found, first_orders)
    return dict(found)


def first_order_of_each_customer(documents: list[Document]) -> dict[tuple[str, str], Document]:
    """The earliest order that counts, by (store, customer)."""
    first: dict[tuple[str, str], Document] = {}
    for document in sorted(documents, key=lambda each: (each.placed_at, each.number)):
        if document.counts and document.customer:
            first.setdefault((document.store, document.customer), document)
    return first


def count_customers(
    found: dict[tuple[str, str], Figures], first_orders: dict[tuple[str, str], Document]
) -> None:
    """Count the customers of each period, and those with an earlier order or a second one in it."""
    for (_scope, period), cell in found.items():
        cell.customers = len(cell.orders_of)
        for customer, orders in cell.orders_of.items():
            first_day = first_orders[customer].placed_at.date()
            came_before = period not in periods_of(first_day).values()
            if came_before or orders > 1:
                cell.repurchasing += 1


def read_ecb(path: Path = FX) -> dict[date, dict[str, Decimal]]:
    """Read the units of each currency for one euro, by day."""
    rates: dict[date, dict[str, Decimal]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quoted = {code: text for code, text in row.items() if code and code != "Date"}
            rates[date.fromisoformat(row["Date"])] = {
                code: Decimal(text) for code, text in quoted.items() if text not in ("", "N/A")
            }
    return rates


def pound_in(currency: str, path: Path = FX) -> Rate:
    """What a pound is worth in ``currency`` on a day: the latest day on or before it with both."""
    quoted = read_ecb(path)
    known: dict[date, Decimal] = {}

    def rate(day: date) -> Decimal:
        if day not in known:
            at = day
            while not {"GBP", currency} <= quoted.get(at, {}).keys():
                at -= timedelta(days=1)
            cross = quoted[at][currency] / quoted[at]["GBP"]
            known[day] = cross.quantize(Decimal("1e-10"), ROUND_HALF_UP)
        return known[day]

    return rate


def main() -> None:
    """Print the company's months, then each store's whole, in pounds and in yuan."""
    documents = read_documents(Path(sys.argv[1]) if len(sys.argv) > 1 else ORDERS)
    pounds = figures(documents)
    yuan = figures(documents, rate=pound_in("CNY"))
    head = ("scope", "period", "net sales GBP", "net sales CNY", "orders", "units")
    rates = ("back", "first orders", "customers", "again")
    row = "{:8} {:8} {:>14} {:>15} {:>6} {:>8} {:>7} {:>13} {:>9} {:>6}"
    print(row.format(*head, *rates))
    for (scope, period), cell in sorted(pounds.items()):
        if scope == COMPANY or period == ALL_TIME:
            sums = (cell.net_sales, yuan[scope, period].net_sales, cell.orders, cell.units)
            counts = (cell.units_refunded, cell.first_order_amount, cell.customers)
            print(row.format(scope, period, *map(str, (*sums, *counts, cell.repurchasing))))


if __name__ == "__main__":
    main()
