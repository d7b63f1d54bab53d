"""Exact decimals in the database: sums, arithmetic, what is refused, forms."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Avg, F, Sum
from django.forms import modelform_factory

from catalog.models import FxRate
from compensation.models import FundEntry
from kpis.models import Target
from opsdesk.models import MoneyField, RateField, ShareField, amount
from orders.models import Order
from tests import factories
from tests.factories import MARCH, NOW

LARGEST = Decimal("922337203685477.5807")  # 2**63 - 1 ten-thousandths


def stored(value):
    """What comes back of an amount that is kept and read again."""
    target = factories.target()
    Target.objects.filter(pk=target.pk).update(net_sales=value)
    return Target.objects.get(pk=target.pk).net_sales


@pytest.mark.django_db
def test_twenty_thousand_dimes_are_two_thousand():
    department = factories.department()
    FundEntry.objects.bulk_create(
        [
            FundEntry(department=department, amount=Decimal("0.10"), text="a dime", at=NOW)
            for _ in range(20_000)
        ],
        batch_size=10_000,
    )

    # as floats: 1999.9999999992765
    assert FundEntry.objects.aggregate(sum=Sum("amount")) == {"sum": Decimal("2000.00")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.0001", "0.0001"),
        ("0.10", "0.10"),
        ("1.5", "1.50"),
        ("3.333", "3.333"),
        ("1000", "1000.00"),
        ("9007199254740993", None),  # 2**53 + 1 is no float, and as money it is too large
        ("900719925474.0993", "900719925474.0993"),
        (str(LARGEST), str(LARGEST)),
    ],
)
def test_an_amount_comes_back_as_it_was(value, shown):
    if shown is None:
        with pytest.raises(ValueError, match="too large"):
            stored(Decimal(value))
        return

    assert str(stored(Decimal(value))) == shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0.1, TypeError),
        (float("nan"), TypeError),
        (Decimal("0.00001"), ValueError),
        (Decimal("1.23456"), ValueError),
        (Decimal("1." + "0" * 45 + "1"), ValueError),
        (LARGEST + Decimal("0.0001"), ValueError),
        (-LARGEST - 1, ValueError),
        (Decimal("NaN"), ValueError),
        (Decimal("Infinity"), ValueError),
        (Decimal("1E+999999999"), ValueError),
        (Decimal("1E-999999999"), ValueError),
    ],
    ids=str,
)
def test_what_is_no_exact_amount_is_refused(value, error):
    target = factories.target("1000.00")
    target.net_sales = value

    with pytest.raises(error), transaction.atomic():
        target.save()

    assert Target.objects.get().net_sales == Decimal("1000.00")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", ["1.23456", "NaN", "Infinity", "abc", "", "1E+400", "123456789012345.00"]
)
def test_the_models_own_check_refuses_it_as_bad_input(value):
    target = factories.target("1000.00")
    target.net_sales = value if value in ("abc", "") else Decimal(value)

    with pytest.raises(ValidationError) as refused:
        target.full_clean()

    assert list(refused.value.message_dict) == ["net_sales"]


@pytest.mark.django_db
def test_money_columns_add_and_subtract_in_sql():
    order = factories.order("10.0001", shipping_charge=Decimal("2.50"))

    order = Order.objects.annotate(
        both=F("amount") + F("shipping_charge"),
        less=F("amount") - amount(Decimal("0.0002")),
        thrice=F("amount") * 3,
    ).get(pk=order.pk)

    assert (order.both, order.less, order.thrice) == (
        Decimal("12.5001"),
        Decimal("9.9999"),
        Decimal("30.0003"),
    )


@pytest.mark.django_db
def test_an_update_takes_a_price_off_a_balance():
    order = factories.order("10.00")

    Order.objects.filter(pk=order.pk).update(amount=F("amount") - amount(Decimal("0.01")))

    assert Order.objects.get().amount == Decimal("9.99")


@pytest.mark.django_db
def test_an_average_that_is_no_whole_number_of_steps_is_refused():
    for value in ("0.0001", "0.0002"):
        factories.order(value)

    # silently cut off it would be 0.0001
    with pytest.raises(ValueError, match="a sum and a count"):
        Order.objects.aggregate(mean=Avg("amount"))


@pytest.mark.django_db
def test_amounts_are_compared_and_found_exactly():
    factories.order("0.30")
    found = Order.objects.filter(amount=Decimal("0.1") + Decimal("0.2"))

    assert (found.count(), Order.objects.filter(amount__gt=Decimal("0.2999")).count()) == (1, 1)


@pytest.mark.django_db
def test_a_form_shows_what_it_stored_and_stores_what_it_shows():
    target = factories.target("1234.50")
    form_class = modelform_factory(Target, fields=["department", "month", "net_sales"])
    shown = form_class(instance=target)
    data = {name: shown[name].value() for name in shown.fields} | {"month": "2026-03"}

    form = form_class(data, instance=Target.objects.get())

    assert form.is_valid(), form.errors
    assert (form.has_changed(), str(form.save().net_sales)) == (False, "1234.50")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["1.23456", "abc", "NaN", "1e400", "12345678901234567890", "", "１.２３４５６"]
)
def test_a_form_refuses_what_the_column_cannot_hold(text):
    target = factories.target("1000.00")
    form_class = modelform_factory(Target, fields=["net_sales"])

    form = form_class({"net_sales": text}, instance=target)

    assert list(form.errors) == ["net_sales"]
    assert Target.objects.get().net_sales == Decimal("1000.00")


@pytest.mark.parametrize(
    ("field", "value", "steps"),
    [
        (MoneyField, "1.2345", 12345),
        (MoneyField, "-0.0001", -1),
        (ShareField, "0.5", 5000),
        (RateField, "0.0000000001", 1),
        (RateField, "9.0519", 90_519_000_000),
    ],
)
def test_a_value_is_a_whole_number_of_steps(field, value, steps):
    assert (field.to_steps(value), field.from_steps(steps)) == (steps, Decimal(value))


@pytest.mark.django_db
def test_a_rate_must_be_above_nothing():
    rate = FxRate(date=MARCH, from_currency="EUR", to_currency="CNY", rate=Decimal(0))

    with pytest.raises(ValidationError) as refused:
        rate.full_clean()

    assert list(refused.value.message_dict) == ["rate"]


@pytest.mark.parametrize("text", ["2026-03", "2026-03-01"])
def test_a_month_is_read_as_its_first_day(text):
    field = Target._meta.get_field("month")

    assert (field.to_python(text), field.formfield().clean(text)) == (MARCH, MARCH)


@pytest.mark.parametrize(
    "text", ["2026-03-02", "2026-13", "march", "2026-02-30", "9999-12", "0001-01"]
)
def test_what_is_no_month_is_refused(text):
    field = Target._meta.get_field("month")

    with pytest.raises(ValidationError):
        field.to_python(text)


@pytest.mark.django_db
def test_a_day_inside_a_month_is_no_month():
    target = factories.target()
    target.month = date(2026, 3, 2)

    with pytest.raises(ValidationError) as refused:
        target.full_clean()

    assert refused.value.message_dict == {"month": ["A month is given as YYYY-MM."]}
