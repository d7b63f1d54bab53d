"""Lists of many rows: searched through an index, sorted only by what an index sorts."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from opsdesk.admin.base import SEARCH_LENGTH, DeskAdmin
from opsdesk.models.search import holding

MOST_WORDS = 8
FEW = 200


class SearchedAdmin(DeskAdmin):
    """A list that stays fast at any length.

    ``search_fields`` are the columns, in order, that ``AddSearch`` joined in a migration: a row
    is found when every word asked for stands somewhere in them. ``sortable_by`` must name what
    may be sorted by, each with an index of its own.
    """

    sortable_by: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, rows: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        words = search_term.replace("\0", "")[:SEARCH_LENGTH].split()[:MOST_WORDS]
        if not words:
            return rows, False
        columns: Any = self.search_fields
        # Few are looked up by their numbers. A plan that walks the list in its order until it has
        # a page of them would walk to its end.
        every = holding(self.model._default_manager.order_by(), words, columns)
        few = list(every.values_list("pk", flat=True)[: FEW + 1])
        if len(few) <= FEW:
            return rows.filter(pk__in=few), False
        return holding(rows, words, columns), False
