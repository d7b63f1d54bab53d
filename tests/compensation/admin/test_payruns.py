"""A month's pay in the browser: who may press what, and what is written when it is refused."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import approve_run, lock_run, submit_run
from compensation.models import PayRun, Payslip
from opsdesk.core.periods import Period
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db

MARCH = Period.parse("2026-03")


@pytest.fixture
def hr():
    return factories.user("hr", role=Role.HR_PAYROLL)


@pytest.fixture
def boss():
    return factories.manager("boss")


@pytest.fixture
def me():
    return factories.user("me", role=Role.TEAM_MEMBER)


@pytest.fixture
def run(hr, me):
    """A submitted run of a supervisor and a promoter, who is ``me``."""
    factories.employment(factories.person("E1"), position="supervisor")
    factories.employment(factories.person("E2", user=me))
    factories.order("900.00", on=date(2026, 3, 1))
    factories.refund("10.01", on=date(2026, 3, 20))
    factories.target("1000.00")
    made = calculate_run(factories.department(), MARCH, by=hr, at=NOW)
    return submit_run(made, scope=factories.scope(hr), by=hr, at=NOW)


def page_of(run):
    return reverse("admin:compensation_payrun_change", args=[run.pk])


def press(client, run, verb, **values):
    url = reverse("admin:compensation_payrun_verb", args=[run.pk, verb])
    return client.post(url, values)


def state(run):
    return PayRun.objects.get(pk=run.pk).state


def shown_digest(client, run):
    page = client.get(page_of(run)).content.decode()
    return page.split('name="digest" value="')[1].split('"')[0]


def buttons(client, run):
    return [name for name, _verb in client.get(page_of(run)).context["buttons"]]


def test_a_second_person_approves_what_was_shown(client, run, boss):
    sign_in(client, boss)

    response = press(client, run, "approve", digest=shown_digest(client, run))

    assert told(response) == ["Approved."]
    assert state(run) == "approved"


def test_an_approval_of_something_else_than_shown_is_refused(client, run, boss):
    sign_in(client, boss)

    response = press(client, run, "approve", digest="0" * 64)

    assert [text.partition(".")[0] for text in told(response)] == [
        "The content changed since it was shown to you"
    ]
    assert state(run) == "submitted"


def test_whoever_is_paid_sees_why_approving_is_not_for_them(client, run, boss):
    person = Payslip.objects.filter(run=run).first().person
    person.user = boss
    person.save()
    sign_in(client, boss)

    page = client.get(page_of(run))
    response = press(client, run, "approve", digest=run.digest)

    sentence = "This pay run pays you, so somebody else must approve it."
    assert page.context["approval_refusal"] == sentence
    assert "approve" not in [name for name, _verb in page.context["buttons"]]
    assert told(response) == [sentence]
    assert state(run) == "submitted"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MANAGER, ["approve", "return_to_open"]),
        (Role.HR_PAYROLL, ["return_to_open"]),
        (Role.AUDITOR, []),
    ],
)
def test_only_steps_of_the_role_are_offered(client, run, role, expected):
    sign_in(client, factories.user(role=role))

    assert buttons(client, run) == expected


@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.HR_PAYROLL, 403), (Role.AUDITOR, 403), (Role.TEAM_MEMBER, 403)],
)
def test_others_cannot_approve_by_address(client, run, role, code):
    sign_in(client, factories.user(role=role))

    response = press(client, run, "approve", digest=run.digest)

    assert (response.status_code, state(run)) == (code, "submitted")


def test_a_supervisor_of_another_department_does_not_find_the_run(client, run):
    away = factories.department("away")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=away))

    codes = (client.get(page_of(run)).status_code, press(client, run, "submit").status_code)

    assert (codes, state(run)) == ((404, 404), "submitted")


def test_no_step_happens_on_looking(client, run, boss):
    sign_in(client, boss)
    url = reverse("admin:compensation_payrun_verb", args=[run.pk, "approve"])

    assert client.get(url).status_code == 405
    assert state(run) == "submitted"


def test_giving_back_needs_a_reason(client, run, boss):
    sign_in(client, boss)

    response = press(client, run, "return_to_open", reason=" ")

    assert told(response) == ["Say why the pay run goes back."]
    assert state(run) == "submitted"


def test_a_run_without_a_target_says_so_and_is_not_submitted(client, hr):
    factories.employment(factories.person("E1"))
    sign_in(client, hr)
    started = client.post(
        reverse("admin:compensation_payrun_start"),
        {"department": factories.department().pk, "month": "2026-03"},
    )
    run = PayRun.objects.get()

    page = client.get(page_of(run))
    response = press(client, run, "submit")

    assert started["Location"] == page_of(run)
    assert [one.partition(".")[0] for one in page.context["blocking"]] == [
        "ops has no target for 2026-03"
    ]
    assert [text.partition(".")[0] for text in told(response)][
        -1
    ] == "ops has no target for 2026-03"
    assert state(run) == "calculated"


def test_a_month_that_is_none_starts_nothing(client, hr):
    sign_in(client, hr)
    url = reverse("admin:compensation_payrun_start")

    response = client.post(url, {"department": factories.department().pk, "month": "2026-13"})

    assert response.status_code == 302
    assert told(response)
    assert PayRun.objects.count() == 0


def test_the_page_needs_no_more_queries_for_more_people(
    client, run, boss, django_assert_max_num_queries
):
    sign_in(client, boss)
    with django_assert_max_num_queries(40) as few:
        client.get(page_of(run))
    for number in range(3, 7):
        payslip = Payslip.objects.create(run=run, person=factories.person(f"E{number}"), total=1)
        payslip.lines.create(position=1, kind="bonus", amount=1, code="extra", figures={})

    with django_assert_max_num_queries(len(few)):
        client.get(page_of(run))


def locked(run, boss):
    approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)
    lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)


def test_a_person_sees_the_own_payslip_once_it_is_locked_and_no_other(client, run, boss, me):
    sign_in(client, me)
    own, other = Payslip.objects.get(person__user=me), Payslip.objects.exclude(person__user=me)[0]
    urls = [reverse("admin:compensation_payslip_change", args=[one.pk]) for one in (own, other)]
    before = [client.get(url).status_code for url in urls]
    locked(PayRun.objects.get(pk=run.pk), boss)

    after = [client.get(url).status_code for url in urls]

    assert (before, after) == ([404, 404], [200, 404])


def test_the_rows_behind_a_commission_add_up_to_it(client, run, boss):
    sign_in(client, boss)
    line = next(
        line
        for payslip in Payslip.objects.filter(run=run, person__employee_no="E1")
        for line in payslip.lines.filter(kind="commission")
    )
    url = reverse("admin:compensation_payslip_line", args=[line.payslip_id, line.position])

    context = client.get(url).context

    # 4 % of 900.00 − 10.01, at 88.999 % of the target
    assert str(line.amount) == "35.60"
    assert [str(leaf.earned) for leaf in context["leaves"]] == ["36.00", "-0.40"]
    assert context["page_earned"] == line.amount


def test_a_line_of_somebody_elses_payslip_is_not_there(client, run, boss, me):
    locked(PayRun.objects.get(pk=run.pk), boss)
    other = Payslip.objects.exclude(person__user=me)[0]
    sign_in(client, me)

    url = reverse("admin:compensation_payslip_line", args=[other.pk, 1])

    assert client.get(url).status_code == 404


def test_nobody_calculates_the_department_they_are_only_employed_in(client):
    lead = factories.user("lead", role=Role.SUPERVISOR, department=factories.department("away"))
    factories.employment(factories.person(user=lead), department=factories.department("home"))
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    home = factories.department("home")

    client.post("/admin/compensation/payrun/start/", {"department": home.pk, "month": "2026-03"})

    assert PayRun.objects.count() == 0


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "1999-12", "2200-01"])
def test_a_year_in_which_nobody_is_paid_is_no_month_to_calculate(month, client):
    sign_in(client, factories.user(role=Role.HR_PAYROLL))

    response = client.post(
        reverse("admin:compensation_payrun_start"),
        {"department": factories.department().pk, "month": month},
    )

    assert told(response) == ["Month: Give the month as YYYY-MM."]
    assert PayRun.objects.count() == 0
