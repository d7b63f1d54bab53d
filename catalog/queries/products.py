"""Categories, products and SKUs by code."""

from collections.abc import Iterable

from catalog.models import Category, Product, Sku


def skus_by_code(codes: Iterable[str]) -> dict[str, Sku]:
    """Return the SKUs with these codes; a code that nobody knows is left out."""
    return {sku.code: sku for sku in Sku.objects.filter(code__in=set(codes))}


def products_by_code(codes: Iterable[str]) -> dict[str, Product]:
    """Return the products with these codes."""
    return {product.code: product for product in Product.objects.filter(code__in=set(codes))}


def categories_by_code(codes: Iterable[str]) -> dict[str, Category]:
    """Return the categories with these codes, with their parents and grandparents."""
    found = Category.objects.filter(code__in=set(codes)).select_related("parent__parent")
    return {category.code: category for category in found}
