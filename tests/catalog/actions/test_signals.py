"""Signals of products: raised, kept, lapsed, accepted, dismissed; and the rules they go by."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from catalog.actions.signals import (
    accept_signal,
    delete_signal_rule,
    dismiss_signal,
    raise_signals,
    save_signal_rule,
)
from catalog.models import (
    Product,
    ProductSignal,
    ReviewDay,
    SignalRule,
    SkuDemand,
    SkuReturn,
)
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NIGHT, NEXT = make.TODAY - DAY, make.TODAY


def night(as_of=NIGHT, *, at=make.NOW):
    return raise_signals(as_of, at=at)


def sold(sku, units, *, refunded=0, day=NIGHT):
    SkuDemand.objects.create(sku=sku, day=day, units=units, sales=Decimal(units))
    if refunded:
        SkuReturn.objects.create(sku=sku, day=day, units=refunded)


def rows():
    found = ProductSignal.objects.order_by("product", "kind", "pk")
    return list(found.values_list("product__code", "kind", "verb", "status"))


def trail():
    entries = AuditEntry.objects.filter(model="catalog.productsignal").order_by("pk")
    return list(entries.values_list("verb", flat=True))


@pytest.fixture
def cup():
    """A product on sale that sells 3 pieces in the window, with stock that came in today.

    Another one sells well and is being cleared out.
    """
    sold(make.sku("GONE", of=make.product("GONE", status="clearance")), 50)
    made = make.sku("CUP", of=make.product("CUP"))
    make.stock(40, sku=made)
    sold(made, 3)
    return made


@pytest.fixture
def signal(cup):
    """The open signal of its slow sales."""
    night()
    return ProductSignal.objects.get()


@pytest.fixture
def person():
    return make.mover(make.user(role=Role.TEAM_MEMBER))


def test_the_night_raises_what_passes_a_threshold_with_its_numbers(cup):
    pan = make.sku("PAN", of=make.product("PAN"))
    make.stock(7, sku=pan, at=make.NOW - DAY * 200)
    sold(pan, 100, refunded=11)
    fine = make.sku("FINE", of=make.product("FINE"))
    make.stock(7, sku=fine)
    sold(fine, 100, refunded=10)

    assert night() == 3

    evidence = {(one.product.code, one.kind): one.evidence for one in ProductSignal.objects.all()}
    assert rows() == [
        ("CUP", "slow_sales", "optimise", "open"),
        ("PAN", "return_rate", "optimise", "open"),
        ("PAN", "stock_age", "clear", "open"),
    ]
    assert evidence == {
        ("CUP", "slow_sales"): {"part": 3, "whole": 40, "threshold": "5.00", "window_days": 30},
        ("PAN", "return_rate"): {"part": 11, "whole": 100, "threshold": "0.10", "window_days": 30},
        ("PAN", "stock_age"): {"part": 199, "whole": 7, "threshold": "180.00", "window_days": 30},
    }
    assert trail() == ["signal: raised"] * 3


def test_bad_reviews_and_what_they_complain_of_are_signals():
    lamp = make.product("LAMP")
    fine = make.product("FINE")
    make.product("GONE", status="retired")
    for product, bad, complaints in ((lamp, 3, 11), (fine, 2, 10)):
        ReviewDay.objects.create(
            product=product, day=NIGHT, reviews=10, bad=bad, complaints=complaints
        )

    assert night() == 2

    evidence = {(one.product.code, one.kind): one.sentence for one in ProductSignal.objects.all()}
    assert evidence == {
        ("LAMP", "bad_reviews"): "Reviews in 30 days: 10, with 1 or 2 stars: 3. "
        "A share of 30.00 % is above 20.00 %.",
        ("LAMP", "complaints"): "Reviews in 30 days: 10. Keywords in those with 1 or 2 stars: 11, "
        "more than 10.",
    }
    ReviewDay.objects.filter(product=lamp).update(bad=2, complaints=10)
    assert night(NEXT, at=make.NOW + DAY) == 0
    assert [row[-1] for row in rows()] == ["lapsed", "lapsed"]


@pytest.mark.parametrize("kind", ["return_rate", "bad_reviews"])
def test_the_threshold_of_a_share_is_a_share(kind):
    rule = SignalRule(kind=kind, verb="clear", from_date=make.TODAY, threshold=Decimal("1.01"))

    with pytest.raises(ValidationError, match="This threshold is a share"):
        save_signal_rule(rule, make.mover())


def test_a_night_worked_twice_changes_nothing(signal):
    before = ProductSignal.objects.values().get()

    assert night() == 1

    assert ProductSignal.objects.values().get() == before
    assert trail() == ["signal: raised"]


def test_a_signal_that_holds_on_takes_the_numbers_of_the_night(signal, cup):
    sold(cup, 1, day=NEXT)

    assert night(NEXT, at=make.NOW + DAY) == 1

    held = ProductSignal.objects.get()
    assert (held.pk, held.raised_on, held.seen_on) == (signal.pk, NIGHT, NEXT)
    assert held.evidence["part"] == 4


def test_a_signal_lapses_when_its_numbers_are_better_and_comes_back_when_they_are_not(signal, cup):
    sold(cup, 2, day=NEXT)

    assert night(NEXT) == 0
    assert rows() == [("CUP", "slow_sales", "optimise", "lapsed")]

    SkuDemand.objects.filter(sku__code="CUP").delete()
    assert night(NEXT + DAY) == 1
    assert [row[3] for row in rows()] == ["lapsed", "open"]
    assert trail() == ["signal: raised", "signal: lapsed", "signal: raised"]


def test_a_signal_lapses_when_the_product_was_moved_by_hand(signal):
    Product.objects.filter(code="CUP").update(status="optimising")

    assert night(NEXT) == 0
    assert rows() == [("CUP", "slow_sales", "optimise", "lapsed")]


def test_without_any_orders_nobody_knows_what_is_slow(cup):
    SkuDemand.objects.all().delete()

    assert night() == 0


def test_a_new_product_is_not_slow(cup):
    LifeEvent.objects.create(
        life="product", object_id=cup.product_id, verb="put_on_sale", from_state="ready",
        state="on_sale", at=make.NOW - DAY * 10,
    )  # fmt: skip

    assert night() == 0
    # the day it came on sale is not whole: thirty days after it are
    assert night(NIGHT + DAY * 19) == 0
    assert night(NIGHT + DAY * 21) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_the_statements_of_a_night_do_not_grow_with_the_products(
    count, django_assert_max_num_queries
):
    def company(prefix):
        for number in range(count):
            sku = make.sku(f"{prefix}{number}", of=make.product(f"{prefix}{number}"))
            make.stock(3, sku=sku)

    sold(make.sku(of=make.product(status="clearance")), 50)
    company("HELD")
    night()
    company("NEW")
    Product.objects.filter(code="HELD0").update(status="retired")

    with django_assert_max_num_queries(34):
        assert night(NEXT) == 2 * count - 1


def test_accepting_makes_the_move_with_a_reason_that_names_the_signal(signal, person):
    event = accept_signal(signal, person)

    said = "Signal “Slow sales”. Sold in 30 days: 3, fewer than 5. On hand: 40."
    assert (event.verb, event.state, event.reason, event.by) == (
        *("optimise", "optimising", said),
        person.by,
    )
    assert Product.objects.get(code="CUP").status == "optimising"
    signal.refresh_from_db()
    assert (signal.status, signal.decided_by, signal.decided_at) == (
        *("accepted", person.by),
        make.NOW,
    )
    assert trail() == ["signal: raised", "signal: accepted"]
    assert AuditEntry.objects.filter(verb="product: optimise").count() == 1


def test_clearing_out_takes_the_sentence_as_its_reason(person):
    sku = make.sku(of=make.product("OLD", status="optimising"))
    make.stock(7, sku=sku, at=make.NOW - DAY * 200)
    sold(sku, 10)
    night()

    event = accept_signal(ProductSignal.objects.get(), person)

    assert (event.from_state, event.state) == ("optimising", "clearance")
    assert event.reason == (
        "Signal “Stock age”. On hand: 7. The oldest piece came in 199 days ago, more than 180."
    )


def unchanged(signal):
    signal.refresh_from_db()
    return (
        signal.status == "open"
        and signal.reason == ""
        and trail() == ["signal: raised"]
        and not LifeEvent.objects.exists()
        and Product.objects.get(code="CUP").status == "on_sale"
    )


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HR_PAYROLL])
def test_who_may_not_edit_the_catalogue_decides_on_no_signal(signal, role):
    somebody = make.mover(make.user(role=role))

    with pytest.raises(NotAllowed):
        accept_signal(signal, somebody)
    with pytest.raises(NotAllowed):
        dismiss_signal(signal, somebody, reason="Season")

    assert unchanged(signal)


def test_a_machine_decides_on_no_signal(signal):
    client = make.api_client(resources=("products:write",))
    machine = Mover(make.NOW, client, scope_of_client(client, make.TODAY))

    for decide in (
        lambda: accept_signal(signal, machine),
        lambda: dismiss_signal(signal, machine, reason="Season"),
    ):
        with pytest.raises(NotAllowed) as refused:
            decide()
        assert refused.value.code == "no_person"

    assert unchanged(signal)


@pytest.mark.parametrize("reason", ["", "  ", "\0", "x" * 501])
def test_dismissing_takes_a_reason(signal, person, reason):
    with pytest.raises(InvalidData):
        dismiss_signal(signal, person, reason=reason)

    assert unchanged(signal)


def test_a_signal_is_decided_on_once(signal, person):
    dismiss_signal(signal, person, reason="Season begins in May")

    for decide in (
        lambda: accept_signal(signal, person),
        lambda: dismiss_signal(signal, person, reason="Again"),
    ):
        with pytest.raises(InvalidTransition):
            decide()

    signal.refresh_from_db()
    assert (signal.status, signal.reason) == ("dismissed", "Season begins in May")
    assert Product.objects.get(code="CUP").status == "on_sale"
    assert trail() == ["signal: raised", "signal: dismissed"]


def test_where_the_move_is_refused_the_signal_stays_open(signal, person):
    Product.objects.filter(code="CUP").update(status="clearance")

    with pytest.raises(InvalidTransition):
        accept_signal(ProductSignal.objects.get(), person)

    signal.refresh_from_db()
    assert (signal.status, signal.decided_at) == ("open", None)
    assert not LifeEvent.objects.exists()


@pytest.mark.parametrize(("days", "raised"), [(0, 0), (29, 0), (30, 1)])
def test_what_was_dismissed_comes_back_after_the_quiet_days(signal, person, days, raised):
    dismiss_signal(signal, person, reason="Season")
    SkuDemand.objects.filter(sku__code="CUP").delete()

    assert night(NEXT, at=make.NOW + DAY * days) == raised


def test_quiet_days_are_those_of_the_rule_in_force(signal, person):
    SignalRule.objects.create(
        kind="slow_sales", verb="optimise", from_date=NEXT, threshold=5, quiet_days=2
    )
    dismiss_signal(signal, person, reason="Season")

    assert night(NEXT, at=make.NOW + DAY) == 0
    assert night(NEXT + DAY, at=make.NOW + DAY * 2) == 1


def test_what_was_accepted_is_quiet_too(signal, person):
    accept_signal(signal, person)
    Product.objects.filter(code="CUP").update(status="on_sale")
    LifeEvent.objects.all().delete()

    assert night(NEXT, at=make.NOW + DAY) == 0


def test_the_database_keeps_one_open_signal_of_a_kind(signal):
    values = {"product": signal.product, "verb": "clear", "evidence": {}}
    values |= {"raised_on": NIGHT, "seen_on": NIGHT}

    with pytest.raises(IntegrityError), transaction.atomic():
        ProductSignal.objects.create(kind="slow_sales", **values)
    ProductSignal.objects.create(kind="slow_sales", status="lapsed", **values)
    ProductSignal.objects.create(kind="stock_age", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductSignal.objects.create(
            kind="return_rate", status="dismissed", decided_at=make.NOW, **values
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductSignal.objects.create(kind="return_rate", status="accepted", **values)


def rule(from_date=make.TODAY, **values):
    given = {"kind": "stock_age", "verb": "clear", "threshold": Decimal(90)} | values
    return SignalRule(from_date=from_date, **given)


def test_a_rule_is_written_changed_and_deleted_until_a_night_has_gone_by_it(person):
    saved = save_signal_rule(rule(), person)
    saved.threshold = Decimal(60)
    save_signal_rule(saved, person)
    later = Mover(make.NOW + DAY, person.by, person.scope)

    saved.threshold = Decimal(30)
    with pytest.raises(InvalidTransition):
        save_signal_rule(saved, later)
    with pytest.raises(InvalidTransition):
        delete_signal_rule(saved, later)

    saved.refresh_from_db()
    assert saved.threshold == Decimal(60)
    delete_signal_rule(saved, person)
    verbs = AuditEntry.objects.filter(model="catalog.signalrule").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["created", "changed", "deleted"]


def test_a_rule_that_has_held_is_not_moved_into_the_future(person):
    shipped = SignalRule.objects.get(kind="stock_age")
    shipped.from_date = make.TODAY + DAY

    with pytest.raises(InvalidTransition):
        save_signal_rule(shipped, person)

    shipped.refresh_from_db()
    assert shipped.from_date == date(2000, 1, 1)


def test_no_rule_is_written_for_nights_that_have_gone_by(person):
    with pytest.raises(InvalidData):
        save_signal_rule(rule(NIGHT), person)

    assert SignalRule.objects.count() == 5


def test_the_database_keeps_one_rule_of_a_day_and_rates_that_are_shares():
    rule().save()
    of = make.product().category
    rule(category=of).save()

    for wrong in (
        rule(),
        rule(category=of),
        rule(kind="return_rate", threshold=Decimal("1.01")),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()
