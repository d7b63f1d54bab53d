"""Files of channels, shipments and tracking events."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from opsdesk.core.errors import InvalidData
from orders.core.formats.shipments import read_channels, read_events, read_shipments
from orders.core.shipment_items import ChannelItem, EventItem, ShipmentItem

SENT = datetime(2026, 3, 20, 9, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    def read(reader, text):
        file = tmp_path / "given.csv"
        file.write_text(text)
        return [found for _row, found in reader(file).found]

    return read


def test_a_blank_cell_of_a_shipment_is_not_told(read):
    head = "store,tracking,order_no,channel,dispatched_at,remote_area,cost,cost_currency,outcome"
    first = "UK,T1,1001,POST,2026-03-20T17:00:00+08:00,yes,12.5,usd,LOST"

    found = read(read_shipments, f"{head}\n{first}\nUK,T2,,,,,,,\n")

    assert found == [
        ShipmentItem(
            store="UK",
            tracking_number="T1",
            order="1001",
            channel="POST",
            dispatched_at=SENT,
            remote_area=True,
            cost=Decimal("12.5"),
            cost_currency="USD",
            outcome="lost",
            source_row=2,
        ),
        ShipmentItem(store="UK", tracking_number="T2", source_row=3),
    ]


def test_a_channel_and_an_event_are_read(read):
    channels = "code,name,kind,promised_days,silent_days,active\nP,Post,Postal,12,,no\n"
    events = "store,tracking_number,time,status,description\nUK,T1,2026-03-20 09:00,Picked_up,Ok\n"

    assert read(read_channels, channels) == [
        ChannelItem("P", "Post", "postal", 12, active=False, source_row=2)
    ]
    assert read(read_events, events) == [
        EventItem("UK", "T1", SENT, "picked_up", "Ok", source_row=2)
    ]


@pytest.mark.parametrize(
    ("reader", "text", "field"),
    [
        (read_channels, "code,name,kind,promised_days\nP,Post,postal,\n", "promised_days"),
        (read_channels, "code,name,kind,promised_days\nP,Post,postal,ten\n", "promised_days"),
        (read_channels, "code,name,kind,promised_days,active\nP,P,postal,1,x\n", "active"),
        (read_shipments, "store,tracking_number,cost\nUK,T1,a lot\n", "cost"),
        (read_shipments, "store,tracking_number,dispatched_at\nUK,T1,soon\n", "dispatched_at"),
        (read_shipments, "store,tracking_number,promised_days\nUK,T1,-1\n", "promised_days"),
        (read_events, "store,shipment,at,code\nUK,T1,,lost\n", "at"),
        (read_events, "store,shipment,at,code\nUK,T1,0001-01-01T00:00+23:59,lost\n", "at"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(read, reader, text, field):
    [fault] = read(reader, text)

    assert fault.field == field


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (read_channels, "code,name,kind\n"),
        (read_shipments, "store,order\n"),
        (read_events, "store,shipment,code\n"),
    ],
)
def test_a_file_without_a_needed_column_is_refused_as_a_whole(read, reader, text):
    with pytest.raises(InvalidData, match="has no column"):
        read(reader, text)
