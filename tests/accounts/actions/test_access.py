"""Changes of what people may do: one proposes, another confirms, and all that is refused."""

import pytest
from django.db import IntegrityError, transaction

from accounts.actions.access import (
    decide_change,
    install_role,
    propose_change,
    shut_out,
    withdraw_change,
)
from accounts.core.roles import Role
from accounts.models import AccessChange, RoleGrant, User
from opsdesk.actions.audit import record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin", role=Role.ADMINISTRATOR)


@pytest.fixture
def second():
    return factories.user("second", role=Role.ADMINISTRATOR)


@pytest.fixture
def ann():
    return factories.user("ann")


def draft(user, kind="grant", role=Role.HR_PAYROLL, **values):
    return AccessChange(kind=kind, user=user, role=role, **{"reason": "New job"} | values)


def proposed(user, by, **values):
    return propose_change(draft(user, **values), scope=factories.scope(by), by=by, at=NOW)


def deciding(change, by, *, confirm=True):
    return decide_change(change, confirm=confirm, scope=factories.scope(by), by=by, at=NOW)


def roles_of(user):
    return set(user.role_grants.values_list("role", flat=True))


def waiting():
    return AccessChange.objects.filter(state="proposed").count()


def trail():
    return list(AuditEntry.objects.order_by("pk").values_list("actor__username", "verb", "model"))


def test_a_role_is_there_when_a_second_person_confirmed_it(admin, second, ann):
    change = proposed(ann, admin)
    assert roles_of(ann) == set()

    deciding(change, second)

    assert RoleGrant.objects.get(user=ann).change == change
    assert trail() == [
        ("admin", "created", "accounts.accesschange"),
        ("second", "created", "accounts.rolegrant"),
        ("second", "access: confirmed", "accounts.accesschange"),
    ]


def test_a_manager_may_be_the_second_person(admin, ann):
    deciding(proposed(ann, admin), factories.manager())

    assert roles_of(ann) == {"hr_payroll"}


def test_what_is_refused_gives_nothing(admin, second, ann):
    change = deciding(proposed(ann, admin), second, confirm=False)

    assert (change.state, roles_of(ann)) == ("refused", set())


def test_nobody_confirms_the_own_proposal(admin, second, ann):
    change = proposed(ann, admin)

    with pytest.raises(NotAllowed) as refused:
        deciding(change, admin)

    assert refused.value.code == "own_proposal"
    assert (roles_of(ann), waiting()) == (set(), 1)


def test_nobody_proposes_a_role_for_oneself(admin):
    with pytest.raises(NotAllowed) as refused:
        proposed(admin, admin)

    assert (refused.value.message, refused.value.field) == (
        "Nobody changes what oneself may do; ask another administrator.",
        "user",
    )
    assert (AccessChange.objects.filter(kind="grant", state="proposed").count(), trail()) == (0, [])


def test_nobody_confirms_a_role_for_oneself(admin, second):
    change = proposed(second, admin)

    with pytest.raises(NotAllowed) as refused:
        deciding(change, second)

    assert (refused.value.code, refused.value.message) == (
        "own_pay",
        "This is about what you may do, so somebody else must decide on it.",
    )
    assert (roles_of(second), waiting()) == ({"administrator"}, 1)


@pytest.mark.parametrize(
    "role", [Role.TEAM_MEMBER, Role.SUPERVISOR, Role.HR_PAYROLL, Role.MANAGER, Role.AUDITOR]
)
def test_only_administrators_propose(role, ann):
    somebody = factories.user(role=role, department=None)

    with pytest.raises(NotAllowed) as refused:
        proposed(ann, somebody)

    assert refused.value.code == "no_right"
    assert (waiting(), trail()) == (0, [])


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.SUPERVISOR, Role.HR_PAYROLL, Role.AUDITOR])
def test_only_administrators_and_managers_confirm(role, admin, ann):
    change = proposed(ann, admin)
    somebody = factories.user(role=role)

    with pytest.raises(NotAllowed) as refused:
        deciding(change, somebody)

    assert refused.value.code == "no_right"
    assert (roles_of(ann), waiting()) == (set(), 1)


def test_the_scope_of_another_person_serves_nobody(admin, second, ann):
    change = proposed(ann, admin)

    with pytest.raises(NotAllowed):
        decide_change(change, confirm=True, scope=factories.scope(second), by=ann, at=NOW)

    assert waiting() == 1


@pytest.mark.parametrize("confirm", [True, False])
def test_what_was_decided_is_not_decided_again(confirm, admin, second, ann):
    change = deciding(proposed(ann, admin), second, confirm=confirm)
    before = trail()

    with pytest.raises(InvalidTransition) as refused:
        deciding(change, factories.manager(), confirm=not confirm)

    assert refused.value.message == "This change was decided already."
    assert trail() == before


def test_who_proposed_it_takes_it_back(admin, second, ann):
    change = withdraw_change(proposed(ann, admin), by=admin, at=NOW)

    assert change.state == "withdrawn"
    with pytest.raises(InvalidTransition):
        deciding(change, second)
    assert roles_of(ann) == set()


def test_nobody_else_takes_it_back(admin, second, ann):
    change = proposed(ann, admin)

    with pytest.raises(NotAllowed):
        withdraw_change(change, by=second, at=NOW)

    assert waiting() == 1


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"reason": "  "}, "Give the reason.", "reason"),
        ({"role": ""}, "Choose a role.", "role"),
        (
            {"role": Role.SUPERVISOR},
            "A supervisor's role names the department.",
            "department",
        ),
        ({"kind": "revoke"}, "This sign-in does not have that role.", "role"),
        ({"kind": "reactivate", "role": ""}, "This sign-in is let in.", "user"),
        ({"kind": "reset_factor"}, "Only a change of roles names a role.", "role"),
    ],
)
def test_what_makes_no_sense_is_not_proposed(values, sentence, field, admin, ann):
    with pytest.raises(InvalidData) as refused:
        proposed(ann, admin, **values)

    assert (refused.value.message, refused.value.field) == (sentence, field)
    assert (waiting(), trail()) == (0, [])


def test_a_role_for_the_whole_company_names_no_department(admin, ann):
    with pytest.raises(InvalidData) as refused:
        proposed(ann, admin, department=factories.department())

    assert refused.value.message == ("This role is for the whole company and names no department.")
    assert waiting() == 0


def test_the_same_change_waits_once(admin, second, ann):
    proposed(ann, admin)

    with pytest.raises(InvalidData) as refused:
        proposed(ann, second)

    assert refused.value.message == "The same change waits for a second person already."
    assert waiting() == 1


def test_a_role_that_is_there_already_is_neither_proposed_nor_confirmed(admin, second, ann):
    change = proposed(ann, admin)
    install_role(ann, Role.HR_PAYROLL, None, reason="set up", at=NOW)

    with pytest.raises(InvalidData):
        deciding(change, second)

    assert (waiting(), RoleGrant.objects.filter(user=ann).count()) == (1, 1)


def test_a_role_taken_away_ends_the_sessions_of_the_person(admin, second, ann):
    factories.grant(ann, Role.HR_PAYROLL)

    deciding(proposed(ann, admin, kind="revoke"), second)

    assert (roles_of(ann), User.objects.get(pk=ann.pk).session_version) == (set(), 1)


def test_the_last_administrator_stays(admin):
    boss = factories.manager()
    other = factories.user("other", role=Role.ADMINISTRATOR)
    change = proposed(admin, other, kind="revoke", role=Role.ADMINISTRATOR)
    deciding(change, boss)
    factories.grant(admin, Role.ADMINISTRATOR)
    last = proposed(other, admin, kind="revoke", role=Role.ADMINISTRATOR)
    User.objects.filter(pk=admin.pk).update(is_active=False)

    with pytest.raises(NotAllowed) as refused:
        deciding(last, boss)

    assert refused.value.code == "proposer_gone"
    assert roles_of(other) == {"administrator"}


def test_whoever_is_shut_out_is_let_in_again_by_two_people(admin, second, ann):
    shut_out(ann, scope=factories.scope(admin), by=admin, at=NOW)
    assert User.objects.filter(pk=ann.pk, is_active=False, session_version=1).exists()

    change = proposed(User.objects.get(pk=ann.pk), admin, kind="reactivate", role="")
    assert not User.objects.get(pk=ann.pk).is_active
    deciding(change, second)

    assert User.objects.get(pk=ann.pk).is_active


def test_nobody_shuts_oneself_out(admin, second):
    with pytest.raises(NotAllowed):
        shut_out(admin, scope=factories.scope(admin), by=admin, at=NOW)

    assert User.objects.get(pk=admin.pk).is_active


def test_shutting_out_needs_the_right(ann):
    boss = factories.manager()

    with pytest.raises(NotAllowed) as refused:
        shut_out(ann, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.code == "no_right"
    assert User.objects.get(pk=ann.pk).is_active


def test_the_second_last_who_gives_roles_is_not_shut_out(admin, second, ann):
    with pytest.raises(InvalidData) as refused:
        shut_out(second, scope=factories.scope(admin), by=admin, at=NOW)

    assert refused.value.code == "nobody_left"
    assert User.objects.get(pk=second.pk).is_active


@pytest.mark.parametrize("setter", ["admin", "second", "third"])
def test_while_somebody_else_knows_the_password_no_second_factor_is_forgotten(
    setter, admin, second, ann
):
    # else that person, whoever it is, could sign in with it and set up a second factor
    third = factories.user("third", role=Role.ADMINISTRATOR)
    known_by = {"admin": admin, "second": second, "third": third}[setter]
    record("password set", ann, by=known_by, at=NOW)
    change = proposed(ann, admin, kind="reset_factor", role="")

    with pytest.raises(NotAllowed) as refused:
        deciding(change, second)

    assert (refused.value.code, waiting()) == ("through_password", 1)
    record("password chosen", ann, by=ann, at=NOW)
    assert deciding(change, second).state == "confirmed"


def test_signing_in_with_a_password_that_somebody_else_set_makes_it_no_own_one(admin, second, ann):
    record("password set", ann, by=admin, at=NOW)
    User.objects.filter(pk=ann.pk).update(last_login=NOW.replace(year=2030))
    ann.refresh_from_db()
    change = proposed(ann, admin, kind="reset_factor", role="")

    with pytest.raises(NotAllowed) as refused:
        deciding(change, second)

    assert refused.value.code == "through_password"
    assert waiting() == 1


@pytest.mark.parametrize(("role", "held"), [(Role.MANAGER, True), (Role.TEAM_MEMBER, False)])
def test_a_guarded_role_waits_until_the_person_chose_an_own_password(
    role, held, admin, second, ann
):
    record("password set", ann, by=admin, at=NOW)
    change = proposed(ann, admin, role=role)

    if held:
        with pytest.raises(NotAllowed):
            deciding(change, second)
        assert (roles_of(ann), waiting()) == (set(), 1)
        record("password chosen", ann, by=ann, at=NOW)

    assert deciding(change, second).state == "confirmed"


def test_the_database_refuses_one_person_alone(admin, ann):
    change = proposed(ann, admin)

    for by in (admin, ann):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessChange.objects.filter(pk=change.pk).update(state="confirmed", decided_by=by)

    assert waiting() == 1


def test_the_database_refuses_a_role_that_no_change_gave(ann):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=ann, role=Role.MANAGER)

    assert roles_of(ann) == set()


def test_what_was_proposed_by_who_is_no_administrator_any_more_is_only_refused(admin, second, ann):
    change = proposed(ann, admin)
    admin.role_grants.all().delete()

    with pytest.raises(NotAllowed) as refused:
        deciding(change, second)

    assert refused.value.code == "proposer_gone"
    assert (roles_of(ann), waiting()) == (set(), 1)
    assert deciding(change, second, confirm=False).state == "refused"


@pytest.mark.parametrize("department", [True, False])
def test_the_database_refuses_the_same_change_twice(department, admin, ann):
    where = factories.department() if department else None
    values = {"role": Role.TEAM_MEMBER, "department": where, "state": "proposed"}
    values |= {"proposed_by": admin, "proposed_at": NOW}
    draft(ann, **values).save()

    with pytest.raises(IntegrityError), transaction.atomic():
        draft(ann, **values).save()

    assert waiting() == 1
