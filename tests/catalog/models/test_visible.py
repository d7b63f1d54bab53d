"""Who sees which rows of the catalogue."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from catalog import models
from tests import factories as make
from tests.factories import TODAY

pytestmark = pytest.mark.django_db

# Rows of a store are seen by who sees the store; the path leads to it.
OF_STORE = {
    models.StoreRating: "store",
    models.Violation: "store",
    models.Listing: "store",
    models.SellingCost: "store",
    models.ListingPrice: "listing__store",
    models.PriceOverride: "listing__store",
    models.CompetitorPrice: "listing__store",
    models.Promotion: "store",
    models.Experiment: "listing__store",
    models.ExperimentDay: "experiment__listing__store",
    models.ExperimentResult: "experiment__listing__store",
    models.TrafficDay: "store",
    models.Campaign: "store",
    models.AdDay: "campaign__store",
    models.TrafficRestatement: "store",
}
# What belongs to no store: for everybody who sees the catalogue, and machines bound to no store.
SUPPLY = (
    models.Product,
    models.Sku,
    models.InboundCost,
    models.Supplier,
    models.PurchaseOrder,
    models.InboundShipment,
    models.Warehouse,
    models.StockLevel,
    models.StockMovement,
    models.StockSnapshot,
    models.Stockout,
    models.AbcClass,
    models.Replenishment,
    models.UnlistedStock,
)


# Seen with the product that they are about.
OF_PRODUCT = (models.ProductSignal,)


def client_scope(*stores):
    for code in stores:
        make.store(code)
    return scope_of_client(make.api_client(stores=stores), TODAY)


@pytest.fixture
def two_listings():
    """A listing in the store of one's own department, and one in another's."""
    own = make.listing(store=make.store("own", department=make.department("own")))
    other = make.listing(store=make.store("other", department=make.department("other")))
    return own, other


@pytest.mark.parametrize(("model", "path"), OF_STORE.items())
def test_rows_of_a_store_are_asked_for_by_the_stores_one_sees(model, path):
    scope = make.scope(make.user(role=Role.SUPERVISOR, department=make.department("own")))
    wanted = model.objects.filter(**{f"{path}__in": models.Store.objects.visible_to(scope)})

    assert str(model.objects.visible_to(scope).query) == str(wanted.query)
    assert not model.objects.visible_to(make.scope(make.manager())).query.where


def test_a_listing_is_seen_by_who_sees_its_store(two_listings):
    own, other = two_listings
    supervisor = make.user(role=Role.SUPERVISOR, department=make.department("own"))

    seen = models.Listing.objects.visible_to(make.scope(supervisor))

    assert set(seen) == {own}
    assert set(models.Listing.objects.visible_to(make.scope(make.manager()))) == {own, other}
    assert set(models.Listing.objects.visible_to(make.scope(AnonymousUser()))) == set()
    assert set(models.Listing.objects.visible_to(client_scope("other"))) == {other}


@pytest.mark.parametrize("model", SUPPLY)
def test_what_belongs_to_no_store_is_for_who_sees_the_catalogue(model, two_listings):
    everything = model.objects.all().count()

    def count(scope):
        return model.objects.visible_to(scope).count()

    assert count(make.scope(make.user(role=Role.TEAM_MEMBER))) == everything
    assert count(make.scope(make.manager())) == everything
    assert count(make.scope(make.user())) == 0
    assert count(make.scope(AnonymousUser())) == 0
    assert count(client_scope()) == everything


def test_a_machine_of_a_store_sees_the_skus_listed_there_and_no_stock(two_listings):
    _own, other = two_listings
    warehouse = models.Warehouse.objects.create(code="w", name="W", country="CN")
    models.StockLevel.objects.create(warehouse=warehouse, sku=other.sku, on_hand=1)
    scope = client_scope("other")

    assert set(models.Sku.objects.visible_to(scope)) == {other.sku}
    assert set(models.Product.objects.visible_to(scope)) == {other.sku.product}
    assert set(models.StockLevel.objects.visible_to(scope)) == set()
    assert set(models.Warehouse.objects.visible_to(scope)) == set()


def test_a_signal_is_seen_by_who_sees_its_product(two_listings):
    signals = [
        models.ProductSignal.objects.create(
            product=listing.sku.product, kind="stock_age", verb="clear", evidence={},
            raised_on=TODAY, seen_on=TODAY,
        )
        for listing in two_listings
    ]  # fmt: skip

    def seen(scope):
        return set(models.ProductSignal.objects.visible_to(scope))

    assert seen(make.scope(make.user(role=Role.TEAM_MEMBER))) == set(signals)
    assert seen(client_scope("other")) == {signals[1]}
    assert seen(make.scope(make.user())) == set()
    assert seen(make.scope(AnonymousUser())) == set()
