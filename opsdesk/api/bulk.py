"""Storing many at once: one answer per item, each for itself or none where one is refused."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from opsdesk.actions.moves import Mover
from opsdesk.api.views import ReadableSet
from opsdesk.core.exchange import FieldFault, Outcome, State

MOST_ITEMS = 5_000
MODES = ("partial", "all_or_nothing")
YES, NO = ("true", "1"), ("false", "0", "")


class InstantField(serializers.DateTimeField):
    """A time with its offset: one without is nobody's."""

    default_error_messages = {
        "no_offset": gettext_lazy("A time has an offset: 2011-03-05T09:30:00Z.")
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")


class BulkSerializer(serializers.Serializer):
    """Many items, looked at one by one: a wrong one spoils no other."""

    mode = serializers.ChoiceField(MODES, default=MODES[0])
    items = serializers.ListField(allow_empty=False, max_length=MOST_ITEMS)


class BulkSet(ReadableSet):
    """A resource with ``bulk/``: POST stores many, by an upsert that answers for each item.

    ``item_serializer`` checks the shape of one; ``item_of`` makes of it what ``upsert`` takes.
    """

    item_serializer: type[serializers.Serializer]
    # What the actions call otherwise than the API does.
    api_names: Mapping[str, str] = {}

    def item_of(self, given: Mapping[str, Any]) -> Any:
        """Return an item of what was given and is of the right shape."""
        raise NotImplementedError

    def upsert(self, items: Sequence[Any], mover: Mover) -> list[Outcome]:
        """Store the items and return the answers."""
        raise NotImplementedError

    def known_parameters(self) -> frozenset[str]:
        return frozenset({"dry_run"}) if self.action == "bulk" else super().known_parameters()

    @action(detail=False, methods=["post"])
    def bulk(self, request: Any) -> Response:
        """Store many; the answers stand in the order of the items. ``dry_run`` stores nothing."""
        dry_run = _dry_run(request)
        refuse_unknown(request.data, BulkSerializer)
        given = BulkSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        read = [self._read(one) for one in given.validated_data["items"]]
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        with transaction.atomic():
            stored = iter(self.upsert([one for one in read if not isinstance(one, Outcome)], mover))
            outcomes = [one if isinstance(one, Outcome) else next(stored) for one in read]
            wrong = any(one.state is State.ERROR for one in outcomes)
            keep = not dry_run and (not wrong or given.validated_data["mode"] == MODES[0])
            transaction.set_rollback(not keep)
        results = [_answer(one, self.api_names) for one in outcomes]
        return Response({"stored": keep, "results": results})

    def _read(self, given: Any) -> Any:
        """Return the item, or the answer to what is of another shape."""
        if not isinstance(given, dict):
            return Outcome(State.ERROR, (FieldFault("", _("An item is an object.")),))
        serializer = self.item_serializer(data=given)
        unknown = [FieldFault(name, _no_field()) for name in sorted(_unknown(given, serializer))]
        if serializer.is_valid() and not unknown:
            return self.item_of(serializer.validated_data)
        wrong = [
            FieldFault(field, sentence)
            for name, found in serializer.errors.items()
            for field, sentence in _sentences(name, found)
        ]
        return Outcome(State.ERROR, (*unknown, *wrong))


def _sentences(name: str, found: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a field by the place where it stands: ``events.2.at``."""
    if isinstance(found, dict):
        for part, more in found.items():
            yield from _sentences(f"{name}.{part}", more)
    elif isinstance(found, list) and any(isinstance(one, dict) for one in found):
        for place, one in enumerate(found):
            yield from _sentences(f"{name}.{place}", one)
    else:
        for sentence in found if isinstance(found, list) else [found]:
            yield name, str(sentence)


def refuse_unknown(given: Any, serializer: type[serializers.Serializer]) -> None:
    """Refuse a body with a field that nobody reads: passed over it would be lost in silence."""
    if isinstance(given, dict) and (unknown := _unknown(given, serializer())):
        raise serializers.ValidationError({name: [_no_field()] for name in sorted(unknown)})


def _unknown(given: Mapping[str, Any], serializer: serializers.Serializer) -> set[str]:
    return {str(name)[:80] for name in given.keys() - serializer.fields.keys()}


def _no_field() -> str:
    return _("There is no such field here.")


def _dry_run(request: Any) -> bool:
    word = request.query_params.get("dry_run", "").lower()
    if word not in (*YES, *NO):
        raise serializers.ValidationError({"dry_run": [_("true or false is expected.")]})
    return word in YES


def _answer(outcome: Outcome, names: Mapping[str, str]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    for fault in outcome.errors:
        errors.setdefault(names.get(fault.field, fault.field), []).append(fault.message)
    return {"state": outcome.state.value, "errors": errors}
