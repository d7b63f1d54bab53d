"""What a product must show before each step, and the second person who signs."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from accounts.core.roles import Role
from catalog.actions.selection import (
    PRODUCT_COURSE,
    record_test,
    sign_checklist,
    write_checklist,
    write_report,
)
from catalog.models import ComplianceChecklist, Product, ProductTest, SelectionReport, Sku
from opsdesk.actions.moves import Mover, move, options
from opsdesk.core.errors import Conflict, InvalidTransition, NotAllowed, NotReady
from opsdesk.models import LifeEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
REPORT = "Write a selection report first: market, competition, demand, margin, supplier."
SIGN = "Somebody other than its author must sign the compliance checklist."
FAILED = "The latest result failed: {}. Record one that passed, or reject it."
POINTS = (
    "intellectual property is free",
    "import quarantine and safety rules are met",
    "no prohibited claims are made",
    "tax class",
)


@pytest.fixture
def editor():
    return make.user("editor", role=Role.TEAM_MEMBER)


@pytest.fixture
def boss():
    return make.manager("boss")


def who(by):
    return {"scope": make.scope(by), "by": by, "at": NOW}


def report(product, by):
    texts = dict.fromkeys(("market_trend", "competition", "demand", "supplier_stability"), "Good")
    made = SelectionReport(product=product, expected_margin=Decimal("0.3"), **texts)
    return write_report(made, **who(by))


def result(product, by, kind="sample", said="passed"):
    test = ProductTest(product=product, kind=kind, result=said, tested_on=date(2026, 3, 1))
    return record_test(test, **who(by))


def checklist(product, by, **values):
    values = {
        "intellectual_property": True,
        "import_safety": True,
        "no_prohibited_claims": True,
        "tax_class": "9503.00",
    } | values
    return write_checklist(ComplianceChecklist(product=product, **values), **who(by))


def sign(made, by):
    return sign_checklist(made, digest=made.digest, **who(by))


def against(product, verb, by):
    """What stands against a move, as the page says it; the move itself is refused by the same."""
    option = next(o for o in options(PRODUCT_COURSE, product, make.scope(by)) if o.verb == verb)
    if option.refusals:
        before = product.status, LifeEvent.objects.count()
        with pytest.raises(NotReady) as refusal:
            move(PRODUCT_COURSE, product, verb, Mover(NOW, by, make.scope(by)))
        assert refusal.value.message == " ".join(option.refusals)
        assert (Product.objects.get(pk=product.pk).status, LifeEvent.objects.count()) == before
    return list(option.refusals)


def test_an_idea_needs_a_report(editor):
    product = make.product(status="idea")

    assert against(product, "research", editor) == [REPORT]
    report(product, editor)
    assert against(product, "research", editor) == []


def test_sampling_needs_a_sample_that_passed(editor):
    product = make.product(status="sampling")

    assert against(product, "inspect", editor) == ["Record a result first: Sample."]
    result(product, editor, "inspection")
    assert against(product, "inspect", editor) == ["Record a result first: Sample."]
    result(product, editor, said="passed")
    result(product, editor, said="failed")
    assert against(product, "inspect", editor) == [FAILED.format("Sample")]
    result(product, editor, said="passed")
    assert against(product, "inspect", editor) == []


def test_an_inspection_must_have_passed(editor):
    product = make.product(status="inspected")

    assert against(product, "review", editor) == ["Record a result first: Inspection."]
    result(product, editor, "inspection", "failed")
    assert against(product, "review", editor) == [FAILED.format("Inspection")]
    result(product, editor, "inspection")
    assert against(product, "review", editor) == []


def test_a_review_needs_a_whole_checklist_that_another_one_signed(editor, boss):
    product = make.product(status="compliance_review")

    assert against(product, "clear_for_sale", editor) == ["Fill in a compliance checklist first."]
    blank = {"intellectual_property": False, "import_safety": False}
    checklist(product, editor, **blank, no_prohibited_claims=False, tax_class="")
    assert against(product, "clear_for_sale", editor) == [
        *(f"On the compliance checklist is missing: {point}." for point in POINTS),
        SIGN,
    ]
    made = checklist(product, editor)
    assert against(product, "clear_for_sale", editor) == [SIGN]
    sign(made, boss)
    assert against(product, "clear_for_sale", editor) == []


def test_a_newer_checklist_takes_the_place_of_a_signed_one(editor, boss):
    product = make.product(status="compliance_review")
    sign(checklist(product, editor), boss)
    checklist(product, editor)

    assert against(product, "clear_for_sale", editor) == [SIGN]


def test_what_is_put_on_sale_has_a_cost(editor):
    product = make.product(status="ready")
    sku = make.sku(of=product, unit_cost=None, cost_currency="")

    assert against(product, "put_on_sale", editor) == [
        "Give at least one SKU of it a unit cost: without one no price can be judged."
    ]
    Sku.objects.filter(pk=sku.pk).update(unit_cost=1, cost_currency="CNY")
    assert against(product, "put_on_sale", editor) == []


def unsigned():
    return ComplianceChecklist.objects.filter(signed_by__isnull=True).count()


def test_the_author_does_not_sign(boss):
    made = checklist(make.product(status="compliance_review"), boss)

    with pytest.raises(NotAllowed) as refusal:
        sign(made, boss)

    assert refusal.value.message == "You wrote this, so somebody else must sign it."
    assert unsigned() == 1


def test_the_database_refuses_an_authors_signature(boss):
    made = checklist(make.product(status="compliance_review"), boss)

    with pytest.raises(IntegrityError, match="compliance_signed_by_another"):
        ComplianceChecklist.objects.filter(pk=made.pk).update(signed_by=boss, signed_at=NOW)


def test_a_team_member_does_not_sign(editor, boss):
    made = checklist(make.product(status="compliance_review"), boss)

    with pytest.raises(NotAllowed, match="the right to sign checklists"):
        sign(made, editor)

    assert unsigned() == 1


def test_what_changed_since_it_was_shown_is_not_signed(editor, boss):
    made = checklist(make.product(status="compliance_review"), editor)
    shown = made.digest
    made.tax_class = "0000"
    write_checklist(made, **who(editor))

    with pytest.raises(Conflict):
        sign_checklist(made, digest=shown, **who(boss))

    assert unsigned() == 1


def test_an_incomplete_one_is_not_signed(editor, boss):
    made = checklist(make.product(status="compliance_review"), editor, tax_class="")

    with pytest.raises(InvalidTransition) as refusal:
        sign(made, boss)

    assert refusal.value.message == "It is not complete, so nobody signs it yet: tax class."
    assert unsigned() == 1


def test_it_is_signed_once(editor, boss):
    made = checklist(make.product(status="compliance_review"), editor)
    sign(made, boss)

    with pytest.raises(InvalidTransition, match="signed already"):
        sign(made, make.manager("second"))

    assert ComplianceChecklist.objects.get().signed_by == boss


def test_a_signed_one_is_not_edited(editor, boss):
    made = checklist(make.product(status="compliance_review"), editor)
    sign(made, boss)
    made.refresh_from_db()
    made.tax_class = "0000"

    with pytest.raises(InvalidTransition, match="signed already"):
        write_checklist(made, **who(editor))

    assert ComplianceChecklist.objects.get().tax_class == "9503.00"


def test_somebody_elses_is_not_edited(editor, boss):
    made = checklist(make.product(status="compliance_review"), editor)
    made.tax_class = "0000"

    with pytest.raises(NotAllowed) as refusal:
        write_checklist(made, **who(boss))

    assert refusal.value.code == "not_own"
    assert ComplianceChecklist.objects.get().tax_class == "9503.00"


@pytest.mark.parametrize("write", [report, result, checklist])
def test_nothing_is_written_about_what_is_on_sale(write, editor):
    with pytest.raises(InvalidTransition, match="belong to the time before"):
        write(make.product(status="on_sale"), editor)

    assert (SelectionReport.objects.count(), ProductTest.objects.count(), unsigned()) == (0, 0, 0)


@pytest.mark.parametrize("write", [report, result, checklist])
def test_who_may_not_edit_the_catalogue_writes_nothing(write):
    auditor = make.user(role=Role.AUDITOR)

    with pytest.raises(NotAllowed):
        write(make.product(status="idea"), auditor)

    assert (SelectionReport.objects.count(), ProductTest.objects.count(), unsigned()) == (0, 0, 0)


def test_the_whole_way_from_an_idea_to_the_shelf(editor, boss):
    product = make.product(status="idea")
    make.sku(of=product)
    mover = Mover(NOW, editor, make.scope(editor))

    def go(verb, reason=""):
        move(PRODUCT_COURSE, product, verb, mover, reason=reason)

    report(product, editor)
    go("research")
    go("sample")
    result(product, editor)
    go("inspect")
    result(product, editor, "inspection")
    go("review")
    sign(checklist(product, editor), boss)
    go("clear_for_sale")
    go("put_on_sale")
    go("optimise")
    go("end_optimising")
    go("clear", "Too old")
    go("recover", "Sells again")
    go("clear", "Too old")
    go("retire", "Sold out")

    assert Product.objects.get().status == "retired"
    assert LifeEvent.objects.count() == 12
