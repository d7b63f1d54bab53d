"""What a file that is kept beside a record may be: told by its content, and named as what it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from opsdesk.core.errors import InvalidData

MEGABYTE = 1 << 20
NAME_LENGTH = 150
MOST_PIXELS = 50_000_000
PDF_START, PDF_END = b"%PDF-", b"%%EOF"
# What follows a file's end mark are a few spaces and line ends.
PDF_TAIL = 2048
PNG_START, JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# Markers of a JPEG that tell its size: those of Huffman tables, of extensions and of arithmetic
# coding stand among them and tell none.
SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE = frozenset({0x01, *range(0xD0, 0xD8)})
SCAN, END = 0xDA, b"\xff\xd9"
# Whoever makes a picture of more parts wants the reader to count, not to look.
MOST_PARTS = 20_000
CONTROLS = bytes(sorted({*range(32), 127} - set(b"\t\n\r\f")))
MORE_CONTROLS = [chr(code) for code in range(0x80, 0xA0)]


class FileKind(TextChoices):
    """The kinds of files that are kept, by their media types."""

    PDF = "application/pdf", pgettext_lazy("kind of file", "PDF")
    PNG = "image/png", pgettext_lazy("kind of file", "PNG picture")
    JPEG = "image/jpeg", pgettext_lazy("kind of file", "JPEG picture")
    TEXT = "text/plain", pgettext_lazy("kind of file", "text")


ENDINGS = {
    FileKind.PDF: (".pdf",),
    FileKind.PNG: (".png",),
    FileKind.JPEG: (".jpg", ".jpeg"),
    FileKind.TEXT: (".txt",),
}


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as somebody gave it, looked at and found to be one that is kept."""

    name: str
    kind: FileKind
    data: bytes


def look_at(name: str, data: bytes, most: int) -> GivenFile:
    """Return the file as it can be kept; ``most`` are the bytes it may have.

    Raises ``InvalidData`` in the user's words where it is empty, too large, a picture that is
    broken or would unpack to too many points, anything but the kinds that are kept, or named as
    something that it is not.
    """
    shown = shown_name(name)
    if not data:
        raise _refused(_("The file %(name)s is empty.") % {"name": shown})
    if len(data) > most:
        message = _("The file %(name)s is larger than the %(most)d MB that are taken.")
        words = {"name": shown, "most": max(1, most // MEGABYTE)}
        raise _refused(message % words, "too_large")
    kind = _kind(shown, data)
    endings = ENDINGS[kind]
    if PurePosixPath(shown).suffix.lower() not in endings:
        message = _("The file %(name)s is a %(kind)s by its content: name it …%(ending)s.")
        words = {"name": shown, "kind": kind.label, "ending": endings[0]}
        raise _refused(message % words, "wrong_name")
    return GivenFile(shown, kind, data)


def shown_name(name: str) -> str:
    """Return a file's name without folders, control characters and marks that turn the text."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    ending = PurePosixPath(kept).suffix[:20]
    return kept.removesuffix(ending)[: NAME_LENGTH - len(ending)] + ending or "–"


def _kind(name: str, data: bytes) -> FileKind:
    if data.startswith(PDF_START):
        if PDF_END not in data[-PDF_TAIL:]:
            raise _broken(name)
        return FileKind.PDF
    if data.startswith(PNG_START):
        _refuse_points(name, _png_size(data))
        return FileKind.PNG
    if data.startswith(JPEG_START):
        _refuse_points(name, _jpeg_size(data))
        return FileKind.JPEG
    if _is_text(data):
        return FileKind.TEXT
    message = _(
        "The file %(name)s is none that is kept here: give a PDF, a PNG or JPEG picture, or a "
        "plain text in UTF-8."
    )
    raise _refused(message % {"name": name}, "wrong_kind")


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height, ``None`` where the chunks do not lead from the head to the end."""
    size, at = None, len(PNG_START)
    for _part in range(MOST_PARTS):
        if at + 12 > len(data):
            break
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if (size is None) != (kind == b"IHDR"):
            return None
        if kind == b"IEND":
            return size
        if size is None:
            size = int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])
        at += 12 + length
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height, ``None`` where the segments do not lead to a picture and its end."""
    size, at = None, 2
    for _part in range(MOST_PARTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            break
        mark = data[at + 1]
        if mark == SCAN:
            return size if END in data[at:] else None
        if mark == 0xFF or mark in BARE:  # filling, or a mark without a segment
            at += 1 if mark == 0xFF else 2
            continue
        if mark in SIZES and at + 9 <= len(data):
            size = int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _refuse_points(name: str, size: tuple[int, int] | None) -> None:
    if size is None or 0 in size:
        raise _broken(name)
    if size[0] * size[1] > MOST_PIXELS:
        message = _(
            "The picture %(name)s has %(width)d × %(height)d points; at most %(most)d million are "
            "taken: make it smaller."
        )
        words = {"name": name, "width": size[0], "height": size[1], "most": MOST_PIXELS // 10**6}
        raise _refused(message % words, "too_many_points")


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    plain = len(data.translate(None, CONTROLS)) == len(data)
    return plain and not any(control in text for control in MORE_CONTROLS)


def _broken(name: str) -> InvalidData:
    message = _("The file %(name)s is broken or cut short: make it anew.") % {"name": name}
    return _refused(message, "broken_file")


def _refused(message: str, code: str = "") -> InvalidData:
    return InvalidData(message, code=code, field="file")
