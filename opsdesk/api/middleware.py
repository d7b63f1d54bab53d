"""The doorway of the API: no cookie goes in or out, and every answer is JSON with its headers."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from opsdesk.api.errors import plain_problem

PREFIX = "/api/"
POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
_KEY = re.compile(r"(opsd_\w{8})\w*", re.ASCII)


class ApiMiddleware:
    """Take cookies off requests to the API, and make what goes wrong before a view a problem.

    It stands before sessions and sign-ins, for which such a request is one of nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        # A key does not belong into an address; put there all the same, no log shall keep it.
        request.META["QUERY_STRING"] = _KEY.sub(r"\1", request.META.get("QUERY_STRING", ""))
        response = self.get_response(request)
        if response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
            response = _in_json(response)
        response.cookies.clear()
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        limit = getattr(request, "rate_limit", None)
        if limit is not None:
            for name, figure in zip(("Limit", "Remaining", "Reset"), limit, strict=True):
                response.headers[f"RateLimit-{name}"] = str(figure)
        return response


def _in_json(response: HttpResponse) -> HttpResponse:
    answer = plain_problem(response.status_code)
    for name, value in response.items():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer
