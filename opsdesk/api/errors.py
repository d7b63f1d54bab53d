"""Every refusal of the API as an RFC 9457 problem document."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.db import DataError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from opsdesk.core.errors import Conflict, DomainError, InvalidTransition, NotAllowed, PeriodClosed

CONTENT_TYPE = "application/problem+json"
# What is no wrong input but a state of things; any other refusal of the business is 400.
_STATUS_OF = {NotAllowed: 403, Conflict: 409, InvalidTransition: 409, PeriodClosed: 409}


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to what a view raised; ``None`` for what is a fault of ours."""
    known = _known(exc)
    if known is None:
        return None
    headers = {}
    if header := getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(known, "wait", None):
        headers["Retry-After"] = str(int(wait))
    set_rollback()
    body = document(known.status_code, _sentence(known), code=_code(known))
    if isinstance(known, exceptions.ValidationError):
        body["errors"] = _fields(known.detail)
    return Response(body, known.status_code, headers=headers, content_type=CONTENT_TYPE)


def document(status: int, detail: str, *, code: str) -> dict[str, Any]:
    """Return a problem document; ``code`` is stable, ``detail`` is for people."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


def plain_problem(status: int) -> HttpResponse:
    """Return the answer to what no view was reached for, or what a view failed at."""
    sentences = {
        400: (_("The request cannot be understood."), "bad_request"),
        404: (_("There is nothing at this address. Addresses end in a slash."), "not_found"),
        500: (_("This is our fault and has been written down."), "fault"),
    }
    detail, code = sentences.get(status, (HTTPStatus(status).phrase, "refused"))
    body = document(status, detail, code=code)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def _known(exc: Exception) -> exceptions.APIException | None:
    """Return ``exc`` as what it is to the caller."""
    match exc:
        case exceptions.APIException():
            return exc
        case Http404():
            return exceptions.NotFound(_("There is no such record, or this key does not open it."))
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case DomainError():
            return _refusal(exc)
        case ModelError():
            return exceptions.ValidationError(
                exc.message_dict if hasattr(exc, "error_dict") else exc.messages
            )
        case BadRequest() | SuspiciousOperation():
            return exceptions.ParseError(_("The request cannot be understood."))
        case DataError() | OverflowError():
            sentence = _("A value is larger than anything that is kept.")
            return exceptions.ParseError(sentence, code="out_of_range")
    return None


def _refusal(refusal: DomainError) -> exceptions.APIException:
    known: exceptions.APIException
    if refusal.field:
        known = exceptions.ValidationError({refusal.field: [refusal.message]}, refusal.code)
    else:
        known = exceptions.APIException(refusal.message, refusal.code)
    kinds = (status for kind, status in _STATUS_OF.items() if isinstance(refusal, kind))
    known.status_code = next(kinds, 400)
    return known


def _sentence(known: exceptions.APIException) -> str:
    if isinstance(known, exceptions.ValidationError):
        return _("The request holds something that cannot be accepted.")
    if isinstance(known, exceptions.NotAuthenticated):
        return _("Send your key in the header “Authorization: Api-Key <key>”.")
    return str(known.detail)


def _code(known: exceptions.APIException) -> str:
    if not isinstance(known, exceptions.ValidationError):
        return str(known.get_codes())
    codes = known.get_codes()
    while isinstance(codes, dict | list):
        codes = next(iter(codes.values() if isinstance(codes, dict) else codes), "invalid")
    return str(codes)


def _fields(detail: Any) -> dict[str, list[str]]:
    """Return the sentences by the field they are about; a blank one: about no single field."""
    if not isinstance(detail, dict):
        detail = {"": detail}
    return {
        "" if name in ("__all__", "non_field_errors") else str(name): _sentences(found)
        for name, found in detail.items()
    }


def _sentences(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [f"{name}: {text}" for name, one in found.items() for text in _sentences(one)]
    if isinstance(found, list | tuple):
        return [text for one in found for text in _sentences(one)]
    return [str(found)]
