"""Setting prices: above the floor, below it by leave, from a day on; and what holds today."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from catalog.actions.pricing import (
    NewPrice,
    apply_prices,
    decide_override,
    left_below,
    propose_override,
    set_price,
    shown_digest,
)
from catalog.models import (
    BrandMinimum,
    FxRate,
    InboundCost,
    Listing,
    ListingPrice,
    PriceOverride,
    SellingCost,
    Sku,
    Store,
)
from catalog.queries.pricing import basis_of
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def listing():
    """Landed 8.00 CNY, shipping 2.00, fee 15 %, tax 19 %: a floor of 15.16."""
    sku = make.sku(of=make.product(brand="Ours"), unit_cost=Decimal("6.00"))
    InboundCost.objects.create(
        sku=sku, from_date=date(2026, 1, 1), inbound_freight=Decimal("1.50"), duty=Decimal("0.50")
    )
    shop = make.store()
    SellingCost.objects.create(
        store=shop,
        from_date=date(2026, 1, 1),
        shipping=Decimal("2.00"),
        tax_rate=Decimal("0.19"),
    )
    return make.listing("A-1", store=shop, sku=sku)


@pytest.fixture
def editor():
    return make.user("editor", role=Role.SUPERVISOR, department=make.department())


def mover(by, at=NOW):
    return Mover(at, by, make.scope(by))


def new(price="20.00", on=TODAY, **more):
    listed = more.pop("list_price", None)
    reason = more.pop("reason", "Spring")
    return NewPrice(Decimal(price), on, Decimal(listed) if listed else None, reason)


def stored():
    rows = ListingPrice.objects.order_by("pk")
    return [(str(row.price), row.from_date, row.replaced) for row in rows]


def test_a_price_of_today_holds_at_once_with_floor_and_margin(listing, editor):
    made = set_price(listing, new(list_price="25.00"), mover(editor)).row

    listing.refresh_from_db()
    assert (listing.price, listing.list_price) == (Decimal("20.00"), Decimal("25.00"))
    assert (made.floor, made.margin) == (Decimal("15.16"), Decimal("0.16"))
    assert (made.set_by, made.set_at, made.override) == (editor, NOW, None)
    assert AuditEntry.objects.filter(verb="price set", object_id=str(listing.pk)).count() == 1


def test_a_price_to_come_holds_from_its_day_in_the_stores_zone(listing, editor):
    set_price(listing, new("20.00"), mover(editor))
    set_price(listing, new("18.00", TODAY + DAY), mover(editor))
    shop = listing.store

    # London is an hour ahead of UTC in April: it is the 3rd there at 23:00 UTC of the 2nd
    assert apply_prices([shop], Mover(datetime(2026, 4, 2, 22, 59, tzinfo=UTC))) == 0
    assert Listing.objects.get().price == Decimal("20.00")
    assert apply_prices([shop], Mover(datetime(2026, 4, 2, 23, 0, tzinfo=UTC))) == 1
    assert Listing.objects.get().price == Decimal("18.00")
    assert apply_prices([shop], Mover(datetime(2026, 4, 2, 23, 0, tzinfo=UTC))) == 0


def test_a_price_of_the_same_day_is_replaced_and_kept(listing, editor):
    set_price(listing, new("20.00"), mover(editor))
    set_price(listing, new("21.00"), mover(editor))

    assert stored() == [("20.00", TODAY, True), ("21.00", TODAY, False)]
    assert Listing.objects.get().price == Decimal("21.00")


def test_the_same_price_again_writes_nothing(listing, editor):
    first = set_price(listing, new(), mover(editor))
    entries = AuditEntry.objects.count()
    again = set_price(listing, new(), mover(editor))

    assert (first.created, again.created, again.row) == (True, False, first.row)
    assert (stored(), AuditEntry.objects.count()) == ([("20.00", TODAY, False)], entries)


BELOW = (
    "15.15 CNY is below the floor of 15.16 CNY: landed cost 8.00, shipping 2.00, platform fee "
    "15.00%, tax 19.00%. Ask for leave to sell below it, or choose a higher price."
)


@pytest.mark.parametrize(
    ("wanted", "field", "said"),
    [
        (new("15.15"), "price", BELOW),
        (new("0"), "price", "A price is above 0."),
        (new("-1"), "price", "A price is above 0."),
        (new("NaN"), "price", "A price is above 0."),
        (new("20.001"), "price", "CNY has 2 decimals."),
        (new(list_price="19.99"), "list_price", "The list price is not below the price."),
        (
            new(on=TODAY - DAY),
            "from_date",
            "2026-04-01 has gone by: choose today (2026-04-02) or a later day.",
        ),
        (new(reason=" "), "reason", "Give the reason, in at most 500 characters."),
    ],
)
def test_a_price_that_cannot_be_is_refused_and_nothing_written(
    listing, editor, wanted, field, said
):
    with pytest.raises(InvalidData) as refusal:
        set_price(listing, wanted, mover(editor))

    assert (refusal.value.field, refusal.value.message) == (field, said)
    assert (stored(), Listing.objects.get().price) == ([], None)


def test_the_floor_itself_is_allowed(listing, editor):
    assert set_price(listing, new("15.16"), mover(editor)).row.margin == Decimal("0.0004")


def test_an_unknown_cost_has_an_unknown_floor(listing, editor):
    sku = listing.sku
    sku.unit_cost = None
    sku.save()

    made = set_price(listing, new("0.01"), mover(editor)).row

    assert (made.floor, made.margin) == (None, None)


def test_nobody_goes_below_a_brands_minimum(listing, editor):
    BrandMinimum.objects.create(
        brand="Ours", currency="CNY", amount=Decimal("22.00"), from_date=date(2026, 1, 1)
    )

    with pytest.raises(InvalidData, match="Ours is sold for"):
        set_price(listing, new("21.99"), mover(editor))

    assert stored() == []
    set_price(listing, new("22.00"), mover(editor))


def test_the_policy_of_the_role_in_the_range_judges_the_margin(listing):
    basis = basis_of([Listing.objects.select_related("store", "sku__product").get()], TODAY)
    found = basis[listing.pk]

    # shipped for profit: 10 to 25 %
    assert [found.verdict(Decimal(price)) for price in ("16.00", "20.00", "30.00")] == [
        "below",
        "within",
        "above",
    ]
    assert found.target == Decimal("17.58")


def test_a_landed_cost_in_another_currency_is_converted_by_the_rate_of_the_day(listing):
    FxRate.objects.create(date=TODAY, from_currency="EUR", to_currency="CNY", rate=Decimal(8))
    sku = listing.sku
    sku.cost_currency = "EUR"
    sku.save()

    found = basis_of([Listing.objects.select_related("store", "sku__product").get()], TODAY)

    assert found[listing.pk].costs.landed == Decimal("64.00")


def test_an_ended_listing_has_no_price_any_more(listing, editor):
    Listing.objects.update(status="ended")

    with pytest.raises(InvalidTransition):
        set_price(listing, new(), mover(editor))

    assert stored() == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPERVISOR])
def test_who_may_not_sets_no_price(listing, role):
    department = make.department("away") if role == Role.SUPERVISOR else None
    other = make.user(role=role, department=department)

    with pytest.raises(NotAllowed):
        set_price(listing, new(), mover(other))

    assert stored() == []


def test_a_machine_sets_prices_of_its_stores(listing):
    make.store("FR")
    own = make.api_client("ERP", resources=("prices:write",), stores=("UK",))
    foreign = make.api_client("Other", resources=("prices:write",), stores=("FR",))

    with pytest.raises(NotAllowed):
        set_price(listing, new(), Mover(NOW, foreign, scope_of_client(foreign, TODAY)))
    made = set_price(listing, new(), Mover(NOW, own, scope_of_client(own, TODAY))).row

    assert (made.client_name, made.set_by) == ("ERP", None)


# ---- leave to sell below the floor


def leave(listing, by, price="12.00", days=10, on=TODAY, **values):
    values = {"reason": "Old stock"} | values
    override = PriceOverride(
        listing=listing, price=Decimal(price), from_date=on, until_date=on + DAY * days, **values
    )
    return propose_override(override, mover(by))


def test_by_leave_of_a_second_person_a_listing_is_sold_below_its_floor_until_the_day(
    listing, editor
):
    set_price(listing, new("20.00"), mover(editor))
    asked = leave(listing, editor)
    decide_override(asked, True, shown_digest(asked), mover(make.manager()))

    made = set_price(listing, new("12.00"), mover(editor)).row

    assert made.override == asked
    assert Listing.objects.get().price == Decimal("12.00")
    apply_prices([listing.store], Mover(NOW + DAY * 9))
    assert Listing.objects.get().price == Decimal("12.00")
    # the first day without leave: the sound price of the same day comes back
    apply_prices([listing.store], Mover(NOW + DAY * 10))
    assert Listing.objects.get().price == Decimal("20.00")
    assert stored() == [("20.00", TODAY, False), ("12.00", TODAY, False)]


def test_where_there_is_no_price_to_go_back_to_somebody_is_told(listing, editor):
    asked = leave(listing, editor)
    decide_override(asked, True, shown_digest(asked), mover(make.manager()))
    set_price(listing, new("12.00"), mover(editor))
    Listing.objects.update(status="live")
    scope = make.scope(editor)

    assert list(left_below(scope, NOW + DAY * 9)) == []
    assert list(left_below(scope, NOW + DAY * 10)) == [listing]


def test_after_the_leave_the_price_before_comes_back(listing, editor):
    set_price(listing, new("20.00"), mover(editor))
    asked = leave(listing, editor, on=TODAY + DAY)
    decide_override(asked, True, shown_digest(asked), mover(make.manager()))
    set_price(listing, new("12.00", TODAY + DAY), mover(editor))

    apply_prices([listing.store], Mover(NOW + DAY))
    assert Listing.objects.get().price == Decimal("12.00")
    apply_prices([listing.store], Mover(NOW + DAY * 11))
    assert Listing.objects.get().price == Decimal("20.00")


@pytest.mark.parametrize(
    ("price", "on"),
    [("11.99", TODAY), ("12.00", TODAY + DAY * 10)],  # below the leave; the day after its last
)
def test_leave_reaches_as_far_as_it_says(listing, editor, price, on):
    asked = leave(listing, editor)
    decide_override(asked, True, shown_digest(asked), mover(make.manager()))

    with pytest.raises(InvalidData, match="below the floor"):
        set_price(listing, new(price, on), mover(editor))

    assert stored() == []


def test_leave_that_waits_or_was_refused_is_none(listing, editor):
    asked = leave(listing, editor)
    with pytest.raises(InvalidData, match="below the floor"):
        set_price(listing, new("12.00"), mover(editor))
    decide_override(asked, False, shown_digest(asked), mover(make.manager()))
    with pytest.raises(InvalidData, match="below the floor"):
        set_price(listing, new("12.00"), mover(editor))


def test_who_asked_does_not_decide(listing):
    boss = make.manager()
    asked = leave(listing, boss)

    with pytest.raises(NotAllowed) as refusal:
        decide_override(asked, True, shown_digest(asked), mover(boss))

    assert refusal.value.message == "You asked for this, so somebody else must decide on it."
    assert PriceOverride.objects.get().state == "proposed"
    with pytest.raises(IntegrityError, match="price_override_by_another"):
        PriceOverride.objects.update(state="approved", decided_by=boss, decided_at=NOW)


def test_a_floor_that_rose_since_it_was_shown_is_looked_at_anew(listing, editor):
    asked = leave(listing, editor)
    shown = shown_digest(asked)
    Sku.objects.update(unit_cost=Decimal("60.00"))

    with pytest.raises(Conflict):
        decide_override(asked, True, shown, mover(make.manager()))

    assert PriceOverride.objects.get().state == "proposed"


def test_leave_whose_days_are_over_is_not_given(listing, editor):
    asked = leave(listing, editor)
    boss = make.manager()

    with pytest.raises(InvalidTransition, match="Its days are over"):
        decide_override(asked, True, shown_digest(asked), mover(boss, NOW + DAY * 10))

    assert PriceOverride.objects.get().state == "proposed"


def test_no_leave_is_asked_for_below_a_brands_minimum(listing, editor):
    BrandMinimum.objects.create(
        brand="Ours", currency="CNY", amount=Decimal("13.00"), from_date=date(2026, 1, 1)
    )

    with pytest.raises(InvalidData, match="Ours is sold for"):
        leave(listing, editor)

    assert PriceOverride.objects.count() == 0


def test_a_margin_is_compared_with_the_policy_unrounded(listing):
    # 178.56 x 0.66 - 100 = 17.8496: 9.9964 %, and 10 % are asked for
    InboundCost.objects.all().delete()
    SellingCost.objects.update(shipping=0)
    Sku.objects.update(unit_cost=Decimal("100.00"))
    found = basis_of([Listing.objects.select_related("store", "sku__product").get()], TODAY)

    assert found[listing.pk].verdict(Decimal("178.56")) == "below"


def test_nothing_is_rounded_before_the_floor(listing):
    InboundCost.objects.all().delete()
    SellingCost.objects.all().delete()
    Store.objects.update(platform_fee_rate=0)
    Sku.objects.update(unit_cost=Decimal("8.0049"))
    found = basis_of([Listing.objects.select_related("store", "sku__product").get()], TODAY)

    assert found[listing.pk].floor == Decimal("8.01")


def test_a_cost_that_cannot_be_is_refused_not_stored(listing, editor):
    Sku.objects.update(unit_cost=Decimal("90000000000000"))
    asked = leave(listing, editor, price="0.01")
    decide_override(asked, True, shown_digest(asked), mover(make.manager()))

    with pytest.raises(InvalidData, match="costs many times this price"):
        set_price(listing, new("0.01"), mover(editor))

    assert stored() == []


def test_an_ended_listing_is_priced_no_more_by_the_night(listing, editor):
    set_price(listing, new("20.00"), mover(editor))
    set_price(listing, new("18.00", TODAY + DAY), mover(editor))
    Listing.objects.update(status="ended")

    assert apply_prices([listing.store], Mover(NOW + DAY)) == 0


def test_what_changed_since_it_was_shown_is_not_decided(listing, editor):
    asked = leave(listing, editor)

    with pytest.raises(Conflict):
        decide_override(asked, True, "other", mover(make.manager()))

    assert PriceOverride.objects.get().state == "proposed"


def test_it_is_decided_once(listing, editor):
    asked = leave(listing, editor)
    decide_override(asked, False, shown_digest(asked), mover(make.manager("a")))

    with pytest.raises(InvalidTransition):
        decide_override(asked, True, shown_digest(asked), mover(make.manager("b")))

    assert PriceOverride.objects.get().state == "refused"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"days": 91}, "until_date"), ({"on": TODAY - DAY}, "from_date"), ({"reason": " "}, "reason")],
)
def test_leave_without_end_or_reason_is_not_asked_for(listing, editor, values, field):
    with pytest.raises(InvalidData) as refusal:
        leave(listing, editor, **values)

    assert refusal.value.field == field
    assert PriceOverride.objects.count() == 0


def test_who_leads_another_department_gives_no_leave_where_they_only_work(listing, editor):
    asked = leave(listing, editor)
    other = make.user(role=Role.SUPERVISOR, department=make.department("away"))
    make.employment(make.person(user=other), department=make.department())

    with pytest.raises(NotAllowed):
        decide_override(asked, True, shown_digest(asked), mover(other))

    assert PriceOverride.objects.get().state == "proposed"


def test_a_team_member_does_not_give_leave(listing, editor):
    asked = leave(listing, editor)
    member = make.user(role=Role.TEAM_MEMBER)

    with pytest.raises(NotAllowed):
        decide_override(asked, True, shown_digest(asked), mover(member))

    assert PriceOverride.objects.get().state == "proposed"
