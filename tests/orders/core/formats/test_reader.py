"""Files as they really come: encodings, separators, missing columns, broken rows."""

import gzip

import pytest

from opsdesk.core.errors import InvalidData
from orders.core.formats.columns import parse_map
from orders.core.formats.reader import Layout, RowReject, examine, open_rows
from tests.orders.core.formats.test_columns import PLAIN

HEAD = "Order,Date,Qty,Price"


def mapped(**changes):
    return parse_map(PLAIN | changes)


@pytest.fixture
def file(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "orders.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def cells(order, date="d", qty="1", price="2.50", **more):
    return {"order": order, "date": date, "qty": qty, "price": price} | more


def test_rows_come_with_their_line_number(file):
    path = file(f"{HEAD}\nA,d,1,2.50\n\nB,d,1,2.50\n")

    assert list(open_rows(path, mapped())) == [(2, cells("A")), (4, cells("B"))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(file, end):
    path = file(end.join([HEAD, "A,d,1,2.50", "B,d,1,2.50", ""]))

    assert list(open_rows(path, mapped())) == [(2, cells("A")), (3, cells("B"))]


def test_a_line_end_inside_quotes_belongs_to_the_cell(file):
    path = file(f'{HEAD}\n"A\nB",d,1,2.50\nC,d,1,2.50\n')

    assert list(open_rows(path, mapped())) == [(2, cells("A\nB")), (4, cells("C"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_finds_the_columns(file, delimiter):
    path = file(f"{HEAD}\nA,d,1,2.50\n".replace(",", delimiter))

    assert examine(path, mapped()).delimiter == delimiter
    assert list(open_rows(path, mapped())) == [(2, cells("A"))]


def test_columns_are_found_in_any_case_and_others_reported(file):
    path = file('="ORDER", date ,QTY,price,Colour,\nA,d,1,2.50,red,\n')

    layout = examine(path, mapped())

    assert layout == Layout("utf-8", ",", ("order", "date", "qty", "price", "colour"), ("Colour",))
    assert list(open_rows(path, mapped())) == [(2, cells("A", colour="red"))]


def test_missing_columns_are_named_together(file):
    path = file("Order,Datum,Qty\nA,d,1\n")

    with pytest.raises(InvalidData) as refused:
        examine(path, mapped())

    assert refused.value.code == "missing_column"
    assert refused.value.message == (
        "The file has no column Date, Price. Its columns are: “Order”, “Datum”, “Qty”."
    )


@pytest.mark.parametrize("content", ["", "\n\n", '"', "x" * 140_000])
def test_a_file_without_a_header_is_refused(file, content):
    with pytest.raises(InvalidData) as refused:
        examine(file(content), mapped())

    assert refused.value.code == "missing_column"


def test_a_column_that_stands_twice_is_refused(file):
    with pytest.raises(InvalidData) as refused:
        examine(file(f"{HEAD},PRICE\n"), mapped())

    assert refused.value.code == "twin_column"


def test_a_header_of_too_many_columns_is_refused(file):
    with pytest.raises(InvalidData) as refused:
        examine(file(HEAD + ",x" * 500), mapped())

    assert refused.value.code == "too_wide"


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        ("Größe", "utf-8", "utf-8"),
        ("Größe", "utf-8-sig", "utf-8-sig"),
        ("Größe", "utf-16", "utf-16"),
        ("中文 €", "gb18030", "gb18030"),
        ("£", "cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_the_only_one_that_fits(file, text, written, found):
    path = file(f"{HEAD}\n{text},d,1,2.50\n", written)
    if found == "gb18030":
        # 0x81 means nothing in cp1252 and begins a character in gb18030.
        path = file(f"{HEAD}\n{text}丂,d,1,2.50\n", written)
        text += "丂"

    assert examine(path, mapped()).encoding == found
    assert list(open_rows(path, mapped())) == [(2, cells(text))]


def test_an_encoding_that_the_file_does_not_settle_is_asked_for(file):
    path = file(f"{HEAD}\n中文,d,1,2.50\n", "gb18030")

    with pytest.raises(InvalidData) as refused:
        examine(path, mapped())

    assert refused.value.message == (
        "The file could be gb18030 or cp1252: state the encoding in the column map."
    )
    assert list(open_rows(path, mapped(encoding="gb18030"))) == [(2, cells("中文"))]


def test_a_file_not_in_its_stated_encoding_is_refused_before_its_first_row(file):
    with pytest.raises(InvalidData) as refused:
        examine(file(f"{HEAD}\nA,d,1,2.50\n£,d,1,2\n", "cp1252"), mapped(encoding="utf-8"))

    assert refused.value.code == "encoding"


def test_a_stated_encoding_may_have_a_byte_order_mark(file):
    path = file(f"{HEAD}\nA,d,1,2.50\n", "utf-8-sig")

    assert list(open_rows(path, mapped(encoding="utf-8"))) == [(2, cells("A"))]


def test_a_gzip_file_is_read_as_it_is(file):
    path = file(gzip.compress(f"{HEAD}\nA,d,1,2.50\n".encode()))

    assert list(open_rows(path, mapped())) == [(2, cells("A"))]


@pytest.mark.parametrize("content", [b"\x1f\x8b", b"\x1f\x8bnot gzip at all", None])
def test_a_damaged_file_is_refused(file, content):
    if content is None:
        content = gzip.compress(f"{HEAD}\n{'A,d,1,2.50' * 999}\n".encode())[:-12]

    with pytest.raises(InvalidData) as refused:
        examine(file(content), mapped())

    assert refused.value.code == "unreadable"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidData) as refused:
        examine(tmp_path / "none.csv", mapped())

    assert refused.value.code == "unreadable"


def test_a_file_or_a_line_that_is_too_large_is_refused(file):
    with pytest.raises(InvalidData) as refused:
        examine(file(f"{HEAD}\nA,d,1,2.50\n"), mapped(), max_bytes=20)
    assert refused.value.code == "too_large"

    with pytest.raises(InvalidData) as refused:
        examine(file(f"{HEAD}\n{'A' * 1_000_001}\n"), mapped())
    assert refused.value.code == "too_large"


def test_a_row_with_too_many_or_too_few_cells_is_rejected(file):
    path = file(f"{HEAD}\nA,d,1\nB,d,1,2.50,more\nC,d,1,2.50,,\nD,d,1,2.50\n,d,1\n")

    assert list(open_rows(path, mapped())) == [
        RowReject(2, "columns", "The row has 3 cells; expected: 4, as many as columns.", "A"),
        RowReject(3, "columns", "The row has 5 cells; expected: 4, as many as columns.", "B"),
        (4, cells("C")),
        (5, cells("D")),
        RowReject(6, "columns", "The row has 3 cells; expected: 4, as many as columns.", ""),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        '"A,d,1,2.50\nB,d,1,2.50\n',  # never closed
        '"A,d,1,2.50\n"B,d,1,2.50\n',  # closed by the next one, in the middle of a cell
    ],
)
def test_a_stray_quotation_mark_refuses_the_file(file, rows):
    path = file(f"{HEAD}\n{rows}")

    with pytest.raises(InvalidData) as refused:
        list(open_rows(path, mapped()))
    assert refused.value.code == "quotes"


def test_a_row_of_wrong_width_over_several_lines_refuses_the_file(file):
    with pytest.raises(InvalidData) as refused:
        list(open_rows(file(f'{HEAD}\nA,"d\nB,d,1,2.50\nC,d",1\n'), mapped()))

    assert refused.value.code == "quotes"
