"""Lists in the admin: 200,000 SKUs and 400,000 listings against 2,000 and 4,000.

The floor is the same page on the short tables. Every form answers each kind of page once; how
the slowest pages of each kind compare is printed below the table, with P11: a search without a
match against the page of one record.
"""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.db import connection, connections
from django.test import Client

from bench.catalogue import build
from catalog.models import Listing, Sku
from opsdesk.admin.base import LIST_BOUND

GOAL_ID = "P10"
GOAL = 1.5
SHORT = 2_000
PAGE = 50

_SKUS, _LISTINGS = "/admin/catalog/sku/", "/admin/catalog/listing/"
KINDS = {
    "skus": (_SKUS, ""),
    "skus, sorted": (_SKUS, "o=1"),
    "skus, sorted downwards": (_SKUS, "o=-1"),
    "skus, last page": (_SKUS, "p={last}"),
    "skus, search rare": (_SKUS, "q=needle"),
    "skus, search common": (_SKUS, "q=cup"),
    "skus, search none": (_SKUS, "q=nowhere"),
    "listings": (_LISTINGS, ""),
    "listings, by status": (_LISTINGS, "status__exact=paused"),
    "listings, by store": (_LISTINGS, "store__id__exact={store}"),
    "listings, last page": (_LISTINGS, "p={last}"),
    "listings, search rare": (_LISTINGS, "q=needle"),
    "listings, search common": (_LISTINGS, "q=cup"),
    "listings, search none": (_LISTINGS, "q=nowhere"),
}
RECORD = "one SKU"

_twin: list[Any] = []
_pages: dict[str, dict[str, str]] = {}
_seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
_clients: dict[str, Client] = {}


def prepare(size: int) -> None:
    """Fill the database with two SKUs per order asked for, and an empty twin with few."""
    _twin[:] = [_empty_twin()]
    with _on_twin():
        _learn("short", min(SHORT, 2 * size))
    _learn("long", 2 * size)


def _learn(name: str, skus: int) -> None:
    made = build(skus)
    _clients[name] = Client(SERVER_NAME="localhost")
    _clients[name].force_login(made.user)
    last = {
        _SKUS: min(skus, LIST_BOUND) // PAGE,
        _LISTINGS: min(made.seen_listings, LIST_BOUND) // PAGE,
    }
    _pages[name] = {
        kind: f"{path}?{query}".format(last=last[path], store=made.store)
        for kind, (path, query) in KINDS.items()
    }
    _pages[name][RECORD] = f"{_SKUS}{made.sku}/change/"


def reset() -> None:
    """Reading changes nothing."""


def floor() -> Any:
    """Every page on the short tables."""
    with _on_twin():
        return _walk("short", "floor")


def ours() -> Any:
    """Every page on the long tables."""
    return _walk("long", "ours")


def typical() -> Any:
    """Every page on the long tables as Django's own admin asks for it: counted, and scanned."""
    with _plain(Sku, ["code", "title"]), _plain(Listing, ["seller_sku", "external_id", "title"]):
        return _walk("long", "typical")


def _walk(tables: str, form: str) -> Any:
    kinds = list(_pages[tables])
    random.shuffle(kinds)
    shown = {}
    for kind in kinds:
        began = time.perf_counter()
        answer = _clients[tables].get(_pages[tables][kind])
        answer.render() if hasattr(answer, "render") else None
        _seconds[form][kind].append(time.perf_counter() - began)
        rows = answer.context_data.get("cl") if answer.status_code == 200 else None
        shown[kind] = (answer.status_code, len(rows.result_list) if rows else 0)
    return shown


def tell() -> Iterator[str]:
    """Yield how each kind of page compares: the slowest of twenty, and P11."""
    slowest = {
        form: {kind: _p95(times) for kind, times in kinds.items()}
        for form, kinds in _seconds.items()
    }
    for kind in slowest["ours"]:
        ratios = [slowest[form][kind] / slowest["floor"][kind] for form in ("ours", "typical")]
        yield f"      {kind:<28} {ratios[0]:>8.2f} {ratios[1]:>8.2f}"
    for noun in ("skus", "listings"):
        none = slowest["ours"][f"{noun}, search none"] / slowest["ours"][RECORD]
        word = "kept" if none <= 5 else "missed"
        yield f"P11   {noun + ', none : record':<28} {none:>8.2f} {'':>8} {'':>8} {5:>6.2f}  {word}"


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


@contextmanager
def _plain(model: Any, columns: list[str]) -> Iterator[None]:
    """Let the list of ``model`` count all rows and compare every one with what is asked for."""
    page = admin.site._registry[model]
    page.paginator, page.search_fields = Paginator, columns
    page.get_search_results = lambda *asked: ModelAdmin.get_search_results(page, *asked)
    try:
        yield
    finally:
        for name in ("paginator", "search_fields", "get_search_results"):
            delattr(page, name)


@contextmanager
def _on_twin() -> Iterator[None]:
    """Ask the twin where the database is asked for."""
    own = connections["default"]
    connections["default"] = _twin[0]
    try:
        yield
    finally:
        connections["default"] = own


def _empty_twin() -> Any:
    """Return a connection to a copy of the database as it is now: migrated and empty."""
    here = connections["default"]
    if here.vendor == "postgresql":
        here.creation.clone_test_db(suffix="short", autoclobber=True, verbosity=0)
        settings = here.creation.get_test_db_clone_settings("short")
        return type(here)(settings, "default")
    twin = type(here)(here.settings_dict | {"NAME": ":memory:"}, "default")
    twin.ensure_connection()
    here.ensure_connection()
    here.connection.backup(twin.connection)
    return twin


def close() -> None:
    """Take the twin away."""
    for twin in _twin:
        twin.close()
        if connection.vendor == "postgresql":
            connection.creation._destroy_test_db(twin.settings_dict["NAME"], verbosity=0)
    _twin.clear()
