"""Tables of the ground: jobs, audit, exchange, steps of lives."""

from opsdesk.models.audit import AuditEntry, AuditHead, AuditSeal, AuditWaiting
from opsdesk.models.exchange import ImportBatch, ImportReject
from opsdesk.models.fields import (
    ChanceField,
    MoneyField,
    MonthField,
    RateField,
    ShareField,
    amount,
)
from opsdesk.models.jobs import Job, JobState
from opsdesk.models.lives import LifeEvent

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditSeal",
    "AuditWaiting",
    "ChanceField",
    "ImportBatch",
    "ImportReject",
    "Job",
    "JobState",
    "LifeEvent",
    "MoneyField",
    "MonthField",
    "RateField",
    "ShareField",
    "amount",
]
