"""Writing plan versions: a new one begins as a copy, a used one never changes."""

from datetime import date, datetime
from typing import TypeVar

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext

from accounts.models import User
from compensation.core.plan_check import Severity, check_plan
from compensation.models import FundTier, PlanPosition, PlanTier, PlanVersion
from compensation.queries.plans import terms_of
from opsdesk.actions.audit import record
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import InvalidData, InvalidTransition

Part = TypeVar("Part", PlanPosition, PlanTier, FundTier)


@transaction.atomic
def copy_plan(
    plan: PlanVersion, *, effective_from: date, by: User | None, at: datetime
) -> PlanVersion:
    """Write a new version that says the same as ``plan`` and holds from ``effective_from``."""
    new = PlanVersion.objects.get(pk=plan.pk)
    new.pk, new.used_at, new.effective_from = None, None, effective_from
    new._state.adding = True
    new.number = (PlanVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    save_record(new, by=by, at=at)
    for fund_tier in plan.fund_tiers.all():
        _copy(fund_tier, version=new)
    for position in plan.positions.prefetch_related("tiers"):
        tiers = list(position.tiers.all())
        copied = _copy(position, version=new)
        for tier in tiers:
            _copy(tier, plan_position=copied)
    record("copied plan", new, by=by, at=at, detail={"from": plan.number})
    return new


@transaction.atomic
def save_plan(plan: PlanVersion, *, by: User | None, at: datetime) -> PlanVersion:
    """Store a plan version that no submitted pay run used."""
    _refuse_used(plan)
    return save_record(plan, by=by, at=at)


@transaction.atomic
def save_plan_part(part: Part, *, by: User | None, at: datetime) -> Part:
    """Store a position or a tier of a version that no submitted pay run used."""
    version = _version_of(part)
    _refuse_used(version)
    kept = save_record(part, by=by, at=at)
    # Who wrote a part wrote the version: the pay it is for asks who changed the version.
    record("plan part changed", version, by=by, at=at)
    return kept


@transaction.atomic
def delete_plan_part(part: PlanPosition | PlanTier | FundTier, *, by: User, at: datetime) -> None:
    """Take a position or a tier out of a version that no submitted pay run used."""
    version = _version_of(part)
    _refuse_used(version)
    delete_record(part, by=by, at=at)
    record("plan part changed", version, by=by, at=at)


def refuse_faulty(plan: PlanVersion) -> None:
    """Raise ``InvalidData`` with every error that the plan check finds."""
    errors = [f.message for f in check_plan(terms_of(plan)) if f.severity == Severity.ERROR]
    if errors:
        raise InvalidData(" ".join(errors), code="plan_check")


def _version_of(part: PlanPosition | PlanTier | FundTier) -> PlanVersion:
    return part.plan_position.version if isinstance(part, PlanTier) else part.version


def _refuse_used(plan: PlanVersion) -> None:
    if plan.pk and PlanVersion.objects.filter(pk=plan.pk, used_at__isnull=False).exists():
        raise InvalidTransition(
            gettext("%(plan)s was used by a pay run and stays as it is. Copy it to a new version.")
            % {"plan": plan},
            code="plan_used",
        )


def _copy(row: models.Model, **changes: models.Model) -> models.Model:
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row
