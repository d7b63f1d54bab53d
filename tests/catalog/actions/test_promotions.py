"""Planning promotions, what a start needs, the stock kept for them, and the clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.core.roles import Role
from catalog.actions.promotions import (
    PROMOTION_COURSE,
    advance_promotions,
    delete_item,
    save_item,
    save_promotion,
)
from catalog.actions.stock import Entry, Hold, move_stock, release
from catalog.models import Promotion, PromotionItem, StockLevel, StockMovement
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SYSTEM = Mover(NOW)


def colleague(role=Role.TEAM_MEMBER):
    person = make.person("E1", user=make.user("e1", role=role))
    make.employment(person)
    return make.mover(person.user)


def written():
    """Everything that a refused action must leave as it is."""
    return (
        list(Promotion.objects.order_by("pk").values()),
        list(PromotionItem.objects.order_by("pk").values()),
        list(StockMovement.objects.order_by("pk").values()),
        list(StockLevel.objects.order_by("pk").values()),
        LifeEvent.objects.count(),
        AuditEntry.objects.count(),
    )


def refused(error, verb, *args, **how):
    before = written()
    with pytest.raises(error) as caught:
        verb(*args, **how)
    assert written() == before
    return caught.value


def plan(store, code="SPRING", **values):
    days = {"warms_up_on": date(2026, 5, 1), "runs_on": date(2026, 5, 3)}
    days |= {"wraps_up_on": date(2026, 5, 5), "ends_on": date(2026, 5, 6)}
    values = {"name": "Spring", "budget": Decimal(100)} | days | values
    return Promotion(store=store, code=code, **values)


def take(promotion, *verbs, reason=""):
    for verb in verbs:
        move(PROMOTION_COURSE, promotion, verb, SYSTEM, reason=reason)
    return promotion


def levels():
    rows = StockLevel.objects.order_by("sku__code")
    return list(rows.values_list("on_hand", "reserved"))


def reservations():
    rows = StockMovement.objects.filter(kind="reservation").order_by("pk")
    return list(rows.values_list("reference", "reserved"))


def kept(units=4, stock=10, code="AUTUMN"):
    """A promotion with one listing that keeps pieces of a SKU in stock."""
    level = make.stock(stock, sku=make.sku("S1"))
    promotion = make.promotion(code)
    listing = make.listing(store=promotion.store, sku=level.sku)
    make.promotion_item(promotion, listing, units=units)
    return promotion


def test_somebody_who_sees_the_store_plans_a_promotion():
    who = colleague()

    made = save_promotion(plan(make.store("UK")), who)

    assert (made.status, made.store.code) == ("planned", "UK")
    assert list(LifeEvent.objects.values_list("life", "verb", "state", "by")) == [
        ("promotion", "begin", "planned", who.by.pk)
    ]


def test_a_store_one_does_not_see_is_refused():
    away = make.store("FR", department=make.department("away"))

    refused(NotAllowed, save_promotion, plan(away), colleague())


def test_without_the_right_nothing_is_planned():
    refused(
        NotAllowed, save_promotion, plan(make.store()), make.mover(make.user(role=Role.AUDITOR))
    )


@pytest.mark.parametrize("code", ["A/B", "A:B", "A\nB"])
def test_a_code_stands_in_addresses_and_in_the_ledger(code):
    assert refused(InvalidData, save_promotion, plan(make.store(), code), SYSTEM).field == "code"


@pytest.mark.parametrize(
    "values",
    [
        {"runs_on": date(2026, 4, 30)},
        {"wraps_up_on": date(2026, 5, 3)},
        {"ends_on": date(2026, 5, 4)},
        {"budget": Decimal(-1)},
    ],
)
def test_phases_follow_one_another_and_a_budget_is_not_negative(values):
    refused(ValidationError, save_promotion, plan(make.store(), **values), SYSTEM)


def test_a_plan_changes_until_it_begins_and_what_was_spent_at_any_time():
    promotion = make.promotion(category=make.product().category)
    promotion.budget = Decimal(250)
    save_promotion(promotion, SYSTEM)
    take(promotion, "warm_up")

    promotion.spent = Decimal("12.50")
    save_promotion(promotion, SYSTEM)
    promotion.budget = Decimal(300)
    refused(InvalidTransition, save_promotion, promotion, SYSTEM)

    stored = Promotion.objects.get()
    assert (stored.budget, stored.spent, stored.status) == (250, Decimal("12.50"), "warming_up")


def test_a_promotion_stays_in_its_store():
    promotion = make.promotion()
    promotion.store = make.store("FR")

    assert refused(InvalidData, save_promotion, promotion, SYSTEM).field == "store"


def test_a_listing_of_the_store_is_put_in_and_taken_out():
    promotion = make.promotion()
    listing = make.listing(store=promotion.store)
    item = PromotionItem(promotion=promotion, listing=listing, price=Decimal("9.50"))

    save_item(item, SYSTEM)
    stored = list(PromotionItem.objects.values_list("listing", "price"))
    delete_item(item, SYSTEM)

    assert stored == [(listing.pk, Decimal("9.50"))]
    assert PromotionItem.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"store": "FR"}, "listing"),
        ({"status": "ended"}, "listing"),
        ({"price": Decimal("9.505")}, "price"),
    ],
)
def test_a_listing_that_does_not_fit_is_refused(values, field):
    promotion = make.promotion()
    store = make.store(values.get("store", "UK"))
    listing = make.listing(store=store, status=values.get("status", "draft"))
    item = PromotionItem(promotion=promotion, listing=listing, price=values.get("price"))

    assert refused(InvalidData, save_item, item, SYSTEM).field == field


def test_the_listings_of_a_promotion_that_began_stay():
    promotion = take(kept(), "warm_up")
    item = promotion.items.get()
    item.reserved_units = 9

    refused(InvalidTransition, save_item, item, SYSTEM)
    refused(InvalidTransition, delete_item, item, SYSTEM)


def test_the_listings_of_a_store_one_does_not_see_stay():
    promotion = make.promotion(store=make.store("FR", department=make.department("away")))
    item = make.promotion_item(promotion)

    refused(NotAllowed, delete_item, item, colleague())


@pytest.mark.parametrize("verb", ["warm_up", "run"])
def test_a_start_needs_something_to_sell_and_a_budget(verb):
    promotion = make.promotion(budget=Decimal(0))

    refusal = refused(NotReady, take, promotion, verb)

    assert refusal.message == ("Name at least one listing, or a category. Enter a budget above 0.")


def test_a_start_needs_the_pieces_it_keeps_of_all_its_listings_together():
    promotion = kept(units=6)
    first = promotion.items.get().listing
    make.promotion_item(promotion, make.listing(store=first.store, sku=first.sku), units=5)

    refusal = refused(NotReady, take, promotion, "warm_up")

    assert refusal.message == (
        "11 pieces of S1 are to be kept in W1, and 10 are available there: keep fewer, or bring "
        "more in."
    )


def test_a_start_needs_prices_above_the_floor():
    # one piece costs 10.00 CNY; the platform takes 15 %
    store = make.store("CN", currency="CNY")
    promotion = make.promotion(store=store)
    listing = make.listing("L1", store=store, sku=make.sku("S1"))
    make.promotion_item(promotion, listing, price=Decimal("10.00"))

    refusal = refused(NotReady, take, promotion, "run")

    assert refusal.message.startswith("L1: 10.00")
    assert "below the floor of 11.77 CNY" in refusal.message


def test_the_start_keeps_the_pieces_once_and_the_end_gives_them_free():
    promotion = kept(units=4)

    take(promotion, "warm_up")
    warmed = levels()
    take(promotion, "run")
    running = levels()
    take(promotion, "wrap_up", "close")

    assert (warmed, running, levels()) == ([(10, 4)], [(10, 4)], [(10, 0)])
    assert reservations() == [("PROMO:UK:AUTUMN", 4), ("PROMO:UK:AUTUMN", -4)]


def test_cancelling_gives_the_pieces_free():
    promotion = take(kept(units=4), "warm_up")

    take(promotion, "cancel", reason="Too early")

    assert (levels(), promotion.status) == ([(10, 0)], "cancelled")


def test_cancelling_a_plan_moves_no_stock():
    take(kept(units=4), "cancel", reason="Too early")

    assert (levels(), reservations()) == ([(10, 0)], [])


@pytest.mark.parametrize("reference", ["PROMO:UK:AUTUMN", "order 77"])
def test_pieces_that_were_sold_are_neither_kept_again_nor_given_free(reference):
    promotion = take(kept(units=4), "warm_up")
    level = StockLevel.objects.get()
    sale = Entry(level.warehouse, level.sku, "sale", -3, reserved=-3, reference=reference)
    move_stock([sale], SYSTEM)

    take(promotion, "run")
    running = levels()
    take(promotion, "close")

    assert (running, levels()) == ([(7, 1)], [(7, 0)])


def test_pieces_given_free_by_hand_are_kept_again_by_the_run():
    promotion = take(kept(units=4), "warm_up")
    level = StockLevel.objects.get()
    release(Hold(level.warehouse, level.sku, 1, "PROMO:UK:AUTUMN"), SYSTEM)

    take(promotion, "run")

    assert levels() == [(10, 4)]


def test_the_clock_moves_by_the_day_of_the_store():
    # 18:00 in London is April 3rd in Tokyo
    at = datetime(2026, 4, 2, 18, tzinfo=UTC)
    category = make.product().category
    for code, zone in (("JP", "Asia/Tokyo"), ("UK", "Europe/London")):
        make.promotion(store=make.store(code, time_zone=zone), category=category)

    advanced = advance_promotions(at)

    assert (advanced.moves, advanced.notes) == (2, ())
    assert list(Promotion.objects.order_by("store__code").values_list("status", flat=True)) == [
        "running",
        "warming_up",
    ]
    assert advance_promotions(at).moves == 0


def test_the_clock_catches_up_with_nights_that_were_missed():
    promotion = make.promotion(category=make.product().category)
    take(promotion, "warm_up")

    advanced = advance_promotions(NOW + timedelta(days=10))

    assert advanced.moves == 2
    assert list(LifeEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "warm_up",
        "run",
        "close",
    ]


def test_what_holds_one_up_is_told_and_holds_up_no_other():
    make.promotion("EMPTY")
    fine = make.promotion("FINE", category=make.product().category)
    missed = {"warms_up_on": date(2026, 3, 1), "runs_on": date(2026, 3, 1)}
    missed |= {"wraps_up_on": date(2026, 3, 2), "ends_on": date(2026, 3, 3)}
    make.promotion("MISSED", **missed)

    advanced = advance_promotions(NOW)

    assert advanced.moves == 1
    assert [note.rpartition(" Promotion ")[2] for note in advanced.notes] == [
        "EMPTY: Name at least one listing, or a category.",
        "MISSED is still planned, and its days have gone by: cancel it, or give it new days.",
    ]
    statuses = Promotion.objects.order_by("code").values_list("code", "status")
    assert list(statuses) == [("EMPTY", "planned"), ("FINE", "warming_up"), ("MISSED", "planned")]
    fine.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_of_two_that_want_the_last_pieces_one_gets_them():
    first = kept(units=6, code="ONE")
    listing = first.items.get().listing
    second = make.promotion("TWO", store=first.store)
    make.promotion_item(second, listing, units=6)
    together = Barrier(2)

    def begin(promotion):
        try:
            together.wait()
            take(promotion, "run")
        except NotReady:
            return "refused"
        finally:
            connection.close()
        return "running"

    with ThreadPoolExecutor(2) as crowd:
        answers = list(crowd.map(begin, [first, second]))

    assert sorted(answers) == ["refused", "running"]
    assert levels() == [(10, 6)]
    assert sorted(Promotion.objects.values_list("status", flat=True)) == ["planned", "running"]
    assert len(reservations()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_close_at_once_the_pieces_come_free_once():
    promotion = take(kept(units=4), "run")
    copies = [promotion, Promotion.objects.get()]
    together = Barrier(2)

    def close(one):
        try:
            together.wait()
            take(one, "close")
        except InvalidTransition:
            return "refused"
        finally:
            connection.close()
        return "closed"

    with ThreadPoolExecutor(2) as crowd:
        answers = list(crowd.map(close, copies))

    assert sorted(answers) == ["closed", "refused"]
    assert (levels(), [units for _name, units in reservations()]) == ([(10, 0)], [4, -4])
