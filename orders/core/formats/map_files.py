"""The text of a column map: JSON, read before its meaning is looked at."""

import json
from typing import Any

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from orders.core.formats.conditions import refusal

MAX_MAP_BYTES = 1_000_000


def read_map(content: bytes) -> dict[str, Any]:
    """Return the JSON object that a column map's file holds, or raise ``InvalidData``."""
    if len(content) > MAX_MAP_BYTES:
        raise refusal("file", _("it is larger than a megabyte"))
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_no_twins)
    except (ValueError, RecursionError) as error:
        message = _("The column map is not JSON: %(error)s.")
        raise InvalidData(message % {"error": error}, code="map", field="map") from error
    if not isinstance(found, dict) or not found:
        raise InvalidData(_("The column map is not a JSON object."), code="map", field="map")
    return found


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise refusal(twice, _("the key is given twice"))
    return found
