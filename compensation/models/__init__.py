"""Tables of compensation."""

from compensation.models.balances import FundEntry
from compensation.models.inputs import (
    Attendance,
    Proposal,
    ProposalKind,
    ProposalState,
    VolumeKind,
    WorkTask,
)
from compensation.models.payruns import BaseRow, PayRun, PayRunEvent, Payslip, PayslipLine
from compensation.models.plans import FundTier, PlanPosition, PlanTier, PlanVersion

__all__ = [
    "Attendance",
    "BaseRow",
    "FundEntry",
    "FundTier",
    "PayRun",
    "PayRunEvent",
    "Payslip",
    "PayslipLine",
    "PlanPosition",
    "PlanTier",
    "PlanVersion",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "VolumeKind",
    "WorkTask",
]
