"""The address map."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from rest_framework.routers import SimpleRouter

from accounts.api.clients import Me
from catalog.api.competitors import CompetitorSet
from catalog.api.counts import SnapshotSet
from catalog.api.experiments import ExperimentSet
from catalog.api.listings import ListingSet
from catalog.api.pricing import PriceSet
from catalog.api.products import CategorySet, ProductSet, SkuSet
from catalog.api.promotions import PromotionSet
from catalog.api.purchasing import InboundShipmentSet, PurchaseOrderSet
from catalog.api.signals import SignalSet
from catalog.api.standing import RatingSet, ViolationSet
from catalog.api.stock import LevelSet, MovementSet, WarehouseSet
from catalog.api.stores import StoreSet
from catalog.api.suppliers import SupplierSet
from catalog.api.traffic import AdSet, TrafficSet
from opsdesk.api.views import ApiRoot, nothing_here
from orders.api.channels import ChannelSet
from orders.api.customers import CustomerSet
from orders.api.disputes import DisputeSet
from orders.api.orders import OrderSet
from orders.api.refunds import RefundSet
from orders.api.returns import ReturnSet
from orders.api.reviews import ReviewSet
from orders.api.shipment_exceptions import ExceptionSet
from orders.api.shipments import ShipmentSet
from orders.api.tickets import TicketSet

SETS = {
    "stores": ("store", StoreSet),
    "categories": ("category", CategorySet),
    "products": ("product", ProductSet),
    "product-signals": ("product-signal", SignalSet),
    "skus": ("sku", SkuSet),
    "prices": ("price", PriceSet),
    "suppliers": ("supplier", SupplierSet),
    "purchase-orders": ("purchase-order", PurchaseOrderSet),
    "inbound-shipments": ("inbound-shipment", InboundShipmentSet),
    "store-ratings": ("store-rating", RatingSet),
    "violations": ("violation", ViolationSet),
    "traffic": ("traffic", TrafficSet),
    "ads": ("ad", AdSet),
    "warehouses": ("warehouse", WarehouseSet),
    "stock-levels": ("stocklevel", LevelSet),
    "stock-movements": ("stockmovement", MovementSet),
    "stock-snapshots": ("stocksnapshot", SnapshotSet),
    "competitor-prices": ("competitorprice", CompetitorSet),
    "listings": ("listing", ListingSet),
    "promotions": ("promotion", PromotionSet),
    "experiments": ("experiment", ExperimentSet),
    "orders": ("order", OrderSet),
    "tickets": ("ticket", TicketSet),
    "disputes": ("dispute", DisputeSet),
    "customers": ("customer", CustomerSet),
    "reviews": ("review", ReviewSet),
    "channels": ("channel", ChannelSet),
    "shipments": ("shipment", ShipmentSet),
    "shipment-exceptions": ("shipment-exception", ExceptionSet),
    "returns": ("return", ReturnSet),
    "refunds": ("refund", RefundSet),
}
router = SimpleRouter()
for name, (basename, view_set) in SETS.items():
    router.register(name, view_set, basename=basename)
API = {"me": "api:me"} | {name: f"api:{basename}-list" for name, (basename, _set) in SETS.items()}

api = [
    path("", ApiRoot.as_view(entries=API), name="root"),
    path("me/", Me.as_view(), name="me"),
    *router.urls,
]
urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", include("accounts.admin.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api, "api"))),
    # Whatever else begins like the API is answered as by the API, never by a page.
    re_path(r"^api/", nothing_here),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
]
