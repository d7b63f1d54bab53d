"""The independent calculation itself, against figures worked out by hand."""

import gzip
from datetime import date
from decimal import Decimal

import pytest

from tests.oracle import online_retail as oracle

ROWS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,x,2,2011-01-31 23:59:00,1.005,7.0,France
1,POST,x,1,2011-01-31 23:59:00,9.0,7.0,France
2,A,x,1,2011-02-01 00:00:00,3.0,7.0,France
3,A,x,4,2011-02-02 10:00:00,1.0,8.0,France
4,A,x,1,2011-02-02 10:00:00,2.0,8.0,France
5,A,x,5,2011-02-03 10:00:00,1.0,,France
6,POST,x,1,2011-02-01 10:00:00,9.0,9.0,Japan
7,A,x,1,2011-02-04 10:00:00,6.0,9.0,Japan
C8,A,x,-1,2011-02-05 10:00:00,2.0,7.0,France
C8,D,x,-1,2011-02-05 10:00:00,0.5,7.0,France
9,A,found,30,2011-02-05 10:00:00,0.0,,France
"""


@pytest.fixture
def found(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    return oracle.read_documents(path)


def test_figures_by_store_and_month(found):
    figures = oracle.figures(found)

    assert figures["FR", "2011-01"].parts() == {
        "net_sales": (Decimal("2.01"), None),
        "gmv": (Decimal("2.01"), None),
        "orders": (1, None),
        "units": (2, None),
        "aov": (Decimal("2.01"), 1),
        "return_rate": (0, 2),
        "new_customer_share": (Decimal("2.01"), Decimal("2.01")),
        "repurchase_rate": (0, 1),
    }
    # 3 + 4 + 2 + 5, less 2.50 back; 8 came first with document 3, 7 came before; 8 came twice.
    assert figures["FR", "2011-02"].parts() == {
        "net_sales": (Decimal("11.50"), None),
        "gmv": (Decimal("14.00"), None),
        "orders": (4, None),
        "units": (11, None),
        "aov": (Decimal("14.00"), 4),
        "return_rate": (1, 11),
        "new_customer_share": (Decimal("4.00"), Decimal("14.00")),
        "repurchase_rate": (2, 2),
    }
    # The postage alone is no order: document 7 is the first.
    assert figures["JP", "2011-02"].parts()["new_customer_share"] == (Decimal(6), Decimal(6))
    assert figures["company", "all"].parts()["repurchase_rate"] == (2, 3)
    assert figures["company", "all"].net_sales == Decimal("19.51")


def test_each_line_is_converted_at_the_rate_of_its_day(found):
    def rate(day):
        return Decimal("10.005") if day == date(2011, 1, 31) else Decimal("0.333")

    figures = oracle.figures(found, rate=rate)

    assert figures["FR", "2011-01"].net_sales == Decimal("20.11")  # 2.01 x 10.005 = 20.11005
    # 1.00 + 1.33 + 0.67 + 1.67 (1.665) - 0.67 - 0.17 (0.1665)
    assert figures["FR", "2011-02"].net_sales == Decimal("3.83")


def test_quarters_days_and_years(found):
    figures = oracle.figures(found, kinds=("day", "quarter", "year"))

    assert figures["FR", "2011-02-02"].repurchasing == 1
    assert figures["FR", "2011-Q1"].net_sales == figures["FR", "2011"].net_sales


def test_the_pound_takes_the_latest_day_on_which_both_are_quoted(tmp_path):
    path = tmp_path / "ecb.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("Date,GBP,CNY,\n2011-01-05,0.85,N/A,\n2011-01-04,0.84,8.8,\n2011-01-03,1,9,\n")

    rate = oracle.pound_in("CNY", path)

    assert rate(date(2011, 1, 5)) == rate(date(2011, 1, 4)) == Decimal("10.4761904762")
    assert rate(date(2011, 1, 3)) == Decimal(9)


@pytest.mark.real_data
@pytest.mark.slow
def test_the_whole_file():
    documents = oracle.read_documents()
    whole = oracle.figures(documents)["company", "all"]

    assert len(documents) == 23_802
    assert whole.net_sales == Decimal("9787012.66")
    assert (whole.orders, whole.units, whole.units_refunded) == (19_785, 5_592_248, 272_030)
