"""Keeping files: those that come in under their digest, attachments under names of their own."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData

_CHUNK = 1 << 20


def imports_folder() -> Path:
    """Return the folder of incoming files, made where it is missing."""
    folder = Path(settings.VAR) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kept_file(digest: str) -> Path:
    """Return where the file with this SHA-256 is kept."""
    return imports_folder() / digest


def attachments_folder() -> Path:
    """Return the folder of attachments, made where it is missing."""
    folder = Path(settings.VAR) / "attachments"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep_attachment(name: str, data: bytes) -> None:
    """Keep ``data`` under ``name`` in the folder of attachments, whole or not at all."""
    folder = attachments_folder()
    handle, part_name = tempfile.mkstemp(dir=folder, prefix="incoming-")
    part = Path(part_name)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        part.replace(folder / name)
    finally:
        part.unlink(missing_ok=True)


def forget_attachment(name: str) -> None:
    """Delete the attachment of this name for good; one that is gone already is fine."""
    kept_attachment(name).unlink(missing_ok=True)


def kept_attachment(name: str) -> Path:
    """Return where the attachment of this name is kept."""
    return attachments_folder() / name


def keep_file(path: Path) -> str:
    """Copy the file at ``path`` into the folder of incoming files and return its SHA-256.

    The copy appears whole or not at all. Raises ``InvalidData`` where the file cannot be read or
    has more than ``IMPORT_MAX_BYTES``.
    """
    handle, name = tempfile.mkstemp(dir=imports_folder(), prefix="incoming-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            digest = _copy(path, target)
            target.flush()
            os.fsync(target.fileno())
        part.replace(kept_file(digest))
    finally:
        part.unlink(missing_ok=True)
    return digest


def _copy(path: Path, target: BinaryIO) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > settings.IMPORT_MAX_BYTES:
                    message = _("The file %(name)s is larger than the %(most)d MB that are taken.")
                    words = {"name": path.name, "most": settings.IMPORT_MAX_BYTES >> 20}
                    raise InvalidData(message % words, code="too_large", field="file")
                digest.update(chunk)
                target.write(chunk)
    except OSError as error:
        message = _("The file %(path)s cannot be read.") % {"path": path}
        raise InvalidData(message, code="unreadable", field="file") from error
    return digest.hexdigest()
