"""Erasing somebody who left: the name is nowhere any more, everything else still is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.db import models

from accounts.actions.access import propose_change
from accounts.actions.erasure import erase_person
from accounts.core.roles import Role
from accounts.models import AccessChange, Employment, Person, User
from compensation.actions.calculation import calculate_run, replay_run
from compensation.actions.payruns import approve_run, lock_run, submit_run
from compensation.actions.proposals import propose
from compensation.models import PayRun, Proposal
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry, ImportBatch, ImportReject
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db

NAME, MAIL, PHONE, LOGIN = "Quillfeather", "quill@example.org", "+44 7700 900123", "quillf"
MARCH = Period.parse("2026-03")


@pytest.fixture
def hr():
    return factories.user("hr", role=Role.HR_PAYROLL)


@pytest.fixture
def quill():
    """Somebody with a sign-in who left at the end of March."""
    user = factories.user(LOGIN, first_name=NAME, last_name=NAME, email=MAIL)
    person = Person(employee_no="E9", name=NAME, email=MAIL, phone=PHONE, user=user)
    save_record(person, by=None, at=NOW)
    factories.employment(person, leave_date=date(2026, 3, 31))
    return person


def erasing(person, by):
    return erase_person(person, scope=factories.scope(by), by=by, at=NOW)


def texts(model):
    """Everything that a table holds, as one text."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.values_list(*names)
    return repr([list(map(str, row)) for row in rows])


def tables_that_say(*words):
    return {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if any(word in texts(model) for word in words)
    }


def test_the_name_is_gone_everywhere_and_the_number_stays(quill, hr):
    # what holds or held the name: audit entries, a paid month, refused rows, the sign-in log
    boss = factories.manager("boss")
    factories.order("900.00", on=date(2026, 3, 2))
    factories.target("1000.00")
    quill.name = f"{NAME}-Smith"
    save_record(quill, by=hr, at=NOW)
    proposal = Proposal(person=quill, month=MARCH.start, kind="bonus", amount=10, reason="Fair")
    propose(proposal, scope=factories.scope(hr), by=hr, at=NOW)
    Employment.objects.filter(person=quill).update(base_salary=Decimal(3000))
    run = calculate_run(factories.department(), MARCH, by=hr, at=NOW)
    run = submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)
    run = approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)
    lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)
    batch = ImportBatch.objects.create(
        name="staff.csv", format="staff", digest="0" * 64, created_at=NOW
    )
    ImportReject.objects.create(batch=batch, row_no=2, reason=f"{NAME}: no department")
    AccessAttempt.objects.create(username=LOGIN, failures_since_start=1)
    AccessFailureLog.objects.create(username=LOGIN)
    AccessLog.objects.create(username=LOGIN)

    erasing(quill, hr)

    assert tables_that_say(NAME, MAIL, PHONE, LOGIN) == set()
    run = PayRun.objects.get()
    assert (run.state, run.payslips.get().person_id, replay_run(run)) == ("locked", quill.pk, [])
    kept = Person.objects.get(pk=quill.pk)
    assert (str(kept), kept.erased_at) == ("– (E9)", NOW)
    assert str(kept.user) == f"erased #{kept.user_id}"


def test_the_sign_in_is_shut_out_and_its_sessions_are_over(quill, hr):
    erasing(quill, hr)

    user = User.objects.get(pk=quill.user_id)
    assert (user.is_active, user.is_staff, user.has_usable_password()) == (False, False, False)
    assert user.session_version > 0


def test_it_is_written_down_without_the_name(quill, hr):
    erasing(quill, hr)

    entries = AuditEntry.objects.filter(verb="erased").order_by("pk")
    assert [(entry.model, entry.object_id, entry.actor) for entry in entries] == [
        ("accounts.user", str(quill.user_id), hr),
        ("accounts.person", str(quill.pk), hr),
    ]


@pytest.mark.parametrize(
    ("leave", "refused"),
    [
        (None, True),
        (TODAY, True),  # the last day at work is today
        (TODAY - timedelta(days=1), False),
    ],
)
def test_who_is_still_employed_is_not_erased(leave, refused, hr):
    person = factories.person("E8", name=NAME)
    factories.employment(person, leave_date=leave)

    if refused:
        with pytest.raises(NotReady):
            erasing(person, hr)
    else:
        erasing(person, hr)

    assert (Person.objects.get(pk=person.pk).name == NAME) == refused


@pytest.mark.parametrize(
    "role",
    [Role.TEAM_MEMBER, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR],
)
def test_only_hr_erases(role, quill):
    with pytest.raises(NotAllowed):
        erasing(quill, factories.user(role=role))

    assert Person.objects.get(pk=quill.pk).name == NAME


def test_nobody_erases_oneself(quill):
    factories.grant(quill.user, Role.HR_PAYROLL)

    with pytest.raises(NotAllowed):
        erasing(quill, quill.user)

    assert Person.objects.get(pk=quill.pk).name == NAME


def test_nobody_is_erased_twice(quill, hr):
    erasing(quill, hr)
    before = AuditEntry.objects.count()

    with pytest.raises(InvalidTransition):
        erasing(quill, hr)

    assert AuditEntry.objects.count() == before


def test_the_sign_in_of_who_was_erased_is_not_let_in_again(quill, hr):
    erasing(quill, hr)
    admin = factories.user(role=Role.ADMINISTRATOR)
    change = AccessChange(
        kind="reactivate", user=User.objects.get(pk=quill.user_id), reason="Back again"
    )

    with pytest.raises(InvalidData):
        propose_change(change, scope=factories.scope(admin), by=admin, at=NOW)

    assert AccessChange.objects.filter(kind="reactivate").count() == 0


def test_every_field_that_a_model_calls_sensitive_is_one_of_its_fields():
    found = {
        (model._meta.label, field)
        for model in apps.get_models()
        for field in getattr(model, "sensitive", {})
        if not isinstance(model._meta.get_field(field), models.Field)
    }

    assert found == set()


def test_who_was_never_employed_is_not_erased(hr):
    # else HR could put any sign-in to a made-up person and do away with it
    person = factories.person("E7", user=factories.user("victim"))

    with pytest.raises(NotReady):
        erasing(person, hr)

    assert User.objects.get(username="victim").is_active


def test_who_has_roles_is_not_erased(quill, hr):
    factories.grant(quill.user, Role.TEAM_MEMBER)

    with pytest.raises(NotReady) as refused:
        erasing(quill, hr)

    assert refused.value.code == "has_roles"
    assert User.objects.get(username=LOGIN).is_active
