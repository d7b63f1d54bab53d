"""Reading JSON that every database can keep, in bounded room."""

import json
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

DEPTH_AT_MOST = 20


class TooLarge(APIException):
    """A body of more bytes than are read."""

    status_code = 413
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """Refuses what is no JSON, and what PostgreSQL keeps in no text: NUL and halves of letters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(_("The body is larger than %(most)s bytes.") % {"most": most})
        try:
            found = json.loads(raw.decode(), parse_constant=_refuse_constant)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            sentence = _("The body is no JSON: %(error)s.") % {"error": error}
            raise ParseError(sentence) from None
        _refuse_unkeepable(found, depth=0)
        return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _refuse_unkeepable(value: Any, *, depth: int) -> None:
    if depth > DEPTH_AT_MOST:
        raise ParseError(_("The JSON is nested too deeply."))
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ParseError(_("The body holds a character that is not text."))
    elif isinstance(value, list):
        for one in value:
            _refuse_unkeepable(one, depth=depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            _refuse_unkeepable(key, depth=depth)
            _refuse_unkeepable(one, depth=depth + 1)
