"""Giving a file in the browser, watching it, and its refused rows."""

import gzip
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import PEOPLE_ROLES, Role
from opsdesk.actions.jobs import claim, execute
from opsdesk.models import ImportBatch, ImportReject, Job
from orders import tasks
from orders.admin.imports import neutral
from orders.models import Order
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

ADD = "admin:opsdesk_importbatch_add"
STORES = b"code,name,marketplace,country,currency,time_zone\nUK,Shop,amazon,GB,GBP,Europe/London\n"


def given(client, **values):
    file = SimpleUploadedFile("file.csv", values.pop("content", b"a,b\n1,2\n"))
    return client.post(reverse(ADD), {"format": "csv", "file": file} | values)


def batch(by, **values):
    job = Job.objects.create(kind="orders.import", key="1", not_before=NOW, staged_at=NOW)
    values = {"format": "csv", "name": "f.csv", "digest": "0" * 64, "created_at": NOW} | values
    return ImportBatch.objects.create(by=by, job=job, **values)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_would_run_as_a_formula_is_made_text(text):
    assert neutral(text) == f"'{text}"


def test_orders_without_a_map_are_refused_and_nothing_is_stored(client):
    sign_in(client, factories.manager())

    response = given(client)

    assert response.context["form"].errors == {
        "shipped_map": ["Orders are read with a column map: name its file."]
    }
    assert (ImportBatch.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_map_that_cannot_be_read_is_refused(client, content):
    sign_in(client, factories.manager())

    response = given(client, own_map=SimpleUploadedFile("map.json", content))

    assert list(response.context["form"].errors) == ["own_map"]
    assert ImportBatch.objects.count() == 0


def test_a_file_without_the_maps_columns_is_refused(client):
    sign_in(client, factories.manager())

    response = given(client, shipped_map="online_retail")

    assert response.status_code == 200
    assert response.context["form"].errors
    assert ImportBatch.objects.count() == 0


def test_a_file_that_is_taken_is_worked_off_and_told(client):
    sign_in(client, factories.manager())

    response = given(client, format="stores", content=STORES)
    made = ImportBatch.objects.get()
    assert tasks  # they name who works the job off
    execute(claim(made.job_id, clock=timezone.now))
    page = client.get(response["Location"])

    assert response["Location"] == reverse("admin:opsdesk_importbatch_change", args=[made.pk])
    made.refresh_from_db()
    assert (made.job.state, made.rows_read, made.created, made.rejected) == ("done", 1, 1, 0)
    assert (page.status_code, page.context["working"]) == (200, False)


def test_a_supervisor_cannot_load_the_companys_master_data(client):
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=factories.department()))

    response = given(client, format="stores", content=STORES)

    assert list(response.context["form"].errors) == ["format"]
    assert ImportBatch.objects.count() == 0


def test_the_progress_of_an_import_is_told(client):
    boss = factories.manager()
    sign_in(client, boss)
    made = batch(boss)
    Job.objects.filter(pk=made.job_id).update(state="running", leased_until=NOW, done=25, total=100)

    response = client.get(reverse("admin:opsdesk_importbatch_progress", args=[made.pk]))

    assert response.json() == {"finished": False, "percent": 25, "text": "25 of 100"}


def test_refused_rows_come_as_a_file_without_formulas(client):
    boss = factories.manager()
    sign_in(client, boss)
    made = batch(boss)
    ImportReject.objects.create(batch=made, row_no=7, field="sku", reason="=cmd|x")

    response = client.get(reverse("admin:opsdesk_importbatch_rejects", args=[made.pk]))

    text = b"".join(response.streaming_content).decode()
    assert text == "\ufeffrow,field,reason\r\n7,sku,'=cmd|x\r\n"
    assert response["Content-Disposition"] == f'attachment; filename="rejected-{made.pk}.csv"'


def test_a_supervisor_sees_only_the_own_imports(client):
    made = batch(factories.manager())
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=factories.department()))

    names = ("change", "progress", "rejects")
    codes = [
        client.get(reverse(f"admin:opsdesk_importbatch_{name}", args=[made.pk])).status_code
        for name in names
    ]

    assert codes == [404, 404, 404]


def test_a_team_member_has_no_imports(client):
    sign_in(client, factories.user(role=Role.TEAM_MEMBER))

    assert given(client).status_code == 403


ORDERS_MAP = {
    "kind": "order lines",
    "document": {"column": "Order"},
    "store": {"column": "Store"},
    "currency": "store",
    "placed_at": {"column": "Date", "format": "iso"},
    "status": {"fixed": "completed"},
    "lines": {"quantity": {"column": "Qty"}, "unit_price": {"column": "Price"}},
}
ORDERS = b"Order,Store,Date,Qty,Price\n1,%b,2026-03-10T10:00:00Z,1,2.55\n"


def column_map(**values):
    return SimpleUploadedFile("map.json", json.dumps(ORDERS_MAP | values).encode())


def test_a_supervisor_loads_no_orders_into_stores_of_other_departments(client):
    own, other = factories.department("own"), factories.department("other")
    factories.store("OWN", department=own)
    factories.store("OTHER", department=other)
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=own))

    given(client, content=ORDERS % b"OTHER", own_map=column_map())
    made = ImportBatch.objects.get()
    execute(claim(made.job_id, clock=timezone.now))

    assert list(made.rejects.values_list("row_no", "field", "reason")) == [
        (2, "Store", "There is no store “OTHER” (“OTHER”).")
    ]
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    "about", ["\ud800", "\0", float("nan"), float("inf")], ids=["half", "nul", "nan", "inf"]
)
def test_a_map_with_what_no_database_keeps_is_refused(client, about):
    factories.store("UK")
    sign_in(client, factories.manager())

    response = given(client, content=ORDERS % b"UK", own_map=column_map(about=about))

    assert response.context["form"].errors == {
        "shipped_map": ["The column map holds a character or number that cannot be kept."]
    }
    assert ImportBatch.objects.count() == 0


def test_a_map_with_a_key_that_is_no_text_is_refused_and_shown(client):
    sign_in(client, factories.manager())

    response = given(client, content=ORDERS % b"UK", own_map=column_map(**{"\ud800": "1"}))

    assert response.status_code == 200
    assert ImportBatch.objects.count() == 0


def test_a_table_that_cannot_be_read_is_refused(client):
    sign_in(client, factories.manager())

    response = given(client, format="stores", content=b"a" * 200_000)

    assert response.context["form"].errors == {
        "file": ["The file cannot be read to its end as CSV in UTF-8."]
    }
    assert ImportBatch.objects.count() == 0


def test_a_damaged_table_fails_with_a_sentence(client):
    sign_in(client, factories.manager())

    given(client, format="stores", content=gzip.compress(STORES)[:-8] + b"12345678")
    made = ImportBatch.objects.get()
    execute(claim(made.job_id, clock=timezone.now))

    made.job.refresh_from_db()
    assert (made.job.state, made.job.error) == (
        "failed",
        "The file cannot be read to its end as CSV in UTF-8.",
    )


STAFF = b"employee_no,name,department,position,from_date\n007,Li Na,mars,promoter,2026-04-01\n"


def test_hr_loads_staff_and_nothing_else(client):
    hr = factories.user(role=Role.HR_PAYROLL)
    sign_in(client, hr)

    given(client, format="staff", content=STAFF)
    refused = given(client, format="stores", content=STORES)

    assert list(ImportBatch.objects.values_list("format", "by")) == [("staff", hr.pk)]
    assert list(refused.context["form"].errors) == ["format"]


def test_imports_of_staff_are_seen_by_those_who_keep_the_staff(client):
    made = batch(factories.user(role=Role.HR_PAYROLL), format="staff")
    ImportReject.objects.create(batch=made, row_no=2, field="department", reason="None")
    codes = {}
    for role in PEOPLE_ROLES:
        sign_in(client, factories.user(role=role, department=factories.department()))
        names = ("change", "progress", "rejects")
        codes[role] = [
            client.get(reverse(f"admin:opsdesk_importbatch_{name}", args=[made.pk])).status_code
            for name in names
        ]

    assert codes == {
        Role.TEAM_MEMBER: [403] * 3,
        Role.SUPERVISOR: [404] * 3,
        Role.HR_PAYROLL: [200] * 3,
        Role.MANAGER: [404] * 3,
        Role.ADMINISTRATOR: [200] * 3,
        Role.AUDITOR: [403] * 3,
    }
