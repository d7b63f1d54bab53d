"""Counts from outside, and the times without stock."""

from datetime import date, timedelta

import pytest

from accounts.core.roles import Role
from catalog.actions.snapshots import Counted, count_now, note_stockouts, take_snapshot
from catalog.actions.stock import Entry, Hold, move_stock, reserve
from catalog.models import StockLevel, StockMovement, Stockout, StockSnapshot
from catalog.queries.stock import check_ledger
from opsdesk.core.errors import Conflict, InvalidData, NotAllowed, NotReady
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BEFORE, TAKEN = make.NOW - DAY * 3, make.NOW - DAY * 2


@pytest.fixture
def cup():
    return make.sku("CUP")


@pytest.fixture
def plate():
    return make.sku("PLATE")


def count(counts, number="C1", **more):
    given = {"taken_at": TAKEN, "complete": False} | more
    return take_snapshot(Counted(make.warehouse(), number, counts=counts, **given), make.mover())


def levels():
    return dict(StockLevel.objects.values_list("sku__code", "on_hand"))


def adjustments():
    rows = StockMovement.objects.filter(kind="adjustment").order_by("id")
    return list(rows.values_list("sku__code", "units", "reason"))


def test_what_happened_after_the_count_is_not_part_of_it(cup, plate):
    make.stock(10, sku=cup, at=BEFORE)
    make.stock(5, sku=plate, at=BEFORE)
    move_stock([Entry(make.warehouse(), cup, "sale", -4)], make.mover())

    snapshot, new = count({cup: 9})

    assert new
    assert (snapshot.rows, snapshot.adjusted, snapshot.difference) == (1, 1, -1)
    assert list(snapshot.counts.values_list("sku__code", "counted", "expected")) == [("CUP", 9, 10)]
    assert adjustments() == [("CUP", -1, "Count C1")]
    assert levels() == {"CUP": 5, "PLATE": 5}
    assert check_ledger() == []


def test_a_complete_count_counts_what_it_does_not_name_as_none(cup, plate):
    make.stock(10, sku=cup, at=BEFORE)
    make.stock(5, sku=plate, at=BEFORE)

    count({cup: 10}, complete=True)

    assert adjustments() == [("PLATE", -5, "Count C1")]
    assert count({cup: 10}, complete=True)[1] is False
    assert levels() == {"CUP": 10, "PLATE": 0}


def test_the_same_count_again_changes_nothing_and_another_one_is_refused(cup):
    make.stock(10, sku=cup, at=BEFORE)
    first, _new = count({cup: 9})

    assert count({cup: 9}) == (first, False)
    for counts, more in (({cup: 8}, {}), ({cup: 9}, {"taken_at": BEFORE})):
        with pytest.raises(Conflict):
            count(counts, **more)
    with pytest.raises(Conflict):
        count({cup: 1}, "C0", taken_at=BEFORE)
    with pytest.raises(InvalidData):
        count({cup: -1}, "C2")
    with pytest.raises(InvalidData):
        count({cup: 1}, "C2", taken_at=make.NOW + DAY * 2)

    assert StockSnapshot.objects.count() == 1
    assert levels() == {"CUP": 9}


def test_what_was_counted_later_shuts_out_only_older_counts_of_the_same(cup, plate):
    make.stock(10, sku=cup, at=BEFORE)
    make.stock(5, sku=plate, at=BEFORE)
    count({cup: 9}, "C2", taken_at=TAKEN + DAY)

    count({plate: 4}, "C1")
    for number, given in (("C3", {"counts": {cup: 1}}), ("C4", {"counts": {}, "complete": True})):
        with pytest.raises(Conflict):
            count(number=number, **given)

    assert levels() == {"CUP": 9, "PLATE": 4}
    assert StockSnapshot.objects.count() == 2


def test_stockouts_follow_the_ledger_and_late_movements_put_them_right(cup):
    place = make.stock(5, sku=cup, at=make.NOW - DAY * 9).warehouse
    move_stock([Entry(place, cup, "sale", -5, happened_at=make.NOW - DAY * 6)], make.mover())

    def spans():
        return list(Stockout.objects.values_list("from_day", "to_day"))

    assert note_stockouts(make.TODAY) == 1
    assert note_stockouts(make.TODAY) == 0
    assert spans() == [(date(2026, 3, 27), None)]

    make.stock(2, sku=cup, at=make.NOW - DAY * 4)
    assert note_stockouts(make.TODAY) == 1
    assert spans() == [(date(2026, 3, 27), date(2026, 3, 29))]

    make.stock(2, sku=cup, at=make.NOW - DAY * 7)
    assert note_stockouts(make.TODAY) == 1
    assert spans() == []


def test_who_may_not_keep_stock_counts_nothing(cup):
    make.stock(10, sku=cup, at=BEFORE)
    auditor = make.mover(make.user("auditor", role=Role.AUDITOR))

    for counted in (9, 10):  # 10: nothing would differ
        with pytest.raises(NotAllowed, match="right to change stock"):
            take_snapshot(Counted(make.warehouse(), "C1", TAKEN, {cup: counted}), auditor)

    assert levels() == {"CUP": 10}
    assert not StockSnapshot.objects.exists()


def test_a_count_of_now_given_twice_is_that_of_the_first_time(cup):
    level = make.stock(10, sku=cup, at=BEFORE)
    counted = Counted(level.warehouse, "C1", make.NOW, {cup: 7}, note="two broken, one gone")

    first, new = count_now(counted, make.mover())
    again, fresh = count_now(counted, make.mover(at=make.NOW + DAY))

    assert (again, new, fresh) == (first, True, False)
    assert adjustments() == [("CUP", -3, "Count C1: two broken, one gone")]


def test_less_than_is_reserved_is_not_counted(cup):
    level = make.stock(10, sku=cup, at=BEFORE)
    reserve(Hold(level.warehouse, cup, 6, "O1"), make.mover(at=BEFORE))

    with pytest.raises(NotReady, match=r"4 pieces of CUP available; 5 .* than is reserved"):
        count({cup: 5})

    assert levels() == {"CUP": 10}
    assert not StockSnapshot.objects.exists()
