"""Rows found by a piece of their texts, and the index that knows them on both databases."""

import pytest
from django.db import connection

from catalog.models import Listing, Product, Sku
from opsdesk.models.search import holding
from tests import factories as make

pytestmark = pytest.mark.django_db

COLUMNS = ("code", "title")


def found(*words):
    rows = holding(Sku.objects.all(), words, COLUMNS)
    return sorted(rows.values_list("code", flat=True))


@pytest.fixture(autouse=True)
def skus():
    cup = make.product()
    make.sku("CUP-1", of=cup, title="Blue glass cup 玻璃杯子")
    make.sku("CUP-2", of=cup, title='Red "cup" 100% cotton_bag')
    make.sku("LAMP", of=cup, title="Desk lamp")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["cup"], ["CUP-1", "CUP-2"]),
        (["CUP"], ["CUP-1", "CUP-2"]),
        (["cup-1"], ["CUP-1"]),
        (["glass", "blue"], ["CUP-1"]),
        (["glass", "red"], []),
        (["璃杯子"], ["CUP-1"]),
        (["杯子"], ["CUP-1"]),  # shorter than a trigram
        (["p-"], ["CUP-1", "CUP-2"]),
        (['"cup"'], ["CUP-2"]),
        (["100%"], ["CUP-2"]),
        (["100x"], []),
        (["n_b"], ["CUP-2"]),
        (["nxb"], []),
        (["%"], ["CUP-2"]),
        (["nowhere"], []),
        (["\\"], []),
        (["a" * 300], []),
    ],
)
def test_every_word_must_stand_somewhere_in_the_texts(words, codes):
    assert found(*words) == codes


def test_what_changes_is_found_by_its_new_texts_only():
    Sku.objects.filter(code="LAMP").update(title="Floor light")
    make.sku("MUG", title="Tall mug")
    Sku.objects.filter(code="CUP-2").delete()

    assert found("lamp") == ["LAMP"]
    assert found("desk") == []
    assert found("floor") == ["LAMP"]
    assert found("tall") == ["MUG"]
    assert found("cup") == ["CUP-1"]


@pytest.mark.parametrize("model", [Product, Sku, Listing])
def test_the_index_outlives_every_migration(model):
    """SQLite drops the triggers of a table that a migration makes anew: make them again there."""
    name = f"{model._meta.db_table}_search"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = %s", [name])
            assert cursor.fetchone()[0] == 1
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s ORDER BY name",
            [model._meta.db_table],
        )
        names = [row[0] for row in cursor.fetchall()]

    assert names == [f"{name}_delete", f"{name}_insert", f"{name}_update"]


def test_postgresql_answers_from_the_index():
    if connection.vendor != "postgresql":
        pytest.skip("the plan is one of PostgreSQL")
    rows = holding(Sku.objects.all(), ["glass"], COLUMNS).order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()

    assert "catalog_sku_search" in plan
