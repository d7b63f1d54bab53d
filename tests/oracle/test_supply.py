"""ABC classes and proposals for the real orders, against the independent calculation."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from catalog.actions.snapshots import Counted, take_snapshot
from catalog.models import AbcClass, Replenishment, Sku, SkuDemand
from tests import factories as make
from tests.oracle import online_retail as oracle
from tests.oracle import supply

pytestmark = [pytest.mark.slow, pytest.mark.real_data]
AS_OF = date(2011, 12, 9)
NOON = datetime(2011, 12, 9, 12, tzinfo=UTC)


def keeping(codes):
    """Other terms for each code: some run short, some have plenty, some name no lead time."""
    return {
        code: supply.Keeping(
            30 if number % 5 == 0 else 7 * (number % 5), 3 * (number % 7), 1 + 17 * (number % 40)
        )
        for number, code in enumerate(codes)
    }


@pytest.fixture(scope="session")
def documents():
    return oracle.read_documents()


@pytest.fixture(scope="session")
def kept(documents):
    return keeping(supply.codes_of(documents))


@pytest.fixture(scope="session")
def supplied(loaded_online_retail, tmp_path_factory, django_db_blocker, kept):
    """A copy of the loaded database whose SKUs came after the orders, after one night."""
    database = loaded_online_retail.copy(tmp_path_factory.mktemp("supply") / "var")
    with database.opened(django_db_blocker):
        product = make.product(status="on_sale")
        Sku.objects.bulk_create(
            Sku(
                code=code,
                product=product,
                lead_time_days=None if own.lead_days == 30 else own.lead_days,
                safety_stock=own.safety,
            )
            for code, own in kept.items()
        )
        skus = Sku.objects.in_bulk(list(kept), field_name="code")
        counts = {skus[code]: own.there for code, own in kept.items()}
        take_snapshot(Counted(make.warehouse("W1"), "N1", NOON, counts), make.mover(at=NOON))
    database.run("nightly", "--as-of", AS_OF)
    yield database
    database.drop()


@pytest.fixture(scope="session")
def demand(documents):
    return supply.demand(documents, oracle.pound_in("CNY"), AS_OF)


def test_demand_equals_the_lines_of_the_file(supplied, demand, django_db_blocker):
    with supplied.opened(django_db_blocker):
        found = {}
        rows = SkuDemand.objects.filter(day__gte=date(2011, 9, 11), day__lte=AS_OF)
        for code, units, sales in rows.values_list("sku__code", "units", "sales"):
            pieces, yuan = found.get(code, (0, Decimal(0)))
            found[code] = pieces + units, yuan + sales

    assert found == {code: (sum(own.pieces), own.yuan) for code, own in demand.items()}


def test_abc_classes_equal_the_independent_ones(supplied, demand, kept, django_db_blocker):
    with supplied.opened(django_db_blocker):
        found = dict(AbcClass.objects.values_list("sku__code", "letter"))

    sales = {code: demand[code].yuan if code in demand else Decimal(0) for code in kept}
    assert found == supply.letters(sales)
    assert {"A", "B", "C"} == set(found.values())


def test_proposals_equal_the_independent_ones(supplied, demand, kept, django_db_blocker):
    columns = ("sku__code", "mean", "deviation", "reorder_point", "quantity")
    with supplied.opened(django_db_blocker):
        found = {code: rest for code, *rest in Replenishment.objects.values_list(*columns)}

    expected = {}
    for code, own in kept.items():
        pieces = demand[code].pieces if code in demand else [0] * 90
        if row := supply.wanted(pieces, own):
            expected[code] = row
    assert {code: rest[2:] for code, rest in found.items()} == {
        code: [row.point, row.quantity] for code, row in expected.items()
    }
    # mean and deviation are kept to four places: half a unit of the last is as near as they come
    near, half = Fraction(1, 20_000), Fraction(1, 20_000)
    for code, (mean, deviation, *_rest) in found.items():
        assert abs(Fraction(mean) - expected[code].mean) <= near
        below, above = Fraction(deviation) - half, Fraction(deviation) + half
        assert max(below, 0) ** 2 <= expected[code].variance <= above**2
    # some of every kind: most codes sell too seldom to run short
    assert 500 < len(found) < len(kept)
