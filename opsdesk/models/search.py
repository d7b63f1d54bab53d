"""Finding rows by a piece of their texts through an index, the same on SQLite and PostgreSQL.

PostgreSQL has a trigram index over the texts joined; SQLite a trigram table that triggers keep
true. Both find pieces of three characters or more; shorter ones are compared row by row.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, models
from django.db.migrations.operations.base import Operation
from django.db.models import F, Func, Q

SHORTEST = 3
FEW = 200


class Joined(Func):
    """The texts of ``columns``, one after the other in capitals: just as the index has them."""

    template = "UPPER(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = models.TextField()


class Holds(Func):
    """True for rows whose texts hold ``word``, answered by the index that ``AddSearch`` made."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, word: str, *columns: str) -> None:
        super().__init__(*[F(column) for column in columns])
        self.word = word

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        joined, params = Joined(*self.get_source_expressions()).as_sql(compiler, connection)
        sign = "\\"
        piece = self.word.upper()
        for special in (sign, "%", "_"):
            piece = piece.replace(special, sign + special)
        return f"{joined} LIKE %s ESCAPE '{sign}'", (*params, f"%{piece}%")

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple]:
        if len(self.word) < SHORTEST:
            return self.as_sql(compiler, connection)
        column = self.get_source_expressions()[0]
        alias = connection.ops.quote_name(column.alias)
        table = connection.ops.quote_name(search_table(column.target.model._meta.db_table))
        phrase = '"' + self.word.replace('"', '""') + '"'
        return (
            f'{alias}."id" IN (SELECT rowid FROM {table} WHERE texts MATCH %s)',  # noqa: S608
            (phrase,),
        )


def holding(rows: Any, words: Sequence[str], columns: Sequence[str]) -> Any:
    """Return of ``rows`` those whose ``columns``, joined, hold every one of ``words``."""
    found = Q()
    for word in words:
        found &= Q(Holds(word, *columns))
    if connections[rows.db].vendor == "sqlite":
        # SQLite would walk the list in its order until it has a page of them: to its end, where
        # there are few. Those are looked up by their numbers.
        every = rows.model._default_manager.order_by().filter(found)
        few = list(every.values_list("pk", flat=True)[: FEW + 1])
        if len(few) <= FEW:
            return rows.filter(pk__in=few)
    return rows.filter(found)


def search_table(table: str) -> str:
    """Return the name of the trigram table, or index, of ``table``."""
    return f"{table}_search"


class AddSearch(Operation):
    """Make ``columns`` of a model searchable by pieces; all of them must be NOT NULL."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, columns: Sequence[str]) -> None:
        self.model_name = model_name
        self.columns = tuple(columns)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of the models changes."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in _statements(editor.connection.vendor, table, self.columns):
            editor.execute(statement)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        name = search_table(table)
        if editor.connection.vendor == "postgresql":
            editor.execute(f'DROP INDEX IF EXISTS "{name}"')
            return
        for moment in ("insert", "update", "delete"):
            editor.execute(f'DROP TRIGGER IF EXISTS "{name}_{moment}"')
        editor.execute(f'DROP TABLE IF EXISTS "{name}"')

    def describe(self) -> str:
        return f"Make {', '.join(self.columns)} of {self.model_name} searchable"


def _statements(vendor: str, table: str, columns: Sequence[str]) -> list[str]:
    name = search_table(table)

    def joined(prefix: str = "") -> str:
        return " || ' ' || ".join(f'{prefix}"{column}"' for column in columns)

    if vendor == "postgresql":
        return [
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            f'CREATE INDEX "{name}" ON "{table}" USING gin ((UPPER({joined()})) gin_trgm_ops)',
        ]
    put = f'INSERT INTO "{name}" (rowid, texts) VALUES (NEW."id", {joined("NEW.")});'  # noqa: S608
    drop = f'DELETE FROM "{name}" WHERE rowid = OLD."id";'  # noqa: S608
    of = ", ".join(f'"{column}"' for column in columns)
    return [
        f"CREATE VIRTUAL TABLE \"{name}\" USING fts5(texts, tokenize='trigram')",
        f'INSERT INTO "{name}" (rowid, texts) SELECT "id", {joined()} FROM "{table}"',  # noqa: S608
        f'CREATE TRIGGER "{name}_insert" AFTER INSERT ON "{table}" BEGIN {put} END',
        f'CREATE TRIGGER "{name}_update" AFTER UPDATE OF {of} ON "{table}" BEGIN {drop} {put} END',
        f'CREATE TRIGGER "{name}_delete" AFTER DELETE ON "{table}" BEGIN {drop} END',
    ]
