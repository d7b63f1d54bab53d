"""First assignments: within all, within one's departments, and nothing taken away."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from accounts.core.roles import Role
from catalog.actions.assignments import assign_store
from catalog.models import DirtyDay, StoreAssignment
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.NOW
MARCH = date(2026, 3, 1)


def assign(store, person, share="1", start=MARCH, end=None, by=None, **values):
    return assign_store(
        StoreAssignment(
            store=store,
            person=person,
            share=Decimal(share),
            from_date=start,
            to_date=end,
            **values,
        ),
        by=by,
        at=NOW,
        scope=make.scope(by) if by else None,
    )


def stored():
    return list(StoreAssignment.objects.order_by("pk").values()), AuditEntry.objects.count()


def test_shares_never_add_up_to_more_than_all():
    shop, one, two = make.store(), make.person("E1", name="Ada"), make.person("E2", name="Bo")
    assign(shop, one, "0.6", start=date(2026, 3, 10))
    before = (AuditEntry.objects.count(), DirtyDay.objects.count())

    with pytest.raises(InvalidData) as refusal:
        assign(shop, two, "0.5", start=date(2026, 3, 1))

    assert str(refusal.value) == (
        "On 2026-03-10 60 % of store UK is already assigned (Ada (E1)): "
        "50 % more would be above 100 %."
    )
    assert (AuditEntry.objects.count(), DirtyDay.objects.count()) == before
    assign(shop, two, "0.4", start=date(2026, 3, 1))
    assign(shop, two, "1", start=date(2026, 3, 1), duty="customer_service")
    assert StoreAssignment.objects.count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"to_date": date(2026, 4, 15)},
        {"share": Decimal("0.4")},
        {"from_date": date(2026, 3, 2)},
        {"duty": "customer_service"},
    ],
    ids=str,
)
def test_what_somebody_has_is_not_taken_away(change):
    boss = make.manager()
    row = assign(make.store(), make.person("E1", name="Ada"), "0.5")
    before = stored()
    for name, value in change.items():
        setattr(row, name, value)

    with pytest.raises(NotAllowed) as refusal:
        assign_store(row, by=boss, at=NOW, scope=make.scope(boss))

    assert str(refusal.value) == (
        "Ada (E1) has this share: offer a handover, which both accept. Only somebody who leaves "
        "is taken off, after the last day."
    )
    assert stored() == before


def test_nor_given_to_another():
    row = assign(make.store(), make.person())
    before = stored()
    row.person = make.person()

    with pytest.raises(NotAllowed):
        assign_store(row, by=None, at=NOW)

    assert stored() == before


def test_what_somebody_has_may_grow():
    row = assign(make.store(), make.person(), "0.5", end=date(2026, 5, 1))

    row.share, row.to_date, row.from_date = Decimal("0.6"), None, date(2026, 2, 1)
    assign_store(row, by=None, at=NOW)

    assert list(StoreAssignment.objects.values_list("share", "from_date", "to_date")) == [
        (Decimal("0.6"), date(2026, 2, 1), None)
    ]


def test_who_leaves_is_taken_off_after_the_last_day():
    leaver = make.person()
    make.employment(leaver, leave_date=date(2026, 4, 20))
    row = assign(make.store(), leaver)
    DirtyDay.objects.all().delete()
    before = stored()

    row.to_date = date(2026, 4, 20)  # would take the last day away
    with pytest.raises(NotAllowed):
        assign_store(row, by=None, at=NOW)
    unchanged = stored() == before
    row.to_date = date(2026, 4, 21)
    assign_store(row, by=None, at=NOW)

    assert (unchanged, StoreAssignment.objects.get().to_date) == (True, date(2026, 4, 21))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR])
def test_nobody_assigns_themselves(role):
    user = make.user(role=role, department=make.department())
    me = make.person(user=user)
    make.employment(me)
    shop = make.store()

    with pytest.raises(NotAllowed):
        assign(shop, me, by=user)

    assert stored() == ([], 0)


def test_a_supervisor_assigns_the_stores_and_people_of_the_own_department():
    lead = make.user(role=Role.SUPERVISOR, department=make.department())
    here, there = make.person(), make.person()
    make.employment(here)
    make.employment(there, department=make.department("other"))
    own, foreign = make.store("OWN"), make.store("FAR", department=make.department("other"))

    for shop, person in ((foreign, here), (own, there)):
        with pytest.raises(NotAllowed):
            assign(shop, person, by=lead)
    nothing = stored()
    assign(own, here, by=lead)

    assert nothing == ([], 0)
    assert list(StoreAssignment.objects.values_list("store__code", "person")) == [("OWN", here.pk)]


def test_being_employed_in_a_department_does_not_let_one_assign_its_stores():
    lead = make.user(role=Role.SUPERVISOR, department=make.department("led"))
    make.employment(make.person(user=lead), department=make.department("home"))
    colleague = make.person()
    make.employment(colleague, department=make.department("home"))

    with pytest.raises(NotAllowed):
        assign(make.store("HOME", department=make.department("home")), colleague, by=lead)

    assert stored() == ([], 0)


def test_seeing_everything_by_another_role_does_not_let_one_assign_everywhere():
    lead = make.user(role=Role.SUPERVISOR, department=make.department("led"))
    make.grant(lead, Role.HR_PAYROLL)
    person = make.person()

    with pytest.raises(NotAllowed):
        assign(make.store("FAR", department=make.department("far")), person, by=lead)
    nothing = stored()
    assign(make.store("OWN", department=make.department("led")), person, by=lead)

    assert nothing == ([], 0)
    assert StoreAssignment.objects.get().store.code == "OWN"


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.HR_PAYROLL, Role.AUDITOR], ids=str)
def test_others_assign_nothing(role):
    user = make.user(role=role)

    with pytest.raises(NotAllowed):
        assign(make.store(), make.person(), by=user)

    assert stored() == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_of_ten_at_once_as_many_are_assigned_as_fit():
    shop = make.store()
    people = [make.person() for _ in range(10)]
    together = Barrier(10)

    def take(person):
        try:
            together.wait()
            assign(shop, person, "0.4")
        except InvalidData:
            return "refused"
        finally:
            connection.close()
        return "assigned"

    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(take, people))

    assert (answers.count("assigned"), answers.count("refused")) == (2, 8)
