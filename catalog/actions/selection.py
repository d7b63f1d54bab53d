"""What a product must show before it goes on: reports, results, a signed checklist."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.four_eyes import Authority, Case, authority_for, people
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import User
from catalog.core.lifecycle import PRODUCT, ProductStatus
from catalog.models import (
    ComplianceChecklist,
    Product,
    ProductTest,
    SelectionReport,
    Sku,
    TestKind,
    TestResult,
)
from opsdesk.actions.audit import record
from opsdesk.actions.moves import Course
from opsdesk.actions.records import save_record
from opsdesk.core.errors import Conflict, InvalidTransition, NotAllowed

_BEFORE_SALE = PRODUCT.moves["reject"].sources


def _report_missing(product: Product) -> list[str]:
    if product.selection_reports.exists():
        return []
    return [_("Write a selection report first: market, competition, demand, margin, supplier.")]


def _test_missing(kind: TestKind) -> Callable[[Product], list[str]]:
    def missing(product: Product) -> list[str]:
        latest = product.tests.filter(kind=kind).order_by("-id").first()
        words = {"kind": kind.label}
        if latest is None:
            return [_("Record a result first: %(kind)s.") % words]
        if latest.result != TestResult.PASSED:
            return [
                _("The latest result failed: %(kind)s. Record one that passed, or reject it.")
                % words
            ]
        return []

    return missing


def _checklist_missing(product: Product) -> list[str]:
    latest = product.checklists.order_by("-id").first()
    if latest is None:
        return [_("Fill in a compliance checklist first.")]
    found = [
        _("On the compliance checklist is missing: %(point)s.") % {"point": point}
        for point in latest.open_points
    ]
    if latest.signed_by_id is None:
        found.append(_("Somebody other than its author must sign the compliance checklist."))
    return found


def _cost_missing(product: Product) -> list[str]:
    if Sku.objects.filter(product=product, unit_cost__isnull=False).exists():
        return []
    return [_("Give at least one SKU of it a unit cost: without one no price can be judged.")]


_CONDITIONS: dict[str, Callable[[Product], list[str]]] = {
    "research": _report_missing,
    "inspect": _test_missing(TestKind.SAMPLE),
    "review": _test_missing(TestKind.INSPECTION),
    "clear_for_sale": _checklist_missing,
    "put_on_sale": _cost_missing,
}


def missing(product: Product, verb: str) -> list[str]:
    """Return in whole sentences what the move ``verb`` of a product still needs."""
    condition = _CONDITIONS.get(verb)
    return condition(product) if condition else []


PRODUCT_COURSE = Course(PRODUCT, Product, missing=missing)


@transaction.atomic
def write_report(
    report: SelectionReport, *, scope: Scope, by: User, at: datetime
) -> SelectionReport:
    """Keep why a product is worth trying; raises ``InvalidTransition`` once it is on sale."""
    _refuse_writer(report.product, scope, by)
    report.author, report.written_at = by, at
    return save_record(report, by=by, at=at)


@transaction.atomic
def record_test(test: ProductTest, *, scope: Scope, by: User, at: datetime) -> ProductTest:
    """Keep the result of a sample or an inspection; the latest of its kind counts."""
    _refuse_writer(test.product, scope, by)
    test.author, test.written_at = by, at
    return save_record(test, by=by, at=at)


@transaction.atomic
def write_checklist(
    checklist: ComplianceChecklist, *, scope: Scope, by: User, at: datetime
) -> ComplianceChecklist:
    """Keep a new checklist, or what its author changed on it before it was signed.

    Raises ``NotAllowed`` for somebody else's, ``InvalidTransition`` for one that is signed.
    """
    _refuse_writer(checklist.product, scope, by)
    if checklist.pk:
        stored = ComplianceChecklist.objects.select_for_update().get(pk=checklist.pk)
        if stored.signed_by_id is not None:
            raise InvalidTransition(_("This checklist is signed already: write a new one."))
        if stored.author_id != by.pk:
            raise NotAllowed(
                _("Somebody else wrote this checklist: write one of your own."), code="not_own"
            )
    checklist.author, checklist.written_at = by, at
    return save_record(checklist, by=by, at=at)


@transaction.atomic
def sign_checklist(
    checklist: ComplianceChecklist, *, digest: str, scope: Scope, by: User, at: datetime
) -> ComplianceChecklist:
    """Sign a checklist as it was shown.

    Raises ``NotAllowed`` for its author and without the right, ``Conflict`` where it is not what
    was shown, ``InvalidTransition`` where it is signed already or is not complete.
    """
    checklist = ComplianceChecklist.objects.select_for_update().get(pk=checklist.pk)
    signer(checklist, scope=scope, by=by)
    if checklist.signed_by_id is not None:
        raise InvalidTransition(_("This checklist is signed already."))
    if checklist.digest != digest:
        raise Conflict(
            _("The checklist changed since it was shown to you. Look at it anew."),
            code="content_changed",
        )
    if points := checklist.open_points:
        raise InvalidTransition(
            _("It is not complete, so nobody signs it yet: %(points)s.")
            % {"points": ", ".join(str(point) for point in points)},
            code="incomplete",
        )
    moved = ComplianceChecklist.objects.filter(pk=checklist.pk, signed_by__isnull=True).update(
        signed_by=by, signed_at=at
    )
    if not moved:
        raise InvalidTransition(_("This checklist is signed already."))
    checklist.refresh_from_db()
    record("compliance: signed", checklist, by=by, at=at, detail={"digest": digest})
    return checklist


def signer(checklist: ComplianceChecklist, *, scope: Scope, by: User) -> Authority:
    """Return by what ``by`` may sign; ``NotAllowed`` says why somebody may not."""
    words: dict[str, Any] = {"own_proposal": _("You wrote this, so somebody else must sign it.")}
    if scope.user_id != by.pk or not scope.has(Right.CATALOGUE_SIGN):
        raise NotAllowed(_("You don't have the right to sign checklists."), code="no_right")
    case = Case(proposers=people(checklist.author_id))
    return authority_for(case, by.pk, [Authority(by.pk)], words)


def _refuse_writer(product: Product, scope: Scope, by: User) -> None:
    if scope.user_id != by.pk or not scope.may(Right.CATALOGUE_EDIT):
        raise NotAllowed(_("You don't have the right to work on products."), code="no_right")
    held = Product.objects.select_for_update().filter(pk=product.pk)
    [status] = held.values_list("status", flat=True)
    if status not in _BEFORE_SALE:
        raise InvalidTransition(
            _("%(product)s is “%(state)s”: reports and results belong to the time before.")
            % {"product": product, "state": ProductStatus(status).label}
        )
