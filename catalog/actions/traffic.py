"""Storing traffic and ads by day, what their sources said otherwise later, and campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.actions.periods import hold_departments
from accounts.core.scope import Scope
from catalog.actions.standing import store_fault
from catalog.actions.stores import lock_stores
from catalog.core.traffic import (
    AD_FIGURES,
    TRAFFIC_FIGURES,
    AdItem,
    Standing,
    TrafficItem,
    Window,
    check_ads,
    check_traffic,
    said,
    standing_of,
    window_on,
)
from catalog.models import (
    AdDay,
    Campaign,
    Listing,
    StoreDepartment,
    TrafficDay,
    TrafficRestatement,
)
from catalog.models.traffic import TrafficSource
from catalog.queries.stores import ClosedDays, seen_stores
from catalog.queries.traffic import settling_windows
from opsdesk.actions.audit import Actor, record_many
from opsdesk.core.exchange import (
    CREATED,
    FROZEN,
    UNCHANGED,
    UPDATED,
    FieldFault,
    Outcome,
    State,
    future_fault,
    is_older,
    latest,
)
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice

Item = Any  # TrafficItem | AdItem
Told = tuple[str, datetime | None]
PIECE = 500


@dataclass(frozen=True, slots=True)
class _Kind:
    """What traffic and ads differ in: their table, its owner's column, and their figures."""

    source: str
    model: type[models.Model]
    owner: str
    figures: tuple[str, ...]


TRAFFIC = _Kind(TrafficSource.TRAFFIC, TrafficDay, "store_id", TRAFFIC_FIGURES)
ADS = _Kind(TrafficSource.ADS, AdDay, "campaign_id", AD_FIGURES)


@transaction.atomic
def upsert_traffic(
    items: Sequence[TrafficItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the traffic of days, one answer per item.

    What is not given keeps what is stored, and an item older at its source changes nothing. A
    figure that changes is kept as restated; in a closed month it is kept so alone, and the answer
    is ``FROZEN``. ``scope``: only stores that are seen by it; ``None`` is the system itself.
    """
    given = _Delivery(TRAFFIC, items, scope, at)
    given.look(check_traffic, lambda item: f"{item.store} {item.day} {item.listing}".strip())
    owners = {code: store.pk for code, store in given.stores.items()}
    return given.write(lambda item: owners[item.store], by)


@transaction.atomic
def upsert_ads(
    items: Sequence[AdItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the ads of days as ``upsert_traffic`` does; campaigns are made on the way."""
    given = _Delivery(ADS, items, scope, at)
    given.look(check_ads, lambda item: f"{item.campaign} {item.day} {item.listing}".strip())
    campaigns = _campaigns(given, by, at)

    def owner(item: AdItem) -> int:
        return campaigns[(given.stores[item.store].pk, item.campaign)].pk

    outcomes = given.write(owner, by)
    _name_campaigns(given, campaigns, by, at)
    return outcomes


class _Delivery:
    """Items on their way into the table of ``kind``, with all that is asked of the database."""

    def __init__(
        self, kind: _Kind, items: Sequence[Item], scope: Scope | None, at: datetime
    ) -> None:
        self.kind, self.items, self.at = kind, items, at
        self.stores = seen_stores((item.store for item in items), scope)
        ids = sorted(store.pk for store in self.stores.values())
        lock_stores(ids)
        # Closing a month and writing into it wait for each other.
        spans = StoreDepartment.objects.filter(store__in=ids)
        hold_departments(spans.values_list("department", flat=True))
        self.closed = ClosedDays(ids)
        self.windows: list[Window] = settling_windows()
        self.listings = _listings(ids, items)
        self.outcomes: dict[int, Outcome] = {}
        self.taken: list[int] = []
        self.late: set[int] = set()
        self.fresh: list[Any] = []
        self.changed: list[Any] = []
        self.confirmed: list[Any] = []
        self.restated: list[TrafficRestatement] = []

    def look(self, check: Any, name: Any) -> None:
        """Refuse what cannot be stored; the places of the others go into ``taken``."""
        seen: set[tuple[Any, ...]] = set()
        for place, item in enumerate(self.items):
            faults = self._faults(item, check)
            key = (item.store, getattr(item, "campaign", ""), item.listing, item.day)
            if not faults and key in seen:
                faults = [FieldFault("day", twice(name(item)), item.source_row)]
            if faults:
                self.outcomes[place] = Outcome(State.ERROR, tuple(faults))
            else:
                seen.add(key)
                self.taken.append(place)

    def _faults(self, item: Item, check: Any) -> list[FieldFault]:
        if fault := store_fault(item, self.stores):
            return [fault]
        store = self.stores[item.store]
        faults = list(check(item, business_date(self.at, store.time_zone)))
        if item.listing and (store.pk, item.listing) not in self.listings:
            message = _("The store %(store)s has no listing with the seller SKU %(sku)s.")
            words = {"store": item.store, "sku": item.listing[:60]}
            faults.append(FieldFault("listing", message % words, item.source_row))
        if future := future_fault(item.source_updated_at, self.at):
            faults.append(FieldFault("source_updated_at", future, item.source_row))
        return faults

    def write(self, owner: Any, by: Actor | None) -> list[Outcome]:
        """Write what was taken, in few statements; return the answers in the order given."""
        taken = [self.items[place] for place in self.taken]
        known = self._known({owner(item) for item in taken}, taken)
        told = self._told(taken)
        for place in self.taken:
            item = self.items[place]
            key = (owner(item), self._listing(item), item.day)
            row = known.get(key)
            if self.closed.holds(self.stores[item.store].pk, item.day):
                self.outcomes[place] = self._keep_beside(row, item, told)
            elif row is None:
                self.fresh.append(self._row(item, key))
                self.outcomes[place] = CREATED
            else:
                self.outcomes[place] = self._restate(row, item)
            if row is not None and is_older(item.source_updated_at, row.source_updated_at):
                self.late.add(place)
        self._store(by)
        return [self.outcomes[place] for place in range(len(self.items))]

    def _row(self, item: Item, key: tuple[int, int | None, date]) -> Any:
        owner, listing, day = key
        figures = {name: getattr(item, name) for name in self.kind.figures}
        about = {self.kind.owner: owner, "listing_id": listing, "day": day}
        times = {"source_updated_at": item.source_updated_at, "stored_at": self.at}
        return self.kind.model(**about, **figures, **times)

    def _restate(self, row: Any, item: Item) -> Outcome:
        if is_older(item.source_updated_at, row.source_updated_at):
            return UNCHANGED
        changed = False
        for name, value in self._given(item):
            before = getattr(row, name)
            if before != value:
                self.restated.append(self._restatement(item, name, said(before), said(value)))
                setattr(row, name, value)
                changed = True
        newer = latest(item.source_updated_at, row.source_updated_at)
        if changed:
            row.stored_at = self.at
            self.changed.append(row)
        elif newer != row.source_updated_at:
            # The figures stand; what the source said before this comes too late from now on.
            self.confirmed.append(row)
        row.source_updated_at = newer
        return UPDATED if changed else UNCHANGED

    def _keep_beside(self, row: Any, item: Item, told: dict[tuple[Any, ...], Told]) -> Outcome:
        """Keep beside a closed month's figures what the source says of them now, once."""
        if row is not None and is_older(item.source_updated_at, row.source_updated_at):
            return UNCHANGED
        store, kept = self.stores[item.store].pk, len(self.restated)
        for name, value in self._given(item):
            before = said(getattr(row, name) if row is not None else None)
            last, when = told.get((store, _subject(item), item.day, name), (before, None))
            if said(value) != last and not is_older(item.source_updated_at, when):
                one = self._restatement(item, name, before, said(value))
                one.frozen = True
                self.restated.append(one)
        return FROZEN if len(self.restated) > kept else UNCHANGED

    def _given(self, item: Item) -> list[tuple[str, Any]]:
        figures = ((name, getattr(item, name)) for name in self.kind.figures)
        return [(name, value) for name, value in figures if value is not None]

    def _restatement(self, item: Item, name: str, before: str, after: str) -> TrafficRestatement:
        store = self.stores[item.store]
        days = window_on(self.windows, self.kind.source, item.day)
        standing = standing_of(item.day, business_date(self.at, store.time_zone), days)
        return TrafficRestatement(
            source=self.kind.source,
            store=store,
            subject=_subject(item),
            day=item.day,
            field=name,
            before=before,
            after=after,
            settled=standing is Standing.SETTLED,
            source_updated_at=item.source_updated_at,
            at=self.at,
        )

    def _listing(self, item: Item) -> int | None:
        store = self.stores[item.store].pk
        return self.listings[(store, item.listing)] if item.listing else None

    def _known(self, owners: set[int], taken: list[Item]) -> dict[tuple[Any, ...], Any]:
        if not taken:
            return {}
        days = [item.day for item in taken]
        rows: Iterable[Any] = self.kind.model._default_manager.filter(
            **{f"{self.kind.owner}__in": owners}, day__range=(min(days), max(days))
        )
        return {(getattr(row, self.kind.owner), row.listing_id, row.day): row for row in rows}

    def _told(self, taken: list[Item]) -> dict[tuple[Any, ...], Told]:
        """Return what was last kept beside the figures of closed months."""
        stores = {item: self.stores[item.store].pk for item in taken}
        closed = [item for item in taken if self.closed.holds(stores[item], item.day)]
        if not closed:
            return {}
        days = [item.day for item in closed]
        rows = TrafficRestatement.objects.filter(
            source=self.kind.source,
            store__in={stores[item] for item in closed},
            day__range=(min(days), max(days)),
            frozen=True,
        ).order_by("pk")
        return {
            (row.store_id, row.subject, row.day, row.field): (row.after, row.source_updated_at)
            for row in rows
        }

    def _store(self, by: Actor | None) -> None:
        rows = self.kind.model._default_manager
        times = ("source_updated_at", "stored_at")
        made = rows.bulk_create(self.fresh, batch_size=PIECE)
        rows.bulk_update(self.changed, (*self.kind.figures, *times), batch_size=PIECE)
        rows.bulk_update(self.confirmed, ["source_updated_at"], batch_size=PIECE)
        kept = TrafficRestatement.objects.bulk_create(self.restated, batch_size=PIECE)
        record_many("created", self.kind.model, made, by=by, at=self.at)
        record_many("changed", self.kind.model, self.changed, by=by, at=self.at)
        frozen = [one for one in kept if one.frozen]
        record_many("recorded", TrafficRestatement, frozen, by=by, at=self.at)


def _subject(item: Item) -> str:
    campaign = getattr(item, "campaign", "")
    return " / ".join(part for part in (campaign, item.listing) if part)


def _listings(stores: Sequence[int], items: Iterable[Item]) -> dict[tuple[int, str], int]:
    rows = Listing.objects.filter(
        store__in=stores, seller_sku__in={item.listing for item in items if item.listing}
    )
    return {(store, sku): pk for store, sku, pk in rows.values_list("store", "seller_sku", "pk")}


def _campaigns(given: _Delivery, by: Actor | None, at: datetime) -> dict[tuple[int, str], Campaign]:
    """Return the campaigns of what was taken, those that nobody knew made."""
    taken = [given.items[place] for place in given.taken]
    keys = {(given.stores[item.store].pk, item.campaign): item for item in taken}
    rows = Campaign.objects.filter(
        store__in={store for store, _number in keys}, external_id__in={n for _s, n in keys}
    )
    known = {(row.store_id, row.external_id): row for row in rows}
    made = Campaign.objects.bulk_create(
        [
            Campaign(
                store_id=store,
                external_id=number,
                name=item.name or number,
                daily_budget=item.daily_budget,
            )
            for (store, number), item in keys.items()
            if (store, number) not in known
        ],
        batch_size=PIECE,
    )
    record_many("created", Campaign, made, by=by, at=at)
    return known | {(row.store_id, row.external_id): row for row in made}


def _name_campaigns(
    given: _Delivery,
    campaigns: dict[tuple[int, str], Campaign],
    by: Actor | None,
    at: datetime,
) -> None:
    """Give each campaign the name and budget of its latest day, unless that comes too late."""
    ahead: dict[tuple[int, str], AdItem] = {}
    for place in given.taken:
        item = given.items[place]
        key = (given.stores[item.store].pk, item.campaign)
        if place not in given.late and (key not in ahead or ahead[key].day <= item.day):
            ahead[key] = item
    changed: list[Campaign] = []
    for key, item in ahead.items():
        campaign = campaigns[key]
        before = (campaign.name, campaign.daily_budget)
        campaign.name = item.name or campaign.name
        if item.daily_budget is not None:
            campaign.daily_budget = item.daily_budget
        if before != (campaign.name, campaign.daily_budget):
            changed.append(campaign)
    Campaign.objects.bulk_update(changed, ["name", "daily_budget"], batch_size=PIECE)
    record_many("changed", Campaign, changed, by=by, at=at)
