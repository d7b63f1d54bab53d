"""How channels compare: parcels, outcomes, days and cost, with nothing known told as nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from opsdesk.core.money import ZERO
from opsdesk.core.ratios import Ratio
from orders.core.lifecycle import ShipmentStatus
from orders.core.shipping import OUTCOMES

HALF, NINE_TENTHS = Decimal("0.5"), Decimal("0.9")


@dataclass(frozen=True, slots=True)
class Cell:
    """So many parcels of a channel that are alike.

    ``days`` are whole days from dispatch to delivery and ``on_time`` tells of those with a
    promise; both are known of delivered ones only. ``cost`` is the sum in reporting currency over
    the ``costed`` ones, whose cost is known.
    """

    channel: int
    status: str
    days: int | None
    on_time: bool | None
    parcels: int
    cost: Decimal | None = None
    costed: int = 0


@dataclass
class Compared:
    """What is known of the parcels of a channel, as sums that add up over channels."""

    parcels: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_days: Counter[int] = field(default_factory=Counter)
    on_time_parcels: int = 0
    promised_parcels: int = 0
    cost_sum: Decimal = ZERO
    costed: int = 0

    def add(self, cell: Cell) -> None:
        """Count the parcels of a cell."""
        self.parcels += cell.parcels
        if cell.status in OUTCOMES:
            self.outcomes[cell.status] += cell.parcels
        if cell.days is not None:
            self.by_days[cell.days] += cell.parcels
        if cell.on_time is not None:
            self.promised_parcels += cell.parcels
            self.on_time_parcels += cell.parcels if cell.on_time else 0
        self.cost_sum += cell.cost or ZERO
        self.costed += cell.costed

    @property
    def delivered(self) -> int:
        """Parcels that reached the buyer."""
        return self.outcomes[ShipmentStatus.DELIVERED]

    @property
    def lost(self) -> int:
        """Parcels that were given up."""
        return self.outcomes[ShipmentStatus.LOST]

    @property
    def returned(self) -> int:
        """Parcels that went back to their sender."""
        return self.outcomes[ShipmentStatus.RETURNED]

    @property
    def under_way(self) -> int:
        """Parcels whose outcome is still to come."""
        return self.parcels - self.outcomes.total()

    @property
    def delivered_rate(self) -> Ratio:
        """Delivered ones of those that have come to an end."""
        return Ratio(Decimal(self.delivered), Decimal(self.outcomes.total()))

    @property
    def on_time(self) -> Ratio:
        """Delivered ones on time, of those delivered that had a promise."""
        return Ratio(Decimal(self.on_time_parcels), Decimal(self.promised_parcels))

    @property
    def mean_days(self) -> Ratio:
        """Days to deliver, summed, over the delivered parcels whose days are known."""
        total = sum(days * count for days, count in self.by_days.items())
        return Ratio(Decimal(total), Decimal(self.by_days.total()))

    @property
    def half_within(self) -> int | None:
        """The days within which half of them were delivered (p50)."""
        return days_within(self.by_days, HALF)

    @property
    def most_within(self) -> int | None:
        """The days within which nine of ten were delivered (p90)."""
        return days_within(self.by_days, NINE_TENTHS)

    @property
    def cost(self) -> Ratio:
        """Cost in reporting currency, summed, over the parcels whose cost is known."""
        return Ratio(self.cost_sum, Decimal(self.costed))


def compare(cells: Iterable[Cell]) -> dict[int, Compared]:
    """Return what is known of each channel that has a parcel among the cells."""
    found: dict[int, Compared] = {}
    for cell in cells:
        found.setdefault(cell.channel, Compared()).add(cell)
    return found


def together(channels: Iterable[Compared]) -> Compared:
    """Return what is known of all of them as if they were one channel."""
    whole = Compared()
    for one in channels:
        whole.parcels += one.parcels
        whole.outcomes += one.outcomes
        whole.by_days += one.by_days
        whole.on_time_parcels += one.on_time_parcels
        whole.promised_parcels += one.promised_parcels
        whole.cost_sum += one.cost_sum
        whole.costed += one.costed
    return whole


def days_within(by_days: Mapping[int, int], share: Decimal) -> int | None:
    """Return the least number of days within which at least ``share`` of the parcels came.

    Exact, by the nearest rank; ``None`` where no parcel is known.
    """
    parcels, so_far = sum(by_days.values()), 0
    for days in sorted(by_days):
        so_far += by_days[days]
        if so_far >= parcels * share and so_far:
            return days
    return None


def histogram(by_days: Mapping[int, int], most: int) -> Sequence[tuple[int, int]]:
    """Return the parcels by days from 0 to the last one; those above ``most`` stand with it."""
    if not by_days:
        return []
    last = min(max(by_days), most)
    found = dict.fromkeys(range(last + 1), 0)
    for days, count in by_days.items():
        found[min(days, last)] += count
    return list(found.items())
