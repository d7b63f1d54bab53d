"""Resources whose natural key has several parts, such as a store and a day."""

from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.generics import GenericAPIView


class KeyedByParts(GenericAPIView):
    """Looks a row up by the parts of its address; ``part_fields`` names what they are.

    A part that is left out at the end asks for the row without it: the whole store's.
    """

    lookup_field = "key"
    lookup_value_regex = "[^/]+/[^/]+"
    part_fields: tuple[str, ...] = ()
    day_field = ""

    def get_object(self) -> Any:
        parts = self.kwargs["key"].split("/")
        asked: dict[str, Any] = {}
        for number, name in enumerate(self.part_fields):
            if number >= len(parts):
                asked[f"{name.rpartition('__')[0]}__isnull"] = True
            elif name == self.day_field:
                asked[name] = _day(parts[number])
            elif "\0" in parts[number]:
                raise Http404
            else:
                asked[name] = parts[number]
        found = get_object_or_404(self.filter_queryset(self.get_queryset()), **asked)
        self.check_object_permissions(self.request, found)
        return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
