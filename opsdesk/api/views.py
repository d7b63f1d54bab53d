"""What every resource of the API is made of, and the list of what there is."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from opsdesk.api.errors import plain_problem

PAGING = frozenset({"cursor", "page_size"})


class KnownParameters:
    """Refuses a parameter of the address that the view does not know.

    Passed over in silence, a mistyped filter would answer everything.
    """

    parameters: frozenset[str] = frozenset()
    http_method_names = ("get", "head")

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        unknown = sorted(set(request.query_params) - self.known_parameters())
        if unknown:
            sentence = _("There is no such parameter here.")
            raise ValidationError({name: [sentence] for name in unknown}, code="unknown_parameter")

    def known_parameters(self) -> frozenset[str]:
        """Return the parameters that this request may have."""
        return self.parameters


class ReadableSet(KnownParameters, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """A resource to be listed and looked up by its natural key.

    ``resource`` names it for the rights, ``ordering`` its natural key; ``get_queryset`` starts
    from ``visible_to(self.request.scope)``.
    """

    resource = ""

    def known_parameters(self) -> frozenset[str]:
        if self.action != "list":
            return frozenset()
        return PAGING | set(self.filterset_class.base_filters)


class ApiRoot(KnownParameters, GenericAPIView):
    """What the API holds, as addresses by name."""

    entries: Mapping[str, str] = {}

    def get(self, request: Any) -> Response:
        return Response({name: reverse(url, request=request) for name, url in self.entries.items()})


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address of the API that nothing stands at."""
    return plain_problem(404)
