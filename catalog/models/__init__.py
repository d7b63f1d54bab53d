"""Tables of the catalogue."""

from catalog.models.fx import FxRate, RateNews
from catalog.models.products import Category, GoodsClass, Product, RangeRole, Sku
from catalog.models.stores import (
    DirtyDay,
    Duty,
    FactFamily,
    Store,
    StoreAssignment,
    StoreDepartment,
    StoreStage,
    StoreStatus,
)

__all__ = [
    "Category",
    "DirtyDay",
    "Duty",
    "FactFamily",
    "FxRate",
    "GoodsClass",
    "Product",
    "RangeRole",
    "RateNews",
    "Sku",
    "Store",
    "StoreAssignment",
    "StoreDepartment",
    "StoreStage",
    "StoreStatus",
]
