"""Grouping by document: order, going on in the middle, the decimal mark, and flat memory."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.core.errors import InvalidData
from orders.core.formats.columns import parse_map
from orders.core.formats.reader import RowReject
from orders.core.formats.spool import (
    Document,
    SpoolFacts,
    build_spool,
    documents,
    spool_facts,
    stray_rows,
)
from tests.orders.core.formats.test_columns import PLAIN
from tests.orders.core.formats.test_reader import HEAD, cells

MAP = parse_map(PLAIN)


@pytest.fixture
def spooled(tmp_path):
    def build(text, column_map=MAP):
        path, into = tmp_path / "orders.csv", tmp_path / "a spool?#%.sqlite3"
        path.write_text(text, encoding="utf-8")
        build_spool(path, column_map, into)
        return into

    return build


def test_rows_of_a_document_are_brought_together(spooled):
    spool = spooled(f"{HEAD}\nB,d,1,2.50\nA,d,1,2.50\nB,e,1,2.50\n")

    assert list(documents(spool)) == [
        Document(1, "B", [(2, cells("B")), (4, cells("B", date="e"))], []),
        Document(2, "A", [(3, cells("A"))], []),
    ]


def test_reading_goes_on_after_an_ordinal_in_a_spool_built_again(spooled):
    text = f"{HEAD}\n" + "".join(f"D{number % 7},d,1,2.50\n" for number in range(50))
    before = list(documents(spooled(text)))

    again = spooled(text)

    assert list(documents(again, after=4)) == before[4:]
    assert list(documents(again, after=7)) == []


def test_the_facts_are_kept_with_the_spool(spooled):
    spool = spooled(f"{HEAD},Note\nA,d,1,2.50,x\nA,d\n,d,1,2.50,\n")

    assert spool_facts(spool) == SpoolFacts(
        rows=3,
        documents=1,
        broken=2,
        encoding="utf-8",
        delimiter=",",
        decimal_mark=".",
        unknown_columns=("Note",),
        columns=("order", "date", "qty", "price"),
    )


def test_broken_rows_stay_with_their_document_or_alone(spooled):
    spool = spooled(f"{HEAD}\nA,d,1,2.50\nA,d\n,d,1,2.50\n,d\n")

    uneven = "The row has 2 cells; expected: 4, as many as columns."
    assert list(documents(spool)) == [
        Document(1, "A", [(2, cells("A"))], [RowReject(3, "columns", uneven, "A")])
    ]
    assert list(stray_rows(spool)) == [
        RowReject(4, "Order", "The document number is blank."),
        RowReject(5, "columns", uneven),
    ]


def test_a_document_with_more_rows_than_an_order_may_have_says_so(spooled):
    spool = spooled(f"{HEAD}\n" + "A,d,1,2.50\n" * 2_005 + "B,d,1,2.50\n")

    large, small = documents(spool)

    reason = "The document has more rows than the 2000 an order may have."
    assert (len(large.rows), large.broken) == (2_000, [RowReject(2_002, "rows", reason, "A")])
    assert small == Document(2, "B", [(2_007, cells("B"))], [])


@pytest.mark.parametrize(
    ("prices", "mark"),
    [(["1", "2"], "."), (["1.234", "2.5"], "."), (["1,234", "2,5"], ","), (["x", ""], ".")],
)
def test_the_decimal_mark_is_the_one_that_the_file_proves(spooled, prices, mark):
    rows = "".join(f'A,d,1,"{price}"\n' for price in prices)

    assert spool_facts(spooled(f"{HEAD}\n{rows}")).decimal_mark == mark


@pytest.mark.parametrize("prices", [["1,234"], ["1.234", "5"], ["2.5", "2,5"]])
def test_a_decimal_mark_that_is_open_is_asked_for_and_nothing_is_left(tmp_path, spooled, prices):
    rows = "".join(f'A,d,1,"{price}"\n' for price in prices)

    with pytest.raises(InvalidData) as refused:
        spooled(f"{HEAD}\n{rows}")

    assert refused.value.field == "decimal_mark"
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_a_stated_decimal_mark_is_taken(spooled):
    stated = parse_map(PLAIN | {"decimal_mark": ","})

    assert spool_facts(spooled(f'{HEAD}\nA,d,1,"1.234"\n', stated)).decimal_mark == ","


def test_a_spool_is_built_anew_over_an_old_one(spooled):
    spooled(f"{HEAD}\nA,d,1,2.50\n")

    spool = spooled(f"{HEAD}\nB,d,1,2.50\n")

    assert [document.key for document in documents(spool)] == ["B"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=30))
def test_any_interleaving_gives_the_same_documents(tmp_path_factory, keys):
    path = tmp_path_factory.mktemp("spool") / "orders.csv"
    rows = [f"{key},{keys[:at].count(key)},1,2.50" for at, key in enumerate(keys)]
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")

    build_spool(path, MAP, path.with_suffix(".spool"))
    found = {
        document.key: [row["date"] for _row_no, row in document.rows]
        for document in documents(path.with_suffix(".spool"))
    }

    assert found == {key: [str(at) for at in range(keys.count(key))] for key in keys}
    assert list(found) == list(dict.fromkeys(keys))


@pytest.mark.slow
def test_memory_stays_flat_over_100_000_rows(tmp_path):
    path, spool = tmp_path / "orders.csv", tmp_path / "spool"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEAD}\n")
        # Every document comes back after 5,000 others: nothing can be grouped while reading.
        file.writelines(f"D{row % 5_000},d,1,2.{row % 10}\n" for row in range(100_000))

    tracemalloc.start()
    build_spool(path, MAP, spool)
    rows = sum(len(document.rows) for document in documents(spool))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert rows == 100_000
    assert peak < 8_000_000
