"""Entries of the audit trail as people read them: who, what, which fields, and what is masked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from opsdesk.core.privacy import MASK
from opsdesk.core.wording import kept
from opsdesk.models import AuditEntry

NOTHING = "–"
# Whether the reader may see what stood in a field.
Shows = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One field of an entry; ``before`` only where it changed."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it is shown."""

    entry: AuditEntry
    who: str
    what: str
    lines: list[Line]


def told(entry: AuditEntry, shows: Shows) -> Told:
    """Return ``entry`` for a reader who sees the fields that ``shows`` says."""
    return Told(entry, who(entry), kept(entry.verb), list(_lines(entry, shows)))


def who(entry: AuditEntry) -> str:
    """Return who did it: the person as they are called today, the client, or the system."""
    return str(entry.actor) if entry.actor_id else kept(entry.actor_name)


def model_of(entry: AuditEntry) -> type[models.Model] | None:
    """Return the kind of record, ``None`` where there is none of that name any more."""
    try:
        return apps.get_model(entry.model)
    except (LookupError, ValueError):
        return None


def kind_of(entry: AuditEntry) -> str:
    """Return the kind of record in the reader's words."""
    model = model_of(entry)
    return entry.model if model is None else str(model._meta.verbose_name)


def _lines(entry: AuditEntry, shows: Shows) -> Iterable[Line]:
    model, detail = model_of(entry), entry.detail
    for name, value in detail.items():
        if name == "changed" and isinstance(value, dict):
            for field, (before, after) in value.items():
                seen = [_said(model, field, one, shows) for one in (before, after)]
                yield Line(_label(model, field), *seen)
        elif name == "values" and isinstance(value, dict):
            for field, one in value.items():
                yield Line(_label(model, field), None, _said(model, field, one, shows))
        else:
            yield Line(_label(model, name), None, _said(model, name, value, shows))


def _label(model: Any, name: str) -> str:
    field = _field(model, name)
    return kept(name) if field is None else str(field.verbose_name)


def _said(model: Any, name: str, value: Any, shows: Shows) -> str:
    if value is None or value == "":
        return NOTHING
    if not shows(name):
        return MASK
    field = _field(model, name)
    choices = dict(field.flatchoices) if field is not None else {}
    if isinstance(value, str | int):
        return str(choices.get(value, value))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or NOTHING
    return str(value)


def _field(model: Any, name: str) -> Any:
    fields = model._meta.concrete_fields if model is not None else ()
    return next((field for field in fields if name in (field.name, field.attname)), None)
