"""Whatever a file holds and however its rows are mixed: the same items, or a refusal."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.core.errors import InvalidData
from orders.core.formats.assemble import assemble
from orders.core.formats.columns import parse_map
from orders.core.formats.spool import build_spool, documents, stray_rows
from tests.oracle.test_online_retail_map import HEAD, reading
from tests.orders.core.formats.test_columns import PLAIN

ROWS = {
    "1": [
        "1,A,x,2,2011-01-31 23:59:00,1.5,7.0,France",
        "1,POST,x,1,2011-01-31 23:58:00,9,7.0,France",
    ],
    "C2": [
        "C2,A,x,-1,2011-02-01 10:00:00,1.5,7.0,France",
        "C2,D,x,-1,2011-02-01 10:00:00,1,7.0,France",
    ],
    "3": ["3,A,lost,-5,2011-02-01 10:00:00,0.0,,Japan", "3,A,lost,-5,2011-02-01 10:00:00,0,,Japan"],
    "4": ["4,A,x,1,never,1.5,7.0,France", "4,A,x,1,2011-02-01 10:00:00,1.5,7.0,France"],
}
VALUES = st.sampled_from(
    ["", "C1", "A", "0", "-1", "1E9", "NaN", "9" * 29, "2011-01-01 00:00:00", "9999-12-31 23:59:59",
     "France", '="7"', "\x00", "\x1b", "a\nb", "17850.0", "\ufeff", "£", "x" * 600, "-0.00001"]
)  # fmt: skip


def assembled(path, content):
    path.write_bytes(content)
    plan = reading()
    build_spool(path, plan.columns, path.with_suffix(".spool"))
    list(stray_rows(path.with_suffix(".spool")))
    return {
        document.key: assemble(document, plan) for document in documents(path.with_suffix(".spool"))
    }


def without_rows(outcome):
    """The outcome with the row numbers left out: these are all that mixing may change."""
    item = outcome.item
    if item is not None:
        lines = tuple(replace(line, source_row=None) for line in item.lines)
        item = replace(item, source_row=None, lines=lines)
    aside = [each.reason for each in outcome.set_aside]
    return item, aside, [(each.field, each.document) for each in outcome.rejects]


@settings(max_examples=60, deadline=None)
@given(st.permutations([key for key, rows in ROWS.items() for _row in rows]))
def test_any_mixing_of_the_rows_gives_the_same_items(tmp_path_factory, order):
    path = tmp_path_factory.mktemp("mixed") / "rows.csv"
    taken = {key: iter(rows) for key, rows in ROWS.items()}
    mixed = [next(taken[key]) for key in order]
    straight = [row for rows in ROWS.values() for row in rows]

    found = assembled(path, (HEAD + "\n".join(mixed)).encode())
    expected = assembled(path, (HEAD + "\n".join(straight)).encode())

    assert {key: without_rows(each) for key, each in found.items()} == {
        key: without_rows(each) for key, each in expected.items()
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=7, max_size=9), max_size=6))
def test_any_cells_are_items_or_refusals_and_no_row_is_lost(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("cells") / "rows.csv"
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    try:
        found = assembled(path, (HEAD + "\n".join(quoted)).encode())
    except InvalidData as refused:
        assert refused.code == "quotes"
        return

    for document in documents(path.with_suffix(".spool")):
        outcome = found[document.key]
        lines = len(outcome.item.lines) if outcome.item else 0
        rows_of = len(document.rows) + len(document.broken)
        assert lines + len(outcome.set_aside) + len(outcome.rejects) == rows_of


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path_factory, content, headed):
    path = tmp_path_factory.mktemp("bytes") / "rows.csv"
    try:
        assembled(path, (HEAD.encode() if headed else b"") + content)
    except InvalidData as refused:
        assert refused.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*PLAIN, "column", "fixed", "values", "when", "in", "all", "kinds", "per"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*PLAIN, "returns", "set_aside", "customer"]), JSON))
def test_any_map_is_read_or_refused(changes):
    try:
        parse_map(json.loads(json.dumps(PLAIN | changes)))
    except InvalidData as refused:
        assert refused.code == "map"
