"""Tables of the ground: jobs, audit, exchange."""

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
    "MoneyField",
    "MonthField",
    "RateField",
    "ShareField",
    "amount",
]
