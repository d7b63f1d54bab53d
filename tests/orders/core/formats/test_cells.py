"""Text, numbers, dates and times as files write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.core.formats.cells import (
    clean_cell,
    column_key,
    mark_evidence,
    parse_instant,
    parse_number,
    parse_whole,
    time_format,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  A ", "A"),
        ('="00123"', "00123"),
        ('="say ""hi"""', 'say "hi"'),
        ('=""', ""),
        ('="', '="'),
        ("=1+1", "=1+1"),
    ],
)
def test_blanks_and_spreadsheet_guards_come_off(cell, text):
    assert clean_cell(cell) == text


def test_columns_are_named_trimmed_and_in_any_case():
    assert column_key("\ufeff Order Id ") == column_key("ORDER ID")


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("2.55", ".", "2.55"),
        ("2,55", ",", "2.55"),
        ("1,234.5", ".", "1234.5"),
        ("1.234,5", ",", "1234.5"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("12 345,6", ",", "12345.6"),
        ("12\u202f345,6", ",", "12345.6"),
        ("1'234.50", ".", "1234.50"),
        (".5", ".", "0.5"),
        ("-11062.06", ".", "-11062.06"),
        ("- 3", ".", "-3"),
        ("+3", ".", "3"),
        ("-0", ".", "0"),
    ],
)
def test_numbers_are_read_with_their_mark(text, mark, number):
    assert parse_number(text, mark) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "5.", "1E+05", "1,2,3", "12,34", "1.2.3", "٣", "0x1", "NaN", "inf", "£5", "(5)",
     "--5", "1" * 29, "1,,234", "1_000"],
)  # fmt: skip
def test_what_is_no_number_is_none(text):
    assert parse_number(text, ".") is None


@given(st.text(alphabet="0123456789.,+-' E\u00a0x", max_size=35), st.sampled_from(".,"))
def test_any_text_is_a_finite_number_or_none(text, mark):
    number = parse_number(text, mark)

    assert number is None or number.is_finite()


@pytest.mark.parametrize(
    ("text", "whole"), [("6", 6), ("17850.0", 17850), ("-3", -3), ("6.5", None), ("six", None)]
)
def test_whole_numbers(text, whole):
    assert parse_whole(text, ".") == whole


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("2.55", "."),
        ("2,5", ","),
        ("1.234", "?"),
        ("1,234", "?"),
        ("-1,234", "?"),
        ("0.001", "."),
        ("1234.567", "."),
        ("1,234.5", "."),
        ("1.234,5", ","),
        ("1.234.567", ","),
        ("1.2.3,4,5", ""),
        ("12", ""),
        ("12:30.5 h", ""),
    ],
)
def test_what_a_number_proves_about_the_decimal_mark(text, mark):
    assert mark_evidence(text) == mark


@pytest.mark.parametrize(
    ("text", "pattern", "zone", "instant"),
    [
        ("2010-12-01 08:26:00", "YYYY-MM-DD hh:mm:ss", "Europe/London", (2010, 12, 1, 8, 26)),
        ("2011-08-12 14:50:00", "YYYY-MM-DD hh:mm:ss", "Europe/London", (2011, 8, 12, 13, 50)),
        ("1/12/10 8:26", "D/M/YY h:mm", "UTC", (2010, 12, 1, 8, 26)),
        ("01.12.2010", "DD.MM.YYYY", "Asia/Shanghai", (2010, 11, 30, 16, 0)),
        ("20101201T0826", "YYYYMMDDThhmm", "UTC", (2010, 12, 1, 8, 26)),
        ("2010-12-01T08:26:00+08:00", "iso", "Europe/London", (2010, 12, 1, 0, 26)),
        ("2010-12-01T08:26:00Z", "iso", "Asia/Shanghai", (2010, 12, 1, 8, 26)),
        ("2010-12-01 08:26", "iso", "Asia/Shanghai", (2010, 12, 1, 0, 26)),
        # The clock goes back at 02:00: 01:30 happens twice, the first is summer time.
        ("2011-10-30 01:30", "YYYY-MM-DD hh:mm", "Europe/London", (2011, 10, 30, 0, 30)),
        # The clock skips from 01:00 to 02:00: 01:30 is moved forward to 02:30 summer time.
        ("2011-03-27 01:30", "YYYY-MM-DD hh:mm", "Europe/London", (2011, 3, 27, 1, 30)),
    ],
)
def test_times_are_read_on_the_clock_of_their_zone(text, pattern, zone, instant):
    assert parse_instant(text, pattern, zone) == datetime(*instant, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2010-13-01", "YYYY-MM-DD"),
        ("2011-02-29", "YYYY-MM-DD"),
        ("2010-12-01 08:26", "YYYY-MM-DD"),
        ("2010-12-1", "YYYY-MM-DD"),
        ("2010/12/01", "YYYY-MM-DD"),
        ("٢٠١٠-12-01", "YYYY-MM-DD"),
        ("yesterday", "iso"),
        ("0001-01-01T00:00:00+14:00", "iso"),
        ("9999-12-31T23:59:59-14:00", "iso"),
        ("", "iso"),
    ],
)
def test_what_does_not_fit_the_pattern_is_none(text, pattern):
    assert parse_instant(text, pattern, "UTC") is None


@pytest.mark.parametrize("pattern", ["YYYY-MM", "YYYY-MM-DD-DD", "YYYY-MM-DD x", "MM-M-YYYY DD"])
def test_a_pattern_that_means_nothing_is_refused(pattern):
    with pytest.raises(ValueError, match=r"."):
        time_format(pattern)
