"""From the real orders to an approved payslip, by the commands alone."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.core.roles import Role
from accounts.models import Department, User
from compensation.models import PayRun, Payslip
from compensation.queries.payruns import leaves
from tests import factories
from tests.oracle import online_retail as oracle

pytestmark = [pytest.mark.slow, pytest.mark.real_data]

NOVEMBER = date(2011, 11, 1)


@pytest.fixture(scope="module")
def walked(loaded_online_retail, django_db_blocker, tmp_path_factory):
    """A copy of the loaded database, with the people of one department, its target and plan."""
    database = loaded_online_retail.copy(tmp_path_factory.mktemp("walk") / "var")
    with database.opened(django_db_blocker):
        britain = Department.objects.get(code="BRITAIN")
        lead = factories.user("lead", role=Role.SUPERVISOR, department=britain)
        factories.grant(lead, Role.MANAGER)  # has the right, and still may not
        factories.manager("boss")
        User.objects.update(password=PBKDF2PasswordHasher().encode("pw-for-tests", "salt"))
        began = {"department": britain, "since": date(2010, 1, 1)}
        factories.employment(factories.person("B1"), position="supervisor", **began)
        promoter = factories.employment(factories.person("B2"), **began).person
        # ten days of November
        factories.employment(factories.person("B3"), department=britain, since=date(2011, 11, 21))
        factories.work_task(promoter, planned="10", actual="8", month=NOVEMBER)
        factories.target("10000000.00", department=britain, month=NOVEMBER)
    yield database
    database.drop()


def test_a_real_month_is_paid_by_two_people_to_the_cent(walked, monkeypatch, django_db_blocker):
    monkeypatch.setenv("OPSDESK_PASSWORD", "pw-for-tests")
    month = ("BRITAIN", "2011-11")

    walked.run("nightly", "--as-of", "2011-12-10")
    walked.run("payrun", "calculate", *month)
    walked.run("payrun", "submit", *month, "--by", "lead")
    seen = walked.run("payrun", "show", *month).splitlines()
    digest = next(line.split()[1] for line in seen if line.startswith("digest "))
    approve = ("payrun", "approve", *month, "--digest", digest, "--by")
    refused = walked.run(*approve, "lead", status=1)
    walked.run(*approve, "boss")
    walked.run("payrun", "lock", *month, "--by", "boss")
    shown = json.loads(walked.run("payrun", "show", "--json", *month))
    replayed = walked.run("payrun", "replay")

    assert refused.strip() == (
        "CommandError: You calculated or submitted this pay run, so somebody else must approve it."
    )
    figures = oracle.figures(oracle.read_documents(), rate=oracle.pound_in("CNY"))
    assert Decimal(shown["base"]) == figures[("UK", "2011-11")].net_sales
    lines = {
        (payslip["employee_no"], line["kind"]): line["amount"]
        for payslip in shown["payslips"]
        for line in payslip["lines"]
    }
    # 12,934,207.58 - 225,362.82 of a target of 10,000,000.00: 127.09 %, the highest tier
    assert (shown["state"], shown["base"], shown["target"], shown["activity_fund"]) == (
        "locked",
        "12708844.76",
        "10000000.00",
        "127088.45",
    )
    assert lines == {
        ("B1", "base_salary"): "3500.00",
        ("B1", "commission"): "635442.24",
        ("B2", "base_salary"): "2000.00",
        ("B2", "performance_pay"): "400.00",
        ("B2", "commission"): "238290.84",  # 30 of 40 days of the pool 317,721.12
        ("B3", "base_salary"): "666.67",  # 10 of 30 days
        ("B3", "commission"): "79430.28",
    }
    assert replayed.strip() == "1 pay runs replayed, 0 differences."
    with walked.opened(django_db_blocker):
        assert sums_of_leaves() == {"B1": "635442.24", "B2": "238290.84", "B3": "79430.28"}


def sums_of_leaves():
    """Per person, what the orders and refunds behind the commission earned, over all pages."""
    run = PayRun.objects.get(department__code="BRITAIN", month=NOVEMBER)
    sums = {}
    for payslip in Payslip.objects.filter(run=run).select_related("person"):
        line = payslip.lines.get(kind="commission")
        pages = range(1, run.base_rows.count() // 100 + 2)
        sums[payslip.person.employee_no] = str(
            sum(leaf.earned for page in pages for leaf in leaves(line, page=page))
        )
    return sums
