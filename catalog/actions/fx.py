"""Recording FX rates."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from catalog.core.items import RateItem, check_rate
from catalog.models import FxRate, RateNews
from opsdesk.actions.audit import Actor, record_many
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.wording import twice

RateKey = tuple[str, str, date]


@transaction.atomic
def record_rates(items: Sequence[RateItem], *, by: Actor | None, at: datetime) -> list[Outcome]:
    """Store the rates, one answer per item, and note whose orders are to be converted again.

    A faulty rate does not keep the others out.
    """
    outcomes: list[Outcome] = []
    stored = _stored(items)
    seen: set[RateKey] = set()
    fresh: list[FxRate] = []
    for item in items:
        key = (item.from_currency, item.to_currency, item.date)
        if faults := check_rate(item):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif key in seen:
            outcomes.append(refused("date", twice(f"{item.date} {key[0]}/{key[1]}")))
        elif key in stored and stored[key] == item.rate:
            outcomes.append(UNCHANGED)
        else:
            outcomes.append(UPDATED if key in stored else CREATED)
            fresh.append(
                FxRate(date=item.date, from_currency=key[0], to_currency=key[1], rate=item.rate)
            )
        seen.add(key)
    _write(fresh)
    for verb, wanted in (("created", False), ("changed", True)):
        rates = (rate for rate in fresh if (_key(rate) in stored) == wanted)
        record_many(verb, FxRate, rates, by=by, at=at)
    return outcomes


def _key(rate: FxRate) -> RateKey:
    return (rate.from_currency, rate.to_currency, rate.date)


def _stored(items: Sequence[RateItem]) -> dict[RateKey, object]:
    if not items:
        return {}
    days = [item.date for item in items]
    rows = FxRate.objects.filter(
        date__range=(min(days), max(days)),
        from_currency__in={item.from_currency for item in items},
        to_currency__in={item.to_currency for item in items},
    )
    return {_key(rate): rate.rate for rate in rows}


def _write(rates: list[FxRate]) -> None:
    FxRate.objects.bulk_create(
        # in one order for all writers: two of them never wait for each other
        sorted(rates, key=lambda rate: (rate.from_currency, rate.to_currency, rate.date)),
        update_conflicts=True,
        unique_fields=["from_currency", "to_currency", "date"],
        update_fields=["rate"],
    )
    first: dict[str, date] = {}
    for rate in rates:
        for currency in (rate.from_currency, rate.to_currency):
            first[currency] = min(rate.date, first.get(currency, rate.date))
    RateNews.objects.bulk_create(
        [RateNews(currency=currency, day=day) for currency, day in sorted(first.items())]
    )
