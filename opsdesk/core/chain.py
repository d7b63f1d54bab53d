"""What the entries, seals and head of the audit trail are signed by.

Each entry is signed over its own content and number, so that altering, swapping, copying or
inserting one is seen. Entries are sealed in batches, each seal signed over the one before it, so
that a missing entry is seen. The head is signed over the last seal, so that a missing end is seen.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

Ranges = list[list[int]]

# The digest before the first seal.
GENESIS = "0" * 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def micros(at: datetime) -> int:
    """Return the instant as microseconds of UTC, which every database keeps in full."""
    return (at - EPOCH) // _MICROSECOND


def plain(detail: Any) -> Any:
    """Return the detail as it will be read again, or raise ``TypeError`` for a broken number.

    Databases write 1e2 and 100.0 each in their own way: amounts stand in the trail as text.
    """
    text = json.dumps(detail)
    return json.loads(text, parse_float=_refused, parse_constant=_refused)


def _refused(number: str) -> NoReturn:
    raise TypeError(f"{number} cannot stand in the audit trail; write it as text")


def entry_mac(key: bytes, content: Sequence[Any]) -> str:
    """Return the signature of an entry.

    ``content`` is id, time (microseconds), actor, client, name of the actor, verb, model, id of the
    record, record, detail.
    """
    return _signed(key, ["entry", *content])


def seal_digest(key: bytes, previous: str, content: Sequence[Any], macs: Iterable[str]) -> str:
    """Return the signature of a seal over the one before it and the entries it covers.

    ``content`` is number, ranges, count, time (microseconds).
    """
    return _signed(key, ["seal", previous, *content, "".join(macs)])


def head_mac(key: bytes, number: int, digest: str, entries: int) -> str:
    """Return the signature of the head: the last seal and how many entries are sealed."""
    return _signed(key, ["head", number, digest, entries])


def _signed(key: bytes, content: list[Any]) -> str:
    return hmac.digest(key, _encode(content).encode(), "sha256").hex()


def ranges_of(numbers: Iterable[int]) -> Ranges:
    """Return the numbers as ranges of first and last, in order."""
    found: Ranges = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def joined(ranges: Iterable[Sequence[int]]) -> Ranges:
    """Return the ranges in order, those that follow each other as one."""
    found: Ranges = []
    for first, last in sorted(map(tuple, ranges)):
        if found and found[-1][1] == first - 1:
            found[-1][1] = last
        else:
            found.append([first, last])
    return found


def well_formed(ranges: Any, count: Any, most: int) -> bool:
    """Tell whether these can be the ranges of a seal: in order, apart, and ``count`` numbers."""
    if not isinstance(ranges, list) or not isinstance(count, int) or not 0 < count <= most:
        return False
    last, total = 0, 0
    for one in ranges:
        if not isinstance(one, list) or len(one) != 2 or any(type(n) is not int for n in one):
            return False
        if not last < one[0] <= one[1]:
            return False
        last, total = one[1], total + one[1] - one[0] + 1
    return total == count
