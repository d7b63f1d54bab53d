"""The ledger of stock and the levels that are its sums."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.core.roles import Role
from catalog.actions.stock import (
    Entry,
    Hold,
    Transfer,
    move_stock,
    receive,
    release,
    reserve,
    save_warehouse,
    transfer,
)
from catalog.models import StockLevel, StockMovement
from catalog.queries.stock import Difference, check_ledger
from opsdesk.core.errors import Conflict, InvalidData, NotAllowed, NotReady
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.warehouse("W1")


@pytest.fixture
def cup():
    return make.sku("CUP")


def write(*entries):
    return move_stock(entries, make.mover())


def levels():
    rows = StockLevel.objects.order_by("warehouse__code", "sku__code")
    return list(rows.values_list("warehouse__code", "sku__code", "on_hand", "reserved"))


def ledger():
    return list(StockMovement.objects.order_by("id").values_list("kind", "units", "reserved"))


def test_each_kind_of_movement_changes_the_level_by_what_it_says(place, cup):
    write(
        Entry(place, cup, "receipt", 10),
        Entry(place, cup, "sale", -3),
        Entry(place, cup, "return", 1),
        Entry(place, cup, "adjustment", -2, reason="broken"),
        Entry(place, cup, "reservation", reserved=4, reference="O1"),
    )
    assert levels() == [("W1", "CUP", 6, 4)]

    write(Entry(place, cup, "sale", -3, reserved=-3, reference="O1"))

    assert levels() == [("W1", "CUP", 3, 1)]
    assert ledger() == [
        ("receipt", 10, 0),
        ("sale", -3, 0),
        ("return", 1, 0),
        ("adjustment", -2, 0),
        ("reservation", 0, 4),
        ("sale", -3, -3),
    ]
    assert check_ledger() == []
    assert AuditEntry.objects.filter(verb="moved", model="catalog.stockmovement").count() == 6


def test_more_than_is_available_is_refused_and_nothing_of_the_call_is_written(place, cup):
    write(Entry(place, cup, "receipt", 5), Entry(place, cup, "reservation", 0, 2, reference="O"))
    plate = make.sku("PLATE")
    before = ledger()

    with pytest.raises(NotReady) as refusal:
        write(Entry(place, plate, "receipt", 5), Entry(place, cup, "sale", -4))

    assert refusal.value.code == "not_enough_stock"
    assert refusal.value.message == "W1 has 3 pieces of CUP available; 4 were asked for."
    assert ledger() == before
    assert levels() == [("W1", "CUP", 5, 2)]


def test_a_warehouse_that_allows_it_goes_below_nothing(cup):
    place = make.warehouse("FBA", allows_negative=True)

    write(Entry(place, cup, "sale", -4))

    assert levels() == [("FBA", "CUP", -4, 0)]


@pytest.mark.parametrize(
    ("kind", "units", "reserved", "more", "field"),
    [
        ("receipt", 0, 0, {}, "units"),
        ("receipt", -1, 0, {}, "units"),
        ("return", -1, 0, {}, "units"),
        ("sale", 1, 0, {}, "units"),
        ("sale", -1, -2, {}, "reserved"),
        ("sale", -1, 1, {}, "reserved"),
        ("receipt", 1, 1, {}, "reserved"),
        ("adjustment", 1, 0, {}, "reason"),
        ("adjustment", 0, 0, {"reason": "x"}, "units"),
        ("transfer", 1, 0, {}, "reference"),
        ("reservation", 0, 1, {}, "reference"),
        ("reservation", 1, 1, {"reference": "x"}, "reserved"),
        ("reservation", 0, 0, {"reference": "x"}, "reserved"),
        ("gift", 1, 0, {}, "kind"),
        ("receipt", 1_000_000_001, 0, {}, "units"),
        ("receipt", 1, 0, {"external_id": "x" * 101}, "external_id"),
        ("receipt", 1, 0, {"reason": "a\x00b"}, "reason"),
        ("receipt", 1, 0, {"happened_at": make.NOW + timedelta(days=2)}, "happened_at"),
    ],
)
def test_what_cannot_be_is_refused(place, cup, kind, units, reserved, more, field):
    with pytest.raises(InvalidData) as refusal:
        write(Entry(place, cup, kind, units, reserved, **more))

    assert refusal.value.field == field
    assert (ledger(), levels()) == ([], [])


def test_what_is_sent_twice_is_stored_once(place, cup):
    entry = Entry(place, cup, "receipt", 5, external_id="N1")

    [first] = write(entry)
    [again, twin] = move_stock([entry, entry], make.mover(at=make.NOW + timedelta(hours=1)))

    assert (first.created, again.created, twin.created) == (True, False, False)
    assert again.movement == twin.movement == first.movement
    assert levels() == [("W1", "CUP", 5, 0)]


@pytest.mark.parametrize(
    "other",
    [
        {"units": 6},
        {"kind": "return"},
        {"reference": "x"},
        {"happened_at": make.NOW.replace(day=1)},
    ],
)
def test_the_same_number_with_another_content_is_a_conflict(place, cup, other):
    given = {"kind": "receipt", "units": 5, "external_id": "N1"}
    write(Entry(place, cup, **given))

    with pytest.raises(Conflict):
        write(Entry(place, cup, **(given | other)))
    with pytest.raises(Conflict):
        write(Entry(place, make.sku("OTHER"), **given))

    assert ledger() == [("receipt", 5, 0)]


def test_a_transfer_is_two_movements_of_one_reference(place, cup):
    far = make.warehouse("W2")
    make.stock(5, sku=cup, warehouse=place)
    given = Transfer(cup, 3, place, far, "T1")

    transfer(given, make.mover())
    transfer(given, make.mover())

    assert levels() == [("W1", "CUP", 2, 0), ("W2", "CUP", 3, 0)]
    assert StockMovement.objects.filter(reference="T1").count() == 2
    with pytest.raises(NotReady):
        transfer(Transfer(cup, 3, place, far, "T2"), make.mover())
    with pytest.raises(InvalidData):
        transfer(Transfer(cup, 1, place, place, "T3"), make.mover())
    with pytest.raises(InvalidData):
        transfer(Transfer(cup, 0, place, far, "T4"), make.mover())
    assert levels() == [("W1", "CUP", 2, 0), ("W2", "CUP", 3, 0)]


def test_a_transfer_sent_again_to_another_warehouse_makes_no_pieces(place, cup):
    far, third = make.warehouse("W2"), make.warehouse("W3")
    make.stock(9, sku=cup, warehouse=place)
    make.stock(9, sku=cup, warehouse=third)
    transfer(Transfer(cup, 3, place, far, "T1"), make.mover())
    before = levels()

    for source, target in ((place, third), (third, far)):
        with pytest.raises(Conflict):
            transfer(Transfer(cup, 3, source, target, "T1"), make.mover())

    assert levels() == before
    assert StockMovement.objects.filter(reference="T1").count() == 2


def test_a_reason_takes_the_spaces_people_type_and_no_control_characters(place, cup):
    write(Entry(place, cup, "adjustment", 2, reason="盘点\u3000少两件\u00a0"))
    with pytest.raises(InvalidData):
        write(Entry(place, cup, "adjustment", 2, reason="a\tb"))

    assert ledger() == [("adjustment", 2, 0)]


def test_no_more_is_released_than_was_reserved_for_the_same_thing(place, cup):
    make.stock(9, sku=cup, warehouse=place)
    reserve(Hold(place, cup, 4, "O1"), make.mover())
    reserve(Hold(place, cup, 4, "O2"), make.mover())

    with pytest.raises(NotReady) as refusal:
        release(Hold(place, cup, 5, "O1"), make.mover())
    with pytest.raises(NotReady):
        reserve(Hold(place, cup, 2, "O3"), make.mover())
    with pytest.raises(InvalidData):
        reserve(Hold(place, cup, 0, "O3"), make.mover())

    assert refusal.value.message == "For O1 4 pieces of CUP are reserved, not 5."
    release(Hold(place, cup, 4, "O1"), make.mover())
    assert levels() == [("W1", "CUP", 9, 4)]


def test_more_is_never_used_up_than_is_reserved(place, cup):
    make.stock(9, sku=cup, warehouse=place)

    with pytest.raises(NotReady):
        write(Entry(place, cup, "sale", -2, reserved=-2))

    assert levels() == [("W1", "CUP", 9, 0)]


def test_receipts_are_stored_once_by_their_number(place, cup):
    for _time in range(2):
        receive([(cup, 3, "PO1/1")], place, "PO1", make.mover())

    assert levels() == [("W1", "CUP", 3, 0)]


def test_movements_are_never_changed_and_never_deleted(place, cup):
    make.stock(3, sku=cup, warehouse=place)
    movement = StockMovement.objects.get()

    for change in (
        movement.save,
        movement.delete,
        StockMovement.objects.all().delete,
        lambda: StockMovement.objects.update(units=4),
        lambda: StockMovement.objects.bulk_update([movement], ["units"]),
    ):
        with pytest.raises(TypeError):
            change()

    assert ledger() == [("receipt", 3, 0)]


def test_going_below_nothing_is_switched_off_only_where_nothing_is_below(place, cup):
    make.stock(3, sku=cup, warehouse=place)
    place.allows_negative = True
    save_warehouse(place, make.mover())
    write(Entry(place, cup, "sale", -5))
    place.allows_negative = False

    with pytest.raises(NotReady) as refusal:
        save_warehouse(place, make.mover())
    assert "CUP" in refusal.value.message
    assert StockLevel.objects.get().may_be_negative

    write(Entry(place, cup, "receipt", 2))
    save_warehouse(place, make.mover())
    assert not StockLevel.objects.get().may_be_negative


def test_the_ledger_tells_levels_that_are_not_its_sums(place, cup, capsys):
    make.stock(3, sku=cup, warehouse=place)
    call_command("stock", "verify")
    StockLevel.objects.update(on_hand=4)

    assert check_ledger() == [Difference("W1", "CUP", 4, 0, 3, 0)]
    with pytest.raises(SystemExit) as ended:
        call_command("stock", "verify")
    assert ended.value.code == 1
    assert "W1 CUP: level 4, reserved 0; ledger 3, reserved 0." in capsys.readouterr().err

    StockLevel.objects.all().delete()
    assert check_ledger() == [Difference("W1", "CUP", 0, 0, 3, 0)]


def test_who_may_not_keep_stock_writes_nothing_to_the_ledger(place, cup):
    level = make.stock(10, sku=cup, warehouse=place)
    reserve(Hold(place, cup, 4, "O1"), make.mover())
    far = make.warehouse("W2")
    auditor = make.mover(make.user("auditor", role=Role.AUDITOR))
    before = ledger(), levels(), AuditEntry.objects.count()

    for write_something in (
        lambda: move_stock([Entry(place, cup, "receipt", 1)], auditor),
        lambda: transfer(Transfer(cup, 1, place, far, "T1"), auditor),
        lambda: reserve(Hold(place, cup, 1, "O2"), auditor),
        lambda: release(Hold(place, cup, 1, "O1"), auditor),
        lambda: receive([(cup, 1, "R1")], place, "PO1", auditor),
        lambda: move_stock([], auditor),
    ):
        with pytest.raises(NotAllowed, match="right to change stock"):
            write_something()

    assert (ledger(), levels(), AuditEntry.objects.count()) == before
    assert StockLevel.objects.get().pk == level.pk


def test_who_may_keep_stock_writes_to_the_ledger(place, cup):
    keeper = make.user("keeper", role=Role.TEAM_MEMBER, department=make.department())

    [moved] = move_stock([Entry(place, cup, "receipt", 3)], make.mover(keeper))

    assert moved.movement.by_id == keeper.pk
    assert levels() == [("W1", "CUP", 3, 0)]
