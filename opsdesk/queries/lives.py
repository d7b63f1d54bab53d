"""What happened to a thing with a life, and how long it stayed in each state."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from opsdesk.core.moves import Life
from opsdesk.models import LifeEvent


@dataclass(frozen=True, slots=True)
class Stay:
    """An event, what its state is called, and how long the thing stayed there or has stayed."""

    event: LifeEvent
    label: str
    stayed: timedelta

    @property
    def days(self) -> int:
        """Whole days of the stay."""
        return self.stayed.days


def history(life: Life, object_id: int, now: datetime) -> list[Stay]:
    """Return the events of a thing, the latest first, each with the time until the next."""
    rows = LifeEvent.objects.filter(life=life.name, object_id=object_id)
    events = list(rows.select_related("by").order_by("id"))
    ends = [*(event.at for event in events), now][1:]
    stays = [
        Stay(event, life.label_of(event.state), end - event.at)
        for event, end in zip(events, ends, strict=True)
    ]
    return stays[::-1]


def last_event(life: Life, object_id: int) -> LifeEvent | None:
    """Return what happened to a thing last, ``None`` where nothing is recorded."""
    rows = LifeEvent.objects.filter(life=life.name, object_id=object_id)
    return rows.order_by("-id").first()
