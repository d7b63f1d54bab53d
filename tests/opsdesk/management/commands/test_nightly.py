"""``manage.py nightly``: the table at the end, the exit status, and joining a run at work."""

import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path
from threading import Timer

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from catalog.models import DirtyDay, Promotion, SupplierScore
from kpis.actions.runs import start_run
from kpis.models import MetricDefinition, NightlyRun, SalesDay
from opsdesk.actions.jobs import claim, execute
from opsdesk.models import Job
from opsdesk.nightly import STEPS
from tests import factories as make

ROOT = Path(__file__).parents[4]


def said(*words):
    """What the command prints, and its exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command("nightly", *words, stdout=out, stderr=err)
    except SystemExit as ended:
        return out.getvalue() + err.getvalue(), ended.code
    return out.getvalue() + err.getvalue(), 0


def news():
    order = make.order("100.00")
    DirtyDay.objects.create(family="sales", store=order.store, day=order.business_date)


def words_of(text):
    """Name, state, rows read and written of the steps in the table."""
    lines = [line.split() for line in text.splitlines()[2:] if not line.startswith(" ")]
    return [tuple(line[:4]) for line in lines]


@pytest.mark.django_db
def test_the_night_is_worked_off_and_its_steps_are_told():
    news()

    text, status = said("--as-of", "2026-03-31")

    assert status == 0
    assert text.startswith("Nightly run 2026-03-31 #1: Done\n")
    assert words_of(text) == [
        ("prices", "done", "0", "0"),
        ("promotions", "done", "0", "0"),
        ("fx", "done", "0", "0"),
        ("facts", "done", "2", "1"),
        ("periods", "done", "1", "15"),
        ("scorecards", "done", "0", "0"),
        ("suppliers", "done", "0", "0"),
        ("demand", "done", "0", "0"),
        ("stockouts", "done", "0", "0"),
        ("abc", "done", "0", "0"),
        ("replenishment", "done", "0", "0"),
        ("reviews", "done", "0", "0"),
        ("signals", "done", "0", "0"),
        ("shipments", "done", "0", "0"),
        ("unlisted", "done", "0", "0"),
        ("customers", "done", "0", "0"),
        ("retention", "done", "0", "0"),
        ("draft_pay", "done", "0", "0"),
    ]


@pytest.mark.django_db
def test_the_night_scores_the_suppliers_and_tells_of_rates_that_are_missing():
    for code, currency in (("V1", "CNY"), ("V2", "USD")):
        of = make.supplier(code, currency=currency)
        make.purchase_order(supplier=of, lines=[("S1", 10, "5.00")])

    text, status = said("--as-of", "2026-03-31")

    assert (status, words_of(text)[6]) == (0, ("suppliers", "done", "0", "2"))
    assert "    There is no rate from USD to CNY on or before 2026-03-01." in text
    # nothing of ten pieces came by the day: 0 points
    scored = SupplierScore.objects.order_by("supplier__code").values_list("due", "grade")
    assert list(scored) == [(10, "D"), (10, "D")]


@pytest.mark.django_db
def test_the_night_moves_promotions_and_tells_what_holds_one_up():
    make.promotion("MISSED")
    far = {"wraps_up_on": date(2100, 1, 1), "ends_on": date(2100, 1, 2)}
    make.promotion("FINE", category=make.product().category, **far)
    make.promotion("EMPTY", **far)

    text, status = said("--as-of", "2026-03-31")

    assert (status, words_of(text)[1]) == (0, ("promotions", "done", "0", "1"))
    assert "Promotion EMPTY: Name at least one listing, or a category." in text
    assert "Promotion MISSED is still planned, and its days have gone by" in text
    assert list(Promotion.objects.order_by("code").values_list("status", flat=True)) == [
        *("planned", "running", "planned"),
    ]


@pytest.mark.django_db
def test_a_full_night_finds_what_nobody_gave_notice_of():
    make.order("100.00")

    said("--full", "--as-of", "2026-03-31")

    assert SalesDay.objects.count() == 1


@pytest.mark.django_db
def test_a_failed_step_is_told_and_ends_with_one():
    news()
    make.employment()
    MetricDefinition.objects.filter(code="return_rate").update(numerator={"nonsense": 1})
    person = make.employment().person
    store = make.store()
    store.assignments.create(person=person, from_date="2026-01-01", share=1)

    text, status = said("--as-of", "2026-03-31")

    assert status == 1
    failed = {"scorecards", "draft_pay"}
    assert [line[:2] for line in words_of(text)] == [
        (step.name, "failed" if step.name in failed else "done") for step in STEPS
    ]
    assert "    KeyError: 'nonsense'\n" in text
    assert "    Not started, because it needs scorecards.\n" in text


@pytest.mark.parametrize("words", [("--as-of", "31.3.2026"), ("--sideways",)])
def test_a_wrong_call_ends_with_two(words):
    ended = subprocess.run(
        [sys.executable, "manage.py", "nightly", *words], cwd=ROOT, capture_output=True, text=True
    )

    assert ended.returncode == 2
    assert "usage: manage.py nightly" in ended.stderr


@pytest.mark.django_db(transaction=True)
def test_a_run_in_other_hands_is_waited_for():
    news()
    run = start_run(by=None, at=timezone.now())
    theirs = claim(run.job_id, clock=timezone.now)

    def work():
        try:
            execute(theirs)
        finally:
            connection.close()

    other = Timer(1.0, work)
    other.start()
    text, status = said("--full")
    other.join()

    assert status == 0
    assert "is at work; joining it instead of starting one.\n" in text
    assert (NightlyRun.objects.count(), Job.objects.filter(kind="nightly").count()) == (1, 1)
