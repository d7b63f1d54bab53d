"""``manage.py payrun`` as a person calls it: what it prints, what it refuses and how it ends."""

import json
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from compensation.management.commands.payrun import Command
from compensation.models import PayRun, PayslipLine
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SHOWN = {
    "department": "ops",
    "month": "2026-03",
    "state": "calculated",
    "base": "890.00",
    "target": "1000.00",
    "completion": "0.890000",
    "activity_fund": "4.45",
    "payslips": [
        {
            "employee_no": "E1",
            "total": "3535.60",
            "lines": [
                {
                    "kind": "base_salary",
                    "amount": "3500.00",
                    "formula": "Base salary 3,500.00 for the whole month as supervisor",
                },
                {
                    "kind": "commission",
                    "amount": "35.60",
                    "formula": "Commission 35.60 = 4 % × 890.00 (orders 933.34 − refunds 43.34); "
                    "tier > 80 % because 890.00 / 1,000.00 = 89.00 %",
                },
            ],
        },
        {
            "employee_no": "E2",
            "total": "2017.80",
            "lines": [
                {
                    "kind": "base_salary",
                    "amount": "2000.00",
                    "formula": "Base salary 2,000.00 for the whole month as promoter",
                },
                {
                    "kind": "commission",
                    "amount": "17.80",
                    "formula": "Commission 17.80 = all (31 of 31 days) of the group pool 17.80 = "
                    "2 % × 890.00 (orders 933.34 − refunds 43.34); tier > 80 % because "
                    "890.00 / 1,000.00 = 89.00 %",
                },
            ],
        },
    ],
}


@pytest.fixture(autouse=True)
def on_the_second_of_april():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def desk(monkeypatch):
    """A department with a supervisor and a promoter, who sold 890.00 net of 1,000.00."""
    monkeypatch.setenv("OPSDESK_PASSWORD", "pw-for-tests")
    ops = factories.department()
    factories.employment(factories.person("E1", name="Ann"), position="supervisor")
    factories.employment(factories.person("E2", name="Bo"))
    factories.order("933.34", on=date(2026, 3, 31))
    factories.refund("43.34", on=date(2026, 3, 20))
    factories.user("hr", role=Role.HR_PAYROLL)
    factories.manager("boss")
    return ops


@pytest.fixture
def target():
    return factories.target("1000.00")


def payrun(verb, department="ops", month="2026-03", **options):
    out = StringIO()
    given = [word for word in (department, month) if word is not None]
    if verb == "approve":
        options.setdefault("digest", PayRun.objects.get().digest[:16])
    call_command("payrun", verb, *given, stdout=out, **options)
    return out.getvalue()


def refused(verb, *args, **options):
    """The sentence and the exit status of a call that must not succeed."""
    with pytest.raises(CommandError) as error:
        payrun(verb, *args, **options)
    return str(error.value), error.value.returncode


def test_calculate_prints_the_payslips_in_words(target):
    printed = payrun("calculate")

    assert printed.splitlines() == [
        "Ops 2026-03: Calculated",
        f"digest {PayRun.objects.get().digest}",
        "base 890.00 = orders 933.34 − refunds 43.34, target 1000.00",
        "",
        "Ann (E1)  3535.60 CNY",
        "  Base salary 3,500.00 for the whole month as supervisor",
        "  " + SHOWN["payslips"][0]["lines"][1]["formula"],
        "",
        "Bo (E2)  2017.80 CNY",
        "  Base salary 2,000.00 for the whole month as promoter",
        "  " + SHOWN["payslips"][1]["lines"][1]["formula"],
        "· ops has no plan for 2026-03 of: promotion, feedback, recruiting. What the supervisor is "
        "paid for it is left out.",
        "· Bo (E2) has no work plan for the month; what depends on it is not paid.",
    ]
    assert payrun("show") == printed


def test_show_json_prints_the_promised_document(target):
    payrun("calculate")

    assert json.loads(payrun("show", json=True)) == SHOWN


def test_show_json_of_a_month_without_a_target_has_no_completion():
    payrun("calculate")

    shown = json.loads(payrun("show", json=True))

    lines = [line["kind"] for payslip in shown["payslips"] for line in payslip["lines"]]
    assert (shown["target"], shown["completion"], shown["activity_fund"], lines) == (
        None,
        None,
        "0.00",
        ["base_salary", "base_salary"],
    )


def test_the_whole_way_on_the_command_line(target):
    printed = [
        payrun("calculate").splitlines()[0],
        payrun("submit", by="hr"),
        payrun("approve", by="boss"),
        payrun("lock", by="boss"),
        payrun("pay", by="hr"),
        payrun("replay"),
    ]

    assert printed == [
        "Ops 2026-03: Calculated",
        "Ops 2026-03: Submitted\n",
        "Ops 2026-03: Approved\n",
        "Ops 2026-03: Locked\n",
        "Ops 2026-03: Paid\n",
        "1 pay runs replayed, 0 differences.\n",
    ]
    assert (PayRun.objects.get().approved_by.username, ClosedMonth.objects.count()) == ("boss", 1)


def test_a_run_goes_back_with_a_reason(target):
    payrun("calculate")
    payrun("submit", by="hr")

    assert refused("return", by="hr") == ("Say why the pay run goes back.", 1)
    assert PayRun.objects.get().state == "submitted"
    assert payrun("return", by="hr", reason="E3 is missing") == "Ops 2026-03: Open\n"


def test_replay_names_what_differs_and_ends_with_one(target):
    payrun("calculate")
    payrun("submit", by="hr")
    payrun("approve", by="boss")
    payrun("lock", by="boss")
    PayslipLine.objects.filter(kind="commission", payslip__person__employee_no="E2").update(
        amount="17.81"
    )
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("payrun", "replay", stdout=out)

    assert (out.getvalue().splitlines(), ended.value.code) == (
        [
            "Ops 2026-03: {'employee_no': 'E2', 'kind': 'commission', 'before': '17.81', "
            "'after': '17.80'}",
            "1 pay runs replayed, 1 differences.",
        ],
        1,
    )


def test_a_month_without_a_target_is_not_submitted():
    payrun("calculate")

    assert refused("submit", by="hr") == (
        "ops has no target for 2026-03. Set it; until then commission cannot be calculated and "
        "the pay run cannot be submitted.",
        1,
    )
    assert PayRun.objects.get().state == "calculated"


@pytest.mark.parametrize(
    ("digest", "sentence"),
    [
        ("", "Name what you looked at with --digest; “payrun show” prints it."),
        (
            "0" * 64,
            "The content changed since it was shown to you. Have it calculated and submitted "
            "again, then look at it anew.",
        ),
    ],
)
def test_what_was_not_looked_at_is_not_approved(digest, sentence, target):
    payrun("calculate")
    payrun("submit", by="hr")

    assert refused("approve", by="boss", digest=digest) == (sentence, 1)
    assert PayRun.objects.get().state == "submitted"


def test_nobody_approves_the_own_submission(target):
    factories.grant(factories.User.objects.get(username="boss"), Role.HR_PAYROLL)
    payrun("calculate")
    payrun("submit", by="boss")

    assert refused("approve", by="boss") == (
        "You calculated or submitted this pay run, so somebody else must approve it.",
        1,
    )
    assert PayRun.objects.get().state == "submitted"


def test_who_lacks_the_right_does_not_approve(target):
    payrun("calculate")
    payrun("submit", by="hr")

    assert refused("approve", by="hr") == ("You don't have the right to approve pay runs.", 1)
    assert PayRun.objects.get().state == "submitted"


def test_a_stranger_may_not_see_the_run(target):
    factories.user("stranger", role=Role.TEAM_MEMBER)
    payrun("calculate")

    assert refused("submit", by="stranger") == ("You may not see this pay run.", 1)
    assert PayRun.objects.get().state == "calculated"


@pytest.mark.parametrize(
    ("name", "password"),
    [("hr", "wrong"), ("hr", ""), ("nobody", "pw-for-tests")],
)
def test_a_wrong_name_or_password_does_nothing(name, password, target, monkeypatch):
    payrun("calculate")
    monkeypatch.setenv("OPSDESK_PASSWORD", password)

    assert refused("submit", by=name) == ("The name or the password is wrong.", 1)
    assert PayRun.objects.get().state == "calculated"


def test_a_deactivated_person_does_nothing(target):
    factories.User.objects.filter(username="hr").update(is_active=False)
    payrun("calculate")

    assert refused("submit", by="hr") == ("The name or the password is wrong.", 1)


def test_guessing_on_the_command_line_is_locked_out(target, monkeypatch):
    payrun("calculate")
    monkeypatch.setenv("OPSDESK_PASSWORD", "guess")
    for _ in range(8):
        refused("submit", by="hr")
    monkeypatch.setenv("OPSDESK_PASSWORD", "pw-for-tests")

    assert refused("submit", by="hr") == ("The name or the password is wrong.", 1)
    assert PayRun.objects.get().state == "calculated"


def test_a_person_must_be_named(target):
    payrun("calculate")

    assert refused("submit") == ("Name the person with --by.", 2)


def test_an_unknown_department_is_named():
    assert refused("calculate", "nowhere") == ("There is no department “nowhere”.", 1)
    assert PayRun.objects.count() == 0


@pytest.mark.parametrize("verb", ["calculate", "show", "submit"])
def test_a_department_and_a_month_must_be_given(verb):
    for given in ([], ["ops"]):
        with pytest.raises(SystemExit) as ended:
            Command().run_from_argv(["manage.py", "payrun", verb, *given])
        assert ended.value.code == 2


def test_options_may_stand_before_the_department(target, capsys):
    payrun("calculate")

    Command().run_from_argv(["manage.py", "payrun", "show", "--json", "ops", "2026-03"])

    assert json.loads(capsys.readouterr().out) == SHOWN


@pytest.mark.parametrize("month", ["2026", "2026-13", "March", "2026-03-01", "2026-W10", ""])
def test_what_is_no_month_is_a_wrong_call(month):
    assert refused("calculate", "ops", month) == ("Give the month as YYYY-MM.", 2)
    assert PayRun.objects.count() == 0


def test_a_month_in_which_nobody_worked_is_refused_and_leaves_no_run():
    assert refused("calculate", "ops", "2001-03") == (
        "Nobody is employed in Ops in 2001-03.",
        1,
    )
    assert PayRun.objects.count() == 0


@pytest.mark.parametrize("verb", ["show", "replay"])
def test_a_run_that_was_never_calculated_is_named(verb):
    assert refused(verb) == (
        "There is no pay run of Ops for 2026-03. Calculate it first.",
        1,
    )


def test_a_locked_month_is_not_calculated(target):
    payrun("calculate")
    payrun("submit", by="hr")
    payrun("approve", by="boss")
    payrun("lock", by="boss")

    assert refused("calculate") == (
        "The pay of Ops 2026-03 is locked; it does not change any more.",
        1,
    )
    assert PayRun.objects.get().version == 1
