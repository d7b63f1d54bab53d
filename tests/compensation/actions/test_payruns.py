"""The pay run from open to paid, and everything it refuses on the way."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.core.roles import Role
from accounts.models import ApprovalLimit, ClosedMonth, StandIn
from catalog.models import DirtyDay, StoreDepartment
from compensation.actions.calculation import calculate_run, replay_run
from compensation.actions.payruns import (
    approve_run,
    draft_open_months,
    lock_run,
    pay_run,
    return_run,
    submit_run,
)
from compensation.actions.plans import copy_plan, save_plan_part
from compensation.models import FundEntry, PayRun, PayRunEvent, Payslip, PlanVersion
from compensation.queries.payruns import leaves, run_json
from kpis.models import FactWork, NightlyRun, Scorecard, ScorecardTemplate, Target
from opsdesk.actions.records import save_record
from opsdesk.core.errors import Conflict, InvalidTransition, NotAllowed, NotReady, PeriodClosed
from opsdesk.core.periods import Period
from orders.models import Order
from tests import factories
from tests.factories import NOW, TODAY

MARCH = Period.parse("2026-03")

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """A department with a supervisor and two promoters, who sold 890.00 net of 1,000.00."""
    ops = factories.department()
    factories.employment(factories.person("E1"), position="supervisor")
    factories.employment(factories.person("E2"))
    factories.employment(factories.person("E3"))
    factories.order("600.00", external_id="o1", on=date(2026, 3, 1))
    factories.order("333.34", external_id="o2", on=date(2026, 3, 31))
    factories.order("999.00", on=date(2026, 4, 1))  # April's first day: not March
    factories.order("999.00", on=date(2026, 2, 28))  # February's last day: not March
    factories.order("999.00", on=date(2026, 3, 5), status="cancelled")
    factories.refund("43.34", external_id="r1", on=date(2026, 3, 20))
    factories.target("1000.00")
    return ops


@pytest.fixture
def hr():
    return factories.user("hr", role=Role.HR_PAYROLL)


@pytest.fixture
def boss():
    return factories.manager("boss")


def submitted(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)
    return submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)


def approved(desk, hr, boss):
    run = submitted(desk, hr)
    return approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)


def test_a_run_pays_the_base_of_its_own_month_and_stores(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)

    lines = {
        (p["employee_no"], line["kind"]): line["amount"]
        for p in run_json(run)["payslips"]
        for line in p["lines"]
    }
    assert (run.orders_amount, run.refunds_amount, run.base) == (
        Decimal("933.34"),
        Decimal("43.34"),
        Decimal("890.00"),
    )
    # 89 % of the target: 4 % of 890.00 for the supervisor, 2 % = 17.80 for the promoters' pool
    assert lines == {
        ("E1", "base_salary"): "3500.00",
        ("E1", "commission"): "35.60",
        ("E2", "base_salary"): "2000.00",
        ("E2", "commission"): "8.90",
        ("E3", "base_salary"): "2000.00",
        ("E3", "commission"): "8.90",
    }
    assert run.total == Decimal("7553.40")


def test_the_rows_behind_a_commission_add_up_to_it_to_the_cent(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)

    line = Payslip.objects.get(run=run, person__employee_no="E1").lines.get(kind="commission")
    found = [
        (str(leaf.order or leaf.return_case), leaf.amount, leaf.earned) for leaf in leaves(line)
    ]
    # running 600.00, 556.66, 890.00 of 890.00 earn 24.00, 22.2664, 35.60
    assert found == [
        ("o1", Decimal("600.00"), Decimal("24.00")),
        ("r1", Decimal("-43.34"), Decimal("-1.73")),
        ("o2", Decimal("333.34"), Decimal("13.33")),
    ]
    assert sum(earned for _, _, earned in found) == line.amount


def test_calculating_again_gives_the_same_and_names_what_differs(desk, hr):
    first = calculate_run(desk, MARCH, by=hr, at=NOW)
    again = calculate_run(desk, MARCH, by=hr, at=NOW)

    factories.order("10.00")
    changed = calculate_run(desk, MARCH, by=hr, at=NOW)

    assert (again.differences, again.digest == first.digest) == ([], True)
    assert changed.differences == [
        {"employee_no": "E1", "kind": "commission", "before": "35.60", "after": "36.00"},
        {"employee_no": "E2", "kind": "commission", "before": "8.90", "after": "9.00"},
        {"employee_no": "E3", "kind": "commission", "before": "8.90", "after": "9.00"},
    ]
    assert PayRun.objects.count() == 1


def test_the_whole_way_from_open_to_paid(desk, hr, boss):
    run = approved(desk, hr, boss)

    run = lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)
    run = pay_run(run, scope=factories.scope(hr), by=hr, at=NOW)

    assert run.state == "paid"
    assert list(PayRunEvent.objects.values_list("state", "by__username")) == [
        ("calculated", "hr"),
        ("submitted", "hr"),
        ("approved", "boss"),
        ("locked", "boss"),
        ("paid", "hr"),
    ]
    assert list(ClosedMonth.objects.values_list("department__code", "month")) == [
        ("ops", date(2026, 3, 1))
    ]
    # 89 % of the target: 0.5 % of 890.00
    assert list(FundEntry.objects.values_list("amount", flat=True)) == [Decimal("4.45")]
    assert replay_run(run) == []


def test_a_month_without_a_target_is_calculated_and_named_but_not_submitted(desk, hr):
    Target.objects.all().delete()
    run = calculate_run(desk, MARCH, by=hr, at=NOW)

    with pytest.raises(NotReady) as refused:
        submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)

    assert refused.value.code == "no_target"
    assert "2026-03" in refused.value.message
    assert PayRun.objects.get().state == "calculated"


def test_a_month_that_is_not_over_is_not_submitted(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)
    last_instant = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai

    with pytest.raises(NotReady) as refused:
        submit_run(run, scope=factories.scope(hr), by=hr, at=last_instant)

    assert refused.value.message == (
        "2026-03 is not over yet; it can be submitted from 2026-04-01."
    )
    assert PayRun.objects.get().state == "calculated"


def test_changed_data_must_be_calculated_before_it_is_submitted(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)
    factories.order("1.00")

    with pytest.raises(Conflict):
        submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)

    assert PayRun.objects.get().state == "calculated"


def test_nobody_approves_what_they_submitted(desk, boss):
    run = calculate_run(desk, MARCH, by=None, at=NOW)
    run.submitted_by, run.state = boss, "submitted"
    run.save()

    with pytest.raises(NotAllowed) as refused:
        approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.message == (
        "You calculated or submitted this pay run, so somebody else must approve it."
    )
    assert (PayRun.objects.get().state, PayRunEvent.objects.count()) == ("submitted", 1)


def test_nobody_approves_a_run_that_pays_them(desk, hr, boss):
    factories.employment(factories.person("E9", user=boss))
    run = submitted(desk, hr)

    with pytest.raises(NotAllowed) as refused:
        approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.code == "own_pay"
    assert PayRun.objects.get().state == "submitted"


def test_who_changed_an_input_of_the_month_does_not_approve(desk, hr, boss):
    target = Target.objects.get()
    target.net_sales = Decimal("900.00")
    save_record(target, by=boss, at=NOW)
    run = submitted(desk, hr)

    with pytest.raises(NotAllowed) as refused:
        approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.code == "changed_input"
    assert PayRun.objects.get().state == "submitted"


def stand_in(of, who):
    return StandIn.objects.create(
        principal=of,
        stand_in=who,
        from_date=NOW.date(),
        to_date=date(2026, 5, 1),
        named_by=of,
        named_at=NOW,
    )


def approving(run, by):
    return approve_run(run, digest=run.digest, scope=factories.scope(by), by=by, at=NOW)


def test_a_stand_in_approves_for_who_is_away_and_it_is_kept_for_whom(desk, hr, boss):
    clerk = factories.user("clerk", role=Role.TEAM_MEMBER)
    stand_in(boss, clerk)

    run = approving(submitted(desk, hr), clerk)

    assert (run.state, run.approved_by, run.approved_for) == ("approved", clerk, boss)


def test_nobody_approves_through_a_stand_in_what_they_submitted(desk, boss):
    factories.grant(boss, Role.HR_PAYROLL)
    clerk = factories.user("clerk", role=Role.TEAM_MEMBER)
    stand_in(boss, clerk)
    run = submitted(desk, boss)

    with pytest.raises(NotAllowed) as refused:
        approving(run, clerk)

    assert refused.value.code == "through_stand_in"
    stored = PayRun.objects.get()
    assert (stored.state, stored.approved_by, stored.approved_for) == ("submitted", None, None)


def test_nobody_approves_more_than_the_limit_of_the_role(desk, hr, boss):
    run = submitted(desk, hr)
    limit = ApprovalLimit(role=Role.MANAGER, kind="pay_run", from_date=NOW.date(), proposed_at=NOW)
    limit.up_to = run.total - Decimal("0.01")
    limit.save()

    with pytest.raises(NotAllowed) as refused:
        approving(run, boss)

    assert refused.value.code == "over_limit"
    assert PayRun.objects.get().state == "submitted"
    limit.up_to = run.total  # the limit itself belongs to it
    limit.save()
    assert approving(run, boss).state == "approved"


def test_the_database_refuses_an_approval_through_the_submitters_stand_in(desk, hr, boss):
    run = submitted(desk, hr)

    with pytest.raises(IntegrityError), transaction.atomic():
        PayRun.objects.filter(pk=run.pk).update(state="approved", approved_by=boss, approved_for=hr)

    assert PayRun.objects.get().state == "submitted"


def refused_for_a_changed_input(run, by):
    with pytest.raises(NotAllowed) as refused:
        approving(run, by)
    return refused.value.code == "changed_input" and PayRun.objects.get().approved_by is None


def test_who_wrote_a_rate_or_salary_of_the_plan_does_not_approve(desk, hr, boss):
    part = PlanVersion.objects.latest("effective_from").positions.get(position__code="promoter")
    part.base_salary = Decimal("9999.00")
    save_plan_part(part, by=boss, at=NOW)

    assert refused_for_a_changed_input(submitted(desk, hr), boss)


def test_nor_who_wrote_the_plan_in_the_month_before_it_begins(desk, hr, boss):
    shipped = PlanVersion.objects.latest("effective_from")
    february = NOW.replace(month=2, day=20)
    copy_plan(shipped, effective_from=date(2026, 3, 1), by=boss, at=february)

    assert refused_for_a_changed_input(submitted(desk, hr), boss)


def test_nor_who_gave_the_department_a_store(desk, hr, boss):
    span = StoreDepartment.objects.create(
        store=factories.store("FR", department=factories.department("other")),
        department=factories.department("third"),
        from_date=date(2026, 3, 1),
    )
    span.department = desk
    save_record(span, by=boss, at=NOW)

    assert refused_for_a_changed_input(submitted(desk, hr), boss)


def test_hr_has_no_right_to_approve(desk, hr):
    other = factories.user("hr2", role=Role.HR_PAYROLL)
    run = submitted(desk, hr)

    with pytest.raises(NotAllowed) as refused:
        approve_run(run, digest=run.digest, scope=factories.scope(other), by=other, at=NOW)

    assert refused.value.code == "no_right"
    assert PayRun.objects.get().state == "submitted"


def test_an_approval_covers_what_was_shown(desk, hr, boss):
    run = submitted(desk, hr)

    with pytest.raises(Conflict) as refused:
        approve_run(run, digest="0" * 64, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.code == "content_changed"
    assert PayRun.objects.get().state == "submitted"


def test_data_that_changes_after_the_approval_makes_it_void(desk, hr, boss):
    run = approved(desk, hr, boss)
    factories.order("1.00")

    with pytest.raises(Conflict) as refused:
        lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.code == "approval_void"
    stored = PayRun.objects.get()
    assert (stored.state, stored.approved_by, ClosedMonth.objects.count()) == ("open", None, 0)


def test_months_are_locked_in_order(desk, hr, boss):
    calculate_run(desk, Period.parse("2026-02"), by=hr, at=NOW)
    run = approved(desk, hr, boss)

    with pytest.raises(NotReady) as refused:
        lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.message == "Months are locked in order: 2026-02 comes first."
    assert ClosedMonth.objects.count() == 0


def test_a_month_without_a_run_is_not_skipped(desk, hr, boss):
    lock_run(approved(desk, hr, boss), scope=factories.scope(boss), by=boss, at=NOW)
    factories.target("1000.00", month=date(2026, 5, 1))
    june = datetime(2026, 6, 2, 9, tzinfo=UTC)
    run = calculate_run(desk, Period.parse("2026-05"), by=hr, at=june)
    run = submit_run(run, scope=factories.scope(hr), by=hr, at=june)
    run = approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=june)

    with pytest.raises(NotReady) as refused:
        lock_run(run, scope=factories.scope(boss), by=boss, at=june)

    assert refused.value.message == "Months are locked in order: 2026-04 comes first."
    assert list(ClosedMonth.objects.values_list("month", flat=True)) == [date(2026, 3, 1)]


PERIODS = {
    "week": date(2026, 3, 9),
    "month": date(2026, 3, 1),
    "quarter": date(2026, 1, 1),
    "year": date(2026, 1, 1),
}


@pytest.mark.parametrize(("noted", "periods"), [(DirtyDay, {}), (FactWork, PERIODS)])
def test_a_month_with_days_to_compute_is_not_locked(noted, periods, desk, hr, boss):
    run = approved(desk, hr, boss)
    noted.objects.create(family="sales", store=factories.store(), day=date(2026, 3, 9), **periods)

    with pytest.raises(NotReady) as refused:
        lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.code == "days_pending"
    assert PayRun.objects.get().state == "approved"


def test_days_of_parcels_keep_no_month_open(desk, hr, boss):
    run = approved(desk, hr, boss)
    DirtyDay.objects.create(
        family="shipments", store=factories.store(), day=date(2026, 3, 9)
    )  # nobody is paid by them

    run = lock_run(run, scope=factories.scope(boss), by=boss, at=NOW)

    assert run.state == "locked"


def test_a_locked_run_is_not_calculated_again(desk, hr, boss):
    run = lock_run(approved(desk, hr, boss), scope=factories.scope(boss), by=boss, at=NOW)

    with pytest.raises(PeriodClosed):
        calculate_run(desk, MARCH, by=hr, at=NOW)

    assert PayRun.objects.get().version == run.version


def test_a_locked_run_replays_to_the_cent_after_late_data(desk, hr, boss):
    run = lock_run(approved(desk, hr, boss), scope=factories.scope(boss), by=boss, at=NOW)
    Order.objects.update(reporting_amount=Decimal("1.00"))
    factories.order("5000.00")

    assert replay_run(PayRun.objects.get(pk=run.pk)) == []


def test_a_run_goes_back_only_with_a_reason(desk, hr):
    run = submitted(desk, hr)

    with pytest.raises(NotReady):
        return_run(run, reason=" ", scope=factories.scope(hr), by=hr, at=NOW)
    assert PayRun.objects.get().state == "submitted"

    return_run(run, reason="E3 is missing", scope=factories.scope(hr), by=hr, at=NOW)
    assert PayRunEvent.objects.order_by("pk").last().reason == "E3 is missing"


def test_a_submitted_run_is_not_calculated(desk, hr):
    submitted(desk, hr)

    with pytest.raises(InvalidTransition):
        calculate_run(desk, MARCH, by=hr, at=NOW)


def test_a_negative_base_pays_nothing_and_is_carried(desk, hr):
    factories.refund("2000.00")
    march = calculate_run(desk, MARCH, by=hr, at=NOW)
    factories.target("1000.00", month=date(2026, 4, 1))

    april = calculate_run(desk, Period.parse("2026-04"), by=hr, at=NOW)

    assert (march.base, march.carried_out) == (Decimal("-1110.00"), Decimal("-1110.00"))
    # April sold 999.00
    assert (april.carried_base, april.base) == (Decimal("-1110.00"), Decimal("-111.00"))


def test_the_night_drafts_last_month_and_this_one_once(desk):
    refused = draft_open_months(desk, TODAY, at=NOW)
    again = draft_open_months(desk, TODAY, at=NOW)

    assert (refused, again) == ([], [])
    assert list(PayRun.objects.order_by("month").values_list("month", "state", "version")) == [
        (date(2026, 3, 1), "calculated", 1),
        (date(2026, 4, 1), "calculated", 1),
    ]


def test_a_leaver_is_paid_for_what_was_collected(desk, hr):
    left = factories.employment(
        factories.person("E4"), since=date(2025, 6, 1), leave_date=date(2026, 3, 10)
    )
    paid = Order.objects.get(external_id="o1")
    paid.payments.create(external_id="p1", amount=Decimal("600.00"), collected_on=date(2026, 3, 10))
    late = Order.objects.get(external_id="o2")
    late.payments.create(external_id="p2", amount=Decimal("333.34"), collected_on=date(2026, 3, 11))

    run = calculate_run(desk, MARCH, by=hr, at=NOW)

    line = Payslip.objects.get(run=run, person=left.person).lines.get(kind="commission")
    # 10 of 72 days of the pool 2 % x (600.00 collected by the 10th): 12.00 x 10 / 72 = 1.6667
    assert line.amount == Decimal("1.67")
    assert [(str(leaf.order), leaf.earned) for leaf in leaves(line)] == [("o1", Decimal("1.67"))]


def test_who_changes_department_is_paid_once_a_month_things_only_once(desk, hr):
    other = factories.department("other")
    mover = factories.person("E5")
    factories.employment(mover, since=date(2025, 1, 1), to_date=date(2026, 3, 16))
    factories.employment(mover, department=other, since=date(2026, 3, 16))
    factories.work_task(mover)
    factories.target("1000.00", department=other)

    here = run_json(calculate_run(desk, MARCH, by=hr, at=NOW))["payslips"][-1]
    there = run_json(calculate_run(other, MARCH, by=hr, at=NOW))["payslips"][-1]

    # 15 of 31 days, and 15 of 77 days of the pool 17.80; then 16 of 31 days, and no sales
    assert [(line["kind"], line["amount"]) for line in here["lines"]] == [
        ("base_salary", "967.74"),
        ("commission", "3.47"),
    ]
    assert [(line["kind"], line["amount"]) for line in there["lines"]] == [
        ("base_salary", "1032.26"),
        ("performance_pay", "500.00"),
        ("commission", "0.00"),
    ]


def test_a_grade_that_the_plan_makes_nothing_of_does_not_hold_an_approval(desk, hr, boss):
    run = submitted(desk, hr)
    template = ScorecardTemplate.objects.filter(period_kind="month").first()
    night = NightlyRun.objects.create(as_of=TODAY, state="done", started_at=NOW)
    Scorecard.objects.create(
        person=factories.Person.objects.get(employee_no="E2"),
        template=template,
        start=date(2026, 3, 1),
        grade="B",
        run=night,
    )

    run = approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)

    assert run.state == "approved"
