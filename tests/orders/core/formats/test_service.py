"""Rows of files of disputes and reviews, by the names that columns may have."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import FieldFault
from orders.core.dispute_items import DisputeItem
from orders.core.formats.service import read_disputes, read_reviews
from orders.core.review_items import ReviewItem


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "rows.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def items(rows):
    return [found for _row_no, found in rows.found]


def test_a_dispute_is_read_whole(file):
    cells = {
        "Store": "UK",
        "Number": "D-1",
        "opened_at": "2026-03-05T09:00:00+01:00",
        "order": "O-1",
        "kind": "a_to_z",
        "state": "won",
        "currency": "GBP",
        "amount": "12.50",
        "outcome_amount": "0",
        "reason": "Late",
        "respond_by": "2026-03-09",
        "closed_at": "2026-03-08T10:00Z",
        "source_updated_at": "2026-03-08",
    }
    head, row = ";".join(cells), ";".join(cells.values())

    assert items(read_disputes(file(f"{head}\n{row}\n"))) == [
        DisputeItem(
            store="UK",
            number="D-1",
            opened_at=datetime(2026, 3, 5, 8, tzinfo=UTC),
            order="O-1",
            kind="a_to_z",
            status="won",
            currency="GBP",
            amount=Decimal("12.50"),
            outcome_amount=Decimal(0),
            reason="Late",
            respond_by=datetime(2026, 3, 9, tzinfo=UTC),
            closed_at=datetime(2026, 3, 8, 10, tzinfo=UTC),
            source_updated_at=datetime(2026, 3, 8, tzinfo=UTC),
            source_row=2,
        )
    ]


def test_a_blank_cell_says_nothing(file):
    head, row = "store,external_id,opened_at,amount,respond_by,reason", "UK,D-1,2026-03-05,,,"

    [found] = items(read_disputes(file(f"{head}\n{row}\n")))

    assert (found.amount, found.respond_by, found.reason, found.cleared) == (
        None,
        None,
        None,
        frozenset(),
    )


def test_a_review_is_read_by_other_names_of_its_columns(file):
    head = "store,number,rating,reviewed_at,order,asin,title,content,language,source_updated_at"
    row = 'UK,R-1,4,2026-03-05T09:00:00Z,O-1,B0CUP,Fine,"Good,\nbut late",en,2026-03-06'

    assert items(read_reviews(file(f"{head}\n{row}\n"))) == [
        ReviewItem(
            store="UK",
            number="R-1",
            stars=4,
            written_at=datetime(2026, 3, 5, 9, tzinfo=UTC),
            order="O-1",
            item="B0CUP",
            title="Fine",
            text="Good,\nbut late",
            language="en",
            source_updated_at=datetime(2026, 3, 6, tzinfo=UTC),
            source_row=3,
        )
    ]


@pytest.mark.parametrize(
    ("read", "head", "row", "field"),
    [
        (read_reviews, "store,number,stars,date", "UK,R,,2026-03-05", "stars"),
        (read_reviews, "store,number,stars,date", "UK,R,4.5,2026-03-05", "stars"),
        (read_reviews, "store,number,stars,date", "UK,R,²,2026-03-05", "stars"),
        (read_reviews, "store,number,stars,date", "UK,R,4,0000-00-00", "written_at"),
        (read_reviews, "store,number,stars,date", "UK,R,4,0001-01-01T00:00:00+14:00", "written_at"),
        (read_disputes, "store,number,opened_at,amount", "UK,D,2026-03-05,Infinity", "amount"),
        (read_disputes, "store,number,opened_at,amount", "UK,D,yesterday,1", "opened_at"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told(file, read, head, row, field):
    [found] = items(read(file(f"{head}\n{row}\n")))

    assert isinstance(found, FieldFault)
    assert (found.field, found.source_row) == (field, 2)


@pytest.mark.parametrize("read", [read_disputes, read_reviews])
def test_a_column_that_is_missing_is_told_before_anything_is_read(file, read):
    with pytest.raises(InvalidData, match="The file has no column"):
        read(file("store,text\nUK,x\n"))
