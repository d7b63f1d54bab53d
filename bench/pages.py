"""Pages of lists on long tables against the same pages on short ones, in a twin of the database."""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.db import connection, connections
from django.test import Client

# Fills an empty database with so many rows and returns who looks, and what addresses name.
Build = Callable[[int], tuple[Any, Mapping[str, Any]]]
MOST = 5


class Pages:
    """Kinds of pages, by name: their addresses, with places for what a database names.

    ``record`` is the kind that shows one record, ``none`` those that search without a match, by
    noun; ``plain`` the models, with the columns that Django's own admin would search.
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        *,
        record: str,
        none: Mapping[str, str],
        plain: Mapping[Any, list[str]],
    ) -> None:
        self.kinds, self.record, self.none, self.plain = kinds, record, none, plain
        self.twin: Any = None
        self.pages: dict[str, dict[str, str]] = {}
        self.seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.clients: dict[str, Client] = {}

    def prepare(self, build: Build, short: int, long: int) -> None:
        """Fill the database, and an empty twin with few rows."""
        self.twin = _empty_twin()
        with self._on_twin():
            self._learn("short", build(short))
        self._learn("long", build(long))

    def _learn(self, name: str, made: tuple[Any, Mapping[str, Any]]) -> None:
        user, named = made
        self.clients[name] = Client(SERVER_NAME="localhost")
        self.clients[name].force_login(user)
        self.pages[name] = {kind: path.format(**named) for kind, path in self.kinds.items()}

    def floor(self) -> Any:
        """Every page on the short tables."""
        with self._on_twin():
            return self._walk("short", "floor")

    def ours(self) -> Any:
        """Every page on the long tables."""
        return self._walk("long", "ours")

    def typical(self) -> Any:
        """Every page on the long tables as Django's own admin asks: counted, and scanned."""
        with ExitStack() as plain:
            for model, columns in self.plain.items():
                plain.enter_context(_plain(model, columns))
            return self._walk("long", "typical")

    def _walk(self, tables: str, form: str) -> Any:
        kinds = list(self.pages[tables])
        random.shuffle(kinds)
        shown = {}
        for kind in kinds:
            began = time.perf_counter()
            answer = self.clients[tables].get(self.pages[tables][kind])
            answer.render() if hasattr(answer, "render") else None
            self.seconds[form][kind].append(time.perf_counter() - began)
            rows = answer.context_data.get("cl") if answer.status_code == 200 else None
            shown[kind] = (answer.status_code, len(rows.result_list) if rows else 0)
        return shown

    def tell(self) -> Iterator[str]:
        """Yield how each kind of page compares: the slowest of twenty, and P11."""
        slowest = {
            form: {kind: _p95(times) for kind, times in kinds.items()}
            for form, kinds in self.seconds.items()
        }
        for kind in slowest["ours"]:
            ratios = [slowest[form][kind] / slowest["floor"][kind] for form in ("ours", "typical")]
            yield f"      {kind:<28} {ratios[0]:>8.2f} {ratios[1]:>8.2f}"
        for noun, kind in self.none.items():
            none = slowest["ours"][kind] / slowest["ours"][self.record]
            word = "kept" if none <= MOST else "missed"
            name = f"{noun}, none : record"
            yield f"P11   {name:<28} {none:>8.2f} {'':>8} {'':>8} {MOST:>6.2f}  {word}"

    def close(self) -> None:
        """Take the twin away."""
        if self.twin is None:
            return
        self.twin.close()
        if connection.vendor == "postgresql":
            connection.creation._destroy_test_db(self.twin.settings_dict["NAME"], verbosity=0)

    @contextmanager
    def _on_twin(self) -> Iterator[None]:
        """Ask the twin where the database is asked for."""
        own = connections["default"]
        connections["default"] = self.twin
        try:
            yield
        finally:
            connections["default"] = own


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
