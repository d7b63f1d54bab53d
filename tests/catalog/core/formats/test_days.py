"""Files of ratings, violations, traffic and ads."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from catalog.core.experiment_items import ExperimentDayItem
from catalog.core.formats.days import (
    read_ads,
    read_experiment_days,
    read_ratings,
    read_traffic,
    read_violations,
)
from catalog.core.standing import RatingItem, ViolationItem
from catalog.core.traffic import AdItem, TrafficItem
from opsdesk.core.errors import InvalidData

DAY = date(2026, 3, 5)


@pytest.fixture
def read(tmp_path):
    def read(reader, text):
        file = tmp_path / "given.csv"
        file.write_text(text)
        rows = reader(file)
        return [found for _row, found in rows.found]

    return read


def test_a_blank_cell_is_unknown_and_a_zero_is_zero(read):
    text = "store,day,account_health,odr,chat_reply_rate\nUK,2026-03-05,,0,0.93\n"

    assert read(read_ratings, text) == [
        RatingItem("UK", DAY, None, Decimal(0), Decimal("0.93"), source_row=2)
    ]


def test_violations_by_their_number_at_the_platform(read):
    text = (
        "store,external_id,kind,severity,happened_on,points,appeal_until\n"
        "UK,V1,warning,minor,2026-03-05,4,2026-03-20\n"
    )

    assert read(read_violations, text) == [
        ViolationItem("UK", "V1", "warning", "minor", DAY, 4, None, date(2026, 3, 20), source_row=2)
    ]


def test_the_names_of_the_interface_are_taken_too(read):
    text = "store,date,sku,uv,clicks,source_updated_at\nUK,2026-03-05,A,7,,2026-03-06T08:00+08:00\n"
    told = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)

    assert read(read_traffic, text) == [
        TrafficItem("UK", DAY, "A", visitors=7, source_updated_at=told, source_row=2)
    ]


def test_ads_with_their_campaign(read):
    text = (
        "store,day,campaign,spend,clicks,orders,sales,daily_budget\n"
        "UK,2026-03-05,C1,1.50,3,1,9.99,20\n"
    )

    assert read(read_ads, text) == [
        AdItem(
            "UK", DAY, "C1", Decimal("1.50"), 3, 1, Decimal("9.99"), daily_budget=Decimal(20),
            source_row=2,
        )
    ]  # fmt: skip


def test_days_of_experiments_a_row_for_each_version(read):
    text = (
        "store,sku,experiment,version,date,impressions,clicks,orders\n"
        "UK,L1,X1,A,2026-03-05,1000,20,2\n"
        "UK,L1,X1,b,2026-03-05,1000,,2\n"
    )

    first, second = read(read_experiment_days, text)

    assert first == ExperimentDayItem("UK", "L1", "X1", "a", DAY, 1000, 20, 2, source_row=2)
    assert (second.field, second.source_row) == ("clicks", 3)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("UK,5.3.2026,C1,1,1,1,1", "day"),
        ("UK,2026-03-05,C1,x,1,1,1", "spend"),
        ("UK,2026-03-05,C1,1,,1,1", "clicks"),
        ("UK,2026-03-05,C1,1,-1,1,1", "clicks"),
        ("UK,2026-03-05,C1,1,1,1.5,1", "orders"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(read, row, field):
    fault = read(read_ads, f"store,day,campaign,spend,clicks,orders,sales\n{row}\n")[0]

    assert (fault.field, fault.source_row) == (field, 2)


def test_a_missing_column_refuses_the_file(read):
    with pytest.raises(InvalidData, match="no column sales"):
        read(read_ads, "store,day,campaign,spend,clicks,orders\n")


def test_other_names_are_found_whatever_parts_the_columns(read):
    [found] = read(read_traffic, "store;date;sku;uv\nUK;2026-03-05;L1;7\n")

    assert (found.day, found.listing, found.visitors) == (DAY, "L1", 7)
