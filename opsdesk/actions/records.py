"""Saving plain records: only what changed is written, and it is written down."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from opsdesk.actions.audit import Actor, record
from opsdesk.core.privacy import ERASABLE, MASK, sensitivity

Record = TypeVar("Record", bound=models.Model)


@transaction.atomic
def save_record(obj: Record, *, by: Actor | None, at: datetime) -> Record:
    """Insert ``obj``, or write only the fields that differ from the stored row, with audit.

    Raises ``ValidationError`` for a row that breaks a rule of its model. An unchanged row is not
    written.
    """
    obj.full_clean()
    model = type(obj)
    stored = model._default_manager.filter(pk=obj.pk).first() if obj.pk else None
    if stored is None:
        obj.save(force_insert=True)
        record("created", obj, by=by, at=at, detail={"values": _values(obj)})
        return obj
    changed = {
        field.name: [_kept(model, field, before), _kept(model, field, after)]
        for field in _fields(obj)
        if (before := field.value_from_object(stored)) != (after := field.value_from_object(obj))
    }
    if changed:
        obj.save(update_fields=list(changed))
        record("changed", obj, by=by, at=at, detail={"changed": changed})
    return obj


@transaction.atomic
def delete_record(obj: models.Model, *, by: Actor | None, at: datetime) -> None:
    """Delete ``obj`` and write down what it held; ``ProtectedError`` where others need it."""
    record("deleted", obj, by=by, at=at, detail={"values": _values(obj)})
    obj.delete()


def _values(obj: models.Model) -> dict[str, Any]:
    return {
        field.name: _kept(type(obj), field, field.value_from_object(obj)) for field in _fields(obj)
    }


def _fields(obj: models.Model) -> list[Any]:
    fields = obj._meta.concrete_fields
    return [field for field in fields if not field.primary_key and field.name != "password"]


def _kept(model: type[models.Model], field: Any, value: Any) -> Any:
    """Return what the trail keeps of a value: of what can be erased, only that it was there."""
    if sensitivity(model, field.name) in ERASABLE:
        return MASK if value else value
    return value if value is None or isinstance(value, bool | int | str) else str(value)
