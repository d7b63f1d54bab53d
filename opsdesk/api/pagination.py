"""Lists in pages that no row is lost or doubled between, however many there are."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class KeyPagination(CursorPagination):
    """Goes on after the last row by its natural key, which the view names in ``ordering``.

    That key must be unique: the cursor holds its value and nothing else.
    """

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    # The views name their own; without one the list is not to be paged.
    ordering = ("pk",)

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(getattr(view, "ordering", self.ordering))

    def decode_cursor(self, request: Any) -> Any:
        cursor = super().decode_cursor(request)
        if cursor is not None and "\0" in (cursor.position or ""):
            raise NotFound(self.invalid_cursor_message)
        return cursor
