"""Categories, products and SKUs as they come from outside."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from catalog.actions.selection import PRODUCT_COURSE
from catalog.core.items import (
    CategoryItem,
    ProductItem,
    SkuItem,
    check_category,
    check_product,
    check_sku,
)
from catalog.core.lifecycle import ProductStatus
from catalog.models import Category, Product, Sku
from catalog.queries.products import categories_by_code, products_by_code, skus_by_code
from opsdesk.actions.audit import Actor, record_many
from opsdesk.actions.moves import Mover, begin_many
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.wording import twice

LEVELS = 3
Item = TypeVar("Item", CategoryItem, ProductItem, SkuItem)


@transaction.atomic
def upsert_categories(
    items: Sequence[CategoryItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the categories, one answer per item; a parent may stand earlier in the same call."""
    known = categories_by_code({item.code for item in items} | {item.parent for item in items})
    outcomes: list[Outcome] = []
    for item, faults in _looked_at(items, check_category):
        if faults is not None:
            outcomes.append(faults)
            continue
        parent = known.get(item.parent)
        fault = _parent_fault(item, parent)
        if fault:
            outcomes.append(refused("parent", fault, item.source_row))
            continue
        outcome, category = _save(
            Category, known.get(item.code), {"code": item.code, "name": item.name, "parent": parent}
        )
        known[item.code] = category
        outcomes.append(outcome)
    _audit(Category, (items, outcomes, known), by=by, at=at)
    return outcomes


@transaction.atomic
def upsert_products(
    items: Sequence[ProductItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the products, one answer per item; the category must be there."""
    known = products_by_code(item.code for item in items)
    categories = categories_by_code(item.category for item in items)
    fresh: dict[str, Product] = {}
    outcomes: list[Outcome] = []
    for item, faults in _looked_at(items, check_product):
        if faults is not None:
            outcomes.append(faults)
        elif item.category not in categories:
            message = _("There is no category %(code)s.") % {"code": item.category}
            outcomes.append(refused("category", message, item.source_row))
        else:
            given: dict[str, Any] = {
                "title": item.title,
                "category_id": categories[item.category].pk,
                "brand": item.brand,
            }
            given |= {name: getattr(item, name) for name in _KINDS if getattr(item, name)}
            given |= {n: getattr(item, n) for n in _MARKS if getattr(item, n) is not None}
            stored = known.get(item.code)
            # What comes from outside is sold already.
            given |= {} if stored else {"status": ProductStatus.ON_SALE}
            outcomes.append(_draft(Product, stored, (item.code, given), fresh))
    _write(Product, fresh, ("title", "category", "brand", *_KINDS, *_MARKS))
    begun = [fresh[code] for code in sorted(fresh) if code not in known]
    begin_many(PRODUCT_COURSE, begun, Mover(at, by))
    _audit(Product, (items, outcomes, fresh), by=by, at=at)
    return outcomes


@transaction.atomic
def upsert_skus(items: Sequence[SkuItem], *, by: Actor | None, at: datetime) -> list[Outcome]:
    """Store the SKUs, one answer per item; the product must be there.

    A new cost holds for orders placed from now on: an order line keeps the cost it was sold at.
    """
    known = skus_by_code(item.code for item in items)
    products = products_by_code(item.product for item in items)
    fresh: dict[str, Sku] = {}
    outcomes: list[Outcome] = []
    for item, faults in _looked_at(items, check_sku):
        if faults is not None:
            outcomes.append(faults)
        elif item.product not in products:
            message = _("There is no product %(code)s: load the products first.")
            outcomes.append(refused("product", message % {"code": item.product}, item.source_row))
        else:
            given: dict[str, Any] = {"product_id": products[item.product].pk, "title": item.title}
            if item.unit_cost is not None:
                given |= {"unit_cost": item.unit_cost, "cost_currency": item.cost_currency}
            given |= {n: getattr(item, n) for n in _AMOUNTS if getattr(item, n) is not None}
            outcomes.append(_draft(Sku, known.get(item.code), (item.code, given), fresh))
    _write(Sku, fresh, ("product", "title", "unit_cost", "cost_currency", *_AMOUNTS))
    _audit(Sku, (items, outcomes, fresh), by=by, at=at)
    return outcomes


_KINDS = ("goods_class", "range_role", "product_type")
_MARKS = ("special_stock", "high_ticket")
_AMOUNTS = ("weight_g", "safety_stock", "lead_time_days")


def _looked_at(
    items: Sequence[Item], check: Callable[[Item], list[Any]]
) -> list[tuple[Item, Outcome | None]]:
    """Return each item with its refusal, where its shape or a twin before it asks for one."""
    seen: set[str] = set()
    found: list[tuple[Item, Outcome | None]] = []
    for item in items:
        if faults := check(item):
            found.append((item, Outcome(State.ERROR, tuple(faults))))
        elif item.code in seen:
            found.append((item, refused("code", twice(item.code), item.source_row)))
        else:
            found.append((item, None))
        seen.add(item.code)
    return found


@transaction.atomic
def save_category(category: Category, *, by: Actor | None, at: datetime) -> Category:
    """Store a category as somebody edited it; ``InvalidData`` for a fourth level or a loop."""
    above = (
        Category.objects.select_related("parent__parent").filter(pk=category.parent_id or 0).first()
    )
    item = CategoryItem(category.code, category.name, above.code if above else "")
    if fault := _parent_fault(item, above) or _depth_fault(category, above):
        raise InvalidData(fault, field="parent")
    return save_record(category, by=by, at=at)


def _depth_fault(category: Category, above: Category | None) -> str:
    """Say why what hangs below a category would come to stand too deep, or nothing."""
    children = Category.objects.filter(parent=category.pk) if category.pk else []
    grandchildren = Category.objects.filter(parent__parent=category.pk) if category.pk else []
    below = 2 if grandchildren else 1 if children else 0
    parents = 0 if above is None else 2 if above.parent else 1
    return _("The category tree has at most three levels.") if parents + below + 1 > LEVELS else ""


def _parent_fault(item: CategoryItem, parent: Category | None) -> str:
    if not item.parent:
        return ""
    if parent is None:
        return _("There is no category %(code)s.") % {"code": item.parent}
    if parent.code == item.code:
        return _("A category cannot be its own parent.")
    levels, above = 2, parent
    while above.parent is not None:
        if above.parent.code == item.code:
            return _("%(code)s stands above %(parent)s already.") % {
                "code": item.code,
                "parent": item.parent,
            }
        levels, above = levels + 1, above.parent
    if levels > LEVELS:
        return _("The category tree has at most three levels.")
    return ""


def _save(
    model: type[Category], stored: Category | None, given: dict[str, Any]
) -> tuple[Outcome, Category]:
    if stored is None:
        return CREATED, model.objects.create(**given)
    changed = [name for name, value in given.items() if getattr(stored, name) != value]
    for name in changed:
        setattr(stored, name, given[name])
    if changed:
        stored.save(update_fields=changed)
    return (UPDATED if changed else UNCHANGED), stored


def _draft(
    model: type[models.Model],
    stored: Any,
    given: tuple[str, dict[str, Any]],
    fresh: dict[str, Any],
) -> Outcome:
    """Put the row to write into ``fresh`` unless it stands already as given."""
    code, values = given
    if stored is not None and all(getattr(stored, n) == value for n, value in values.items()):
        return UNCHANGED
    # What is not given keeps its stored value.
    kept = (
        {
            field.attname: getattr(stored, field.attname)
            for field in model._meta.concrete_fields
            if not field.primary_key
        }
        if stored is not None
        else {}
    )
    fresh[code] = model(**(kept | {"code": code} | values))
    return UPDATED if stored is not None else CREATED


def _write(model: type[Any], fresh: dict[str, Any], columns: tuple[str, ...]) -> None:
    model.objects.bulk_create(
        [fresh[code] for code in sorted(fresh)],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=columns,
    )


def _audit(
    model: type[models.Model],
    written: tuple[Sequence[Any], Sequence[Outcome], Mapping[str, Any]],
    *,
    by: Actor | None,
    at: datetime,
) -> None:
    items, outcomes, rows = written
    for verb, state in (("created", State.CREATED), ("changed", State.UPDATED)):
        pairs = zip(items, outcomes, strict=True)
        codes = [item.code for item, outcome in pairs if outcome.state == state]
        record_many(verb, model, [(rows[code].pk, code) for code in codes], by=by, at=at)
