"""Choices among rows that a form reads once, however many of its fields offer them."""

from collections.abc import Iterable
from typing import Any

from django import forms


class OfferedField(forms.TypedChoiceField):
    """A choice of one of the rows that are offered; its value is the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)

    def offer(self, rows: Iterable[Any]) -> None:
        """Make ``rows`` what can be chosen."""
        found = {str(row.pk): row for row in rows}
        self.choices = [("", "---------"), *((key, str(row)) for key, row in found.items())]
        self.coerce = found.__getitem__
