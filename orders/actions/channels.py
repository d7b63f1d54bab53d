"""Logistics channels as they come from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from opsdesk.actions.audit import Actor
from opsdesk.actions.records import save_record
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.wording import twice
from orders.core.shipment_items import ChannelItem, check_channel
from orders.models import LogisticsChannel

_GIVEN = ("name", "kind", "promised_days")
_MAY_BE_LEFT = ("carrier", "promised_days_remote", "silent_days", "active")


@transaction.atomic
def upsert_channels(
    items: Sequence[ChannelItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the channels, one answer per item; parcels already under way keep their promise."""
    # Looked at first: what is no text is asked for in no database.
    faults = [check_channel(item) for item in items]
    codes = {item.code for item, wrong in zip(items, faults, strict=True) if not wrong}
    known = {
        one.code: one
        for one in LogisticsChannel.objects.select_for_update()
        .filter(code__in=codes)
        .order_by("pk")
    }
    seen: set[str] = set()
    outcomes: list[Outcome] = []
    for item, wrong in zip(items, faults, strict=True):
        if wrong:
            outcomes.append(Outcome(State.ERROR, tuple(wrong)))
        elif item.code in seen:
            outcomes.append(refused("code", twice(item.code), item.source_row))
        else:
            outcomes.append(_save(known.get(item.code), item, by, at))
        seen.add(item.code)
    return outcomes


def _save(
    stored: LogisticsChannel | None, item: ChannelItem, by: Actor | None, at: datetime
) -> Outcome:
    channel = stored or LogisticsChannel(code=item.code)
    given = {name: getattr(item, name) for name in _GIVEN}
    given |= {n: value for n in _MAY_BE_LEFT if (value := getattr(item, n)) not in (None, "")}
    if stored is not None and all(getattr(stored, n) == value for n, value in given.items()):
        return UNCHANGED
    for name, value in given.items():
        setattr(channel, name, value)
    save_record(channel, by=by, at=at)
    return UPDATED if stored is not None else CREATED
