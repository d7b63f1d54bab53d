"""Tables that are loaded: staff's file is not kept, Excel names its sheet."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.core.roles import Role
from accounts.models import Employment, Person
from catalog.actions.purchasing import PURCHASE_COURSE
from catalog.models import PurchaseOrder, StockLevel
from opsdesk.actions.files import kept_file
from opsdesk.actions.jobs import claim, execute
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import ImportBatch, ImportReject, Job
from orders import tasks
from orders.actions.imports import RIGHTS, ImportRequest, formats_for, start_import
from tests import factories
from tests.factories import NOW
from tests.opsdesk.core.test_sheets import workbook

pytestmark = pytest.mark.django_db
HEAD = ["employee_no", "name", "department", "position", "from_date"]
ROW = ["007", "Li Na", "ops", "promoter", "2026-04-01"]


def start(path, by=None, *, kind="staff", dry_run=False):
    return start_import(path, ImportRequest(kind, path.name, dry_run=dry_run), by=by, at=NOW)


def work(batch):
    assert tasks  # they name who works the job off
    execute(claim(batch.job_id, clock=timezone.now))
    batch.refresh_from_db()
    batch.job.refresh_from_db()
    return batch


def csv_file(folder, *rows):
    path = folder / "staff.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def department():
    return factories.department()


def test_staff_comes_from_excel_and_the_file_is_not_kept(tmp_path):
    path = workbook(
        tmp_path / "staff.xlsx",
        [HEAD, [*ROW[:4], date(2026, 4, 1)]],
        more=["Notes"],
        formats=["yyyy-mm-dd"],
    )

    batch = work(start(path))

    assert (batch.job.state, batch.created, batch.rejected) == ("done", 1, 0)
    assert batch.notes == [{"kind": "sheet", "value": "People", "count": 1}]
    assert list(Employment.objects.values_list("person__employee_no", "from_date")) == [
        ("007", date(2026, 4, 1))
    ]
    assert not kept_file(batch.digest).exists()


def test_the_same_file_again_changes_nothing(tmp_path):
    path = csv_file(tmp_path, HEAD, ROW)
    work(start(path))

    again = work(start(path))

    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)


def test_the_file_stays_for_another_import_that_is_still_to_read_it(tmp_path):
    path = csv_file(tmp_path, HEAD, ROW)
    trial, real = start(path, dry_run=True), start(path)

    work(trial)
    kept = kept_file(trial.digest).exists()
    work(real)

    assert (kept, trial.created, Person.objects.count()) == (True, 1, 1)
    assert not kept_file(trial.digest).exists()


def test_a_worker_that_ended_after_the_file_was_removed_is_followed_by_one_that_is_done(tmp_path):
    batch = work(start(csv_file(tmp_path, HEAD, ROW)))
    Job.objects.update(state="running", leased_until=NOW, finished_at=None)

    work(batch)

    assert (batch.job.state, batch.rows_read) == ("done", 1)


def test_the_file_of_a_refused_import_is_not_kept_and_is_not_read_again(tmp_path):
    admin = factories.user(role=Role.ADMINISTRATOR)
    batch = start(csv_file(tmp_path, HEAD, ROW), admin)
    admin.is_active = False
    admin.save()

    work(batch)
    first = batch.job.error
    Job.objects.update(state="waiting", attempt=0)
    work(batch)

    assert first == "Staff is loaded by those who keep the staff."
    assert not kept_file(batch.digest).exists()
    assert (batch.job.state, batch.job.error) == (
        "failed",
        "The file is not kept any more: give it again.",
    )
    assert Person.objects.count() == 0


def test_other_tables_keep_their_file(tmp_path):
    rows = [["code", "name"], ["A", "Toys"]]

    batch = work(start(workbook(tmp_path / "a.xlsx", rows), kind="categories"))

    assert (batch.created, kept_file(batch.digest).exists()) == (1, True)


def test_an_administrator_loads_no_salaries(tmp_path):
    admin = factories.user(role=Role.ADMINISTRATOR)
    path = csv_file(tmp_path, [*HEAD, "base_salary"], [*ROW, ""])

    with pytest.raises(NotAllowed) as refusal:
        start(path, admin)

    assert str(refusal.value) == (
        "Salaries are loaded by HR/payroll only: leave the column base_salary out."
    )
    assert (ImportBatch.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", list(Role))
def test_a_format_is_loaded_by_those_who_have_its_right(tmp_path, role):
    if role == Role.MACHINE_CLIENT:
        return
    user = factories.user(role=role, department=factories.department())
    mine = formats_for(factories.scope(user))

    expected = {
        Role.SUPERVISOR: {
            *("csv", "prices", "suppliers", "purchase_orders", "purchase_receipts"),
            *("store_ratings", "violations", "traffic", "ads", "stock_movements", "stock_counts"),
            *("experiment_days", "tickets", "ticket_events"),
            *("experiment_days", "disputes", "reviews"),
            *("experiment_days", "shipments", "tracking_events"),
        },
        Role.HR_PAYROLL: {"staff"},
        Role.MANAGER: set(RIGHTS) - {"staff"},
        Role.ADMINISTRATOR: set(RIGHTS),
    }
    assert set(mine) == expected.get(role, set())
    if "staff" not in mine:
        with pytest.raises(NotAllowed):
            start(csv_file(tmp_path, HEAD, ROW), user)
    assert ImportBatch.objects.count() == 0


def test_a_bad_workbook_stores_nothing(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100)

    with pytest.raises(InvalidData):
        start(path)

    assert (ImportBatch.objects.count(), Job.objects.count()) == (0, 0)


def test_rejected_rows_name_nobody(tmp_path):
    rows = [HEAD, [*ROW[:2], "mars", *ROW[3:]], ["8", "Wang Wei", "ops", "king", "2026-04-01"]]

    batch = work(start(csv_file(tmp_path, *rows)))

    assert list(batch.rejects.values_list("row_no", "field", "reason")) == [
        (2, "department", "There is no department mars: make it first."),
        (3, "position", "There is no position king: make it first."),
    ]


def test_what_is_bought_comes_from_three_files_and_again_changes_nothing(tmp_path):
    factories.warehouse()
    for code in ("S1", "S2"):
        factories.sku(code)
    files = {
        "suppliers": ["code,name,country,currency", "V1,Cups,CN,CNY", "V2,Pans,China,CNY"],
        "purchase_orders": [
            "order,supplier,warehouse,sku,units,unit_cost,expected_on",
            "PO1,V1,W1,S1,10,5.00,2026-05-01",
            "PO1,V1,W1,S2,4,2.50,2026-05-01",
            "PO1,V1,W1,S9,4,2.50,2026-05-01",
        ],
    }

    def load(kind):
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(files[kind]), encoding="utf-8")
        batch = work(start(path, kind=kind))
        return batch.created, batch.unchanged, batch.rejected

    first = [load(kind) for kind in files]
    again = [load(kind) for kind in files]
    move(PURCHASE_COURSE, PurchaseOrder.objects.get(), "order", Mover(NOW))
    day = NOW.date().isoformat()
    files["purchase_receipts"] = [
        "order,sku,delivery_note,received_on,accepted,rejected",
        f"PO1,S1,DN1,{day},6,1",
        f"PO1,S2,DN1,{day},5,",
    ]
    received = [load("purchase_receipts"), load("purchase_receipts")]

    assert first == [(1, 0, 1), (2, 0, 1)]
    assert again == [(0, 1, 1), (0, 2, 1)]
    assert received == [(1, 0, 1), (0, 1, 1)]
    rejects = ImportReject.objects.order_by("pk").values_list("row_no", "field")
    assert list(rejects)[:2] == [(3, "country"), (4, "sku")]
    assert StockLevel.objects.get().on_hand == 6


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("tickets", ["store", "external_id", "channel", "kind", "subject", "opened_at", "order"]),
        ("disputes", ["store", "number", "opened_at", "order"]),
        ("reviews", ["store", "number", "stars", "written_at", "order"]),
        ("store_ratings", ["store", "day", "health_score"]),
        ("products", ["code", "title", "category"]),
        ("staff", HEAD),
    ],
)
def test_a_nul_in_a_cell_is_told_by_row_and_column(tmp_path, kind, columns):
    ones = ["1"] * len(columns)
    path = csv_file(tmp_path, columns, ["U\0K", *ones[1:]], ones)

    batch = work(start(path, kind=kind))

    [told] = ImportReject.objects.filter(batch=batch, row_no=2).values_list("field", "reason")
    expected = "expected: a text without the character of code 0."
    assert told == (columns[0], f"{columns[0]} is “U?K”; {expected}")
    assert (batch.job.state, batch.rows_read, batch.created) == ("done", 2, 0)


def test_a_nul_in_the_head_refuses_the_file(tmp_path):
    path = csv_file(tmp_path, [*HEAD, "no\0te"], [*ROW, ""])

    with pytest.raises(InvalidData, match="cannot be read to its end"):
        start(path)

    assert not ImportBatch.objects.exists()
