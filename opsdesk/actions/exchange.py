"""Where a delivery from outside comes from, as every upsert is told."""

from dataclasses import dataclass

from opsdesk.actions.audit import Actor
from opsdesk.models import ImportBatch


@dataclass(frozen=True, slots=True)
class Source:
    """The file, where there is one, and who sent or loaded it (``None``: the system itself)."""

    batch: ImportBatch | None = None
    by: Actor | None = None
