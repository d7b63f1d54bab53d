"""Lists of many rows: searched through an index, sorted only by what an index sorts."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from opsdesk.admin.base import SEARCH_LENGTH, DeskAdmin
from opsdesk.models.search import holding

MOST_WORDS = 8


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
        columns: Any = self.search_fields
        return (holding(rows, words, columns) if words else rows), False
