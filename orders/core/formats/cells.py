"""What stands in one cell of a file: text, numbers, dates and times, read one way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from opsdesk.core.periods import local_instant

MARKS = (".", ",")
_SPACES = (" ", "\u00a0", "\u202f", "'")
_TOKENS = ("YYYY", "YY", "MM", "DD", "hh", "mm", "ss", "M", "D", "h")
_PARTS = {"Y": "year", "M": "month", "D": "day", "h": "hour", "m": "minute", "s": "second"}
# Two such numbers can be multiplied and rounded without leaving the money context.
_LONGEST_NUMBER = 28


def clean_cell(text: str) -> str:
    """Return the text of a cell without outer blanks and without a spreadsheet guard ``="…"``."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].replace('""', '"').strip()
    return text


def column_key(name: str) -> str:
    """Return the name of a column as it is compared: trimmed, in any case."""
    return clean_cell(name.lstrip("\ufeff")).casefold()


def parse_number(text: str, mark: str) -> Decimal | None:
    """Return the number written with the decimal mark ``mark``, or ``None`` where it is none.

    A sign, digits, at most one decimal mark, and groups of three before it. No exponents: a
    spreadsheet that wrote ``1E+05`` has already lost the digits.
    """
    sign, body = (text[0], text[1:].lstrip()) if text[:1] in ("-", "+") else ("", text)
    if not body or len(body) > _LONGEST_NUMBER:
        return None
    if not body.isascii():
        for space in _SPACES:
            body = body.replace(space, " ")
    whole, found, decimals = body.partition(mark)
    if found and not (decimals.isdigit() and decimals.isascii()):
        return None
    if not (whole.isdigit() and whole.isascii()):
        whole = "0" if not whole and found else _without_groups(whole, mark)
        if not whole:
            return None
    value = Decimal(f"{whole}.{decimals}" if found else whole)
    return -value if sign == "-" and value else value


def parse_whole(text: str, mark: str) -> int | None:
    """Return the whole number in the cell (``6`` and ``6.0`` are both six), or ``None``."""
    value = parse_number(text, mark)
    if value is None or value != value.to_integral_value():
        return None
    return int(value)


def mark_evidence(text: str) -> str:
    """Return the decimal mark that this number proves, ``?`` where it could be either, or ``""``.

    ``2.55`` proves the point, ``1.234,5`` the comma; ``1.234`` could be both.
    """
    body = text.lstrip("+-")
    dots, commas = body.count("."), body.count(",")
    digits = body.replace(".", "").replace(",", "")
    if not (dots or commas) or not (digits.isdigit() and digits.isascii()):
        return ""
    if dots and commas:
        last = "." if body.rfind(".") > body.rfind(",") else ","
        return last if body.count(last) == 1 else ""
    mark, other = (".", ",") if dots else (",", ".")
    if dots + commas > 1:
        return other
    whole, _, decimals = body.partition(mark)
    grouped = len(decimals) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return "?" if grouped else mark


@lru_cache(maxsize=64)
def time_format(text: str) -> tuple[str, ...]:
    """Take a pattern such as ``DD/MM/YYYY hh:mm`` apart, or raise ``ValueError``.

    YYYY YY MM DD hh mm ss stand for that many digits, M D h for one or two; all else is literal.
    """
    pieces: list[str] = []
    at = 0
    while at < len(text):
        piece = next((known for known in _TOKENS if text.startswith(known, at)), text[at])
        if piece in _TOKENS and any(p in _TOKENS and p[0] == piece[0] for p in pieces):
            raise ValueError(f"{piece} comes twice in {text!r}")
        if piece not in _TOKENS and piece.isalnum() and piece != "T":
            raise ValueError(f"{piece!r} means nothing in {text!r}")
        pieces.append(piece)
        at += len(piece)
    if not {"Y", "M", "D"} <= {piece[0] for piece in pieces if piece in _TOKENS}:
        raise ValueError(f"{text!r} needs a year, a month and a day")
    return tuple(pieces)


@lru_cache(maxsize=4096)
def parse_instant(text: str, pattern: str, zone_name: str) -> datetime | None:
    """Return the UTC instant in the cell, or ``None`` where it does not fit ``pattern``.

    ``iso`` takes ISO 8601, whose offset wins over the zone. A local time that happens twice in
    the night the clock goes back is taken as the first; one that is skipped in the night it goes
    forward is moved forward by the gap.
    """
    try:
        if pattern == "iso":
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        else:
            moment = _wall_time(text, time_format(pattern))
        return local_instant(moment, zone_name)
    except (ValueError, OverflowError):
        return None


def _wall_time(text: str, pieces: tuple[str, ...]) -> datetime:
    numbers = {"hour": 0, "minute": 0, "second": 0}
    at = 0
    for piece in pieces:
        if piece not in _TOKENS:
            if not text.startswith(piece, at):
                raise ValueError(text)
            at += len(piece)
            continue
        width = len(piece)
        if width == 1 and text[at + 1 : at + 2].isdigit():
            width = 2
        digits = text[at : at + width]
        if len(digits) != width or not (digits.isdigit() and digits.isascii()):
            raise ValueError(text)
        numbers[_PARTS[piece[0]]] = int(digits) + (2000 if piece == "YY" else 0)
        at += width
    if at != len(text):
        raise ValueError(text)
    return datetime(**numbers)  # type: ignore[arg-type]  # noqa: DTZ001


def _without_groups(whole: str, mark: str) -> str:
    """Return the digits of ``1,234,567``, or nothing where the groups are not of three."""
    for separator in (*(m for m in MARKS if m != mark), *_SPACES):
        first, *groups = whole.split(separator)
        if not groups:
            continue
        digits = first.isdigit() and 1 <= len(first) <= 3 and first.isascii()
        if digits and all(len(g) == 3 and g.isdigit() and g.isascii() for g in groups):
            return first + "".join(groups)
    return ""
