"""Products in the admin: the way to the shelf on one page, in words."""

import pytest

from accounts.core.roles import Role
from catalog.models import Category, ComplianceChecklist, Product, ProductTest, SelectionReport
from opsdesk.models import LifeEvent
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/product/"


@pytest.fixture
def editor():
    return make.user("editor", role=Role.TEAM_MEMBER)


@pytest.fixture
def page(client, editor):
    sign_in(client, editor)
    return client


def text(response):
    return " ".join(response.content.decode().split())


def inline(prefix, **values):
    rows = {f"{prefix}-TOTAL_FORMS": 1 if values else 0, f"{prefix}-INITIAL_FORMS": 0}
    return rows | {f"{prefix}-0-{name}": value for name, value in values.items()}


def form(product, **inlines):
    prefixes = ("skus", "selection_reports", "tests", "checklists")
    data = {
        "title": product.title,
        "category": product.category_id,
        "product_type": "standard",
        "goods_class": "durable",
        "range_role": "profit",
    }
    for prefix in prefixes:
        data |= inline(prefix, **inlines.get(prefix, {}))
    return data


def test_a_product_made_here_begins_as_an_idea(page, editor):
    category = Category.objects.create(code="c", name="Cups")
    data = {
        "code": "P1",
        "title": "Cup",
        "category": category.pk,
        "product_type": "standard",
        "goods_class": "durable",
        "range_role": "profit",
    }

    page.post(f"{LIST}add/", data)

    made = Product.objects.get()
    assert (made.code, made.status) == ("P1", "idea")
    assert [(e.verb, e.state, e.by) for e in LifeEvent.objects.all()] == [("begin", "idea", editor)]


def test_reports_results_and_checklists_are_written_on_the_page(page, editor):
    product = make.product(status="idea")
    words = dict.fromkeys(("market_trend", "competition", "demand", "supplier_stability"), "Good")

    page.post(
        f"{LIST}{product.pk}/change/",
        form(
            product,
            selection_reports=words | {"expected_margin": "0.3"},
            tests={"kind": "sample", "result": "passed", "tested_on": "2026-03-01"},
            checklists={"import_safety": "on", "tax_class": "9503.00"},
        ),
    )

    assert SelectionReport.objects.get().author == editor
    assert ProductTest.objects.get().author == editor
    made = ComplianceChecklist.objects.get()
    assert (made.author, made.import_safety, made.tax_class) == (editor, True, "9503.00")


@pytest.mark.parametrize("count", [1, 4])
def test_a_page_asks_no_more_for_more_results(page, count, django_assert_max_num_queries):
    product = make.product(status="sampling")
    for number in range(count):
        author = make.user(f"tester-{number}")
        values = {"product": product, "author": author, "written_at": make.NOW}
        ProductTest.objects.create(kind="sample", result="failed", tested_on=make.TODAY, **values)
        make.checklist(product, author)

    with django_assert_max_num_queries(34):
        answer = page.get(f"{LIST}{product.pk}/change/")

    assert text(answer).count("Sample Failed") == count


def test_a_report_on_what_is_on_sale_is_refused_on_the_page(page):
    product = make.product(status="on_sale")

    answer = page.post(
        f"{LIST}{product.pk}/change/",
        form(product, tests={"kind": "sample", "result": "passed", "tested_on": "2026-03-01"}),
    )

    assert "reports and results belong to the time before" in text(answer)
    assert ProductTest.objects.count() == 0


def test_the_page_says_what_stands_against_each_step(page):
    product = make.product(status="idea")

    shown = text(page.get(f"{LIST}{product.pk}/change/"))

    assert "Write a selection report first: market, competition, demand" in shown
    assert f'action="/admin/catalog/product/{product.pk}/move/reject/"' in shown
    assert f'action="/admin/catalog/product/{product.pk}/move/research/"' not in shown


def test_a_step_is_made_by_its_button(page, editor):
    product = make.product(status="on_sale")

    answer = page.post(f"{LIST}{product.pk}/move/clear/", {"reason": "Season over"}, follow=True)

    assert Product.objects.get().status == "clearance"
    assert "Season over" in text(answer)
    event = LifeEvent.objects.get()
    assert (event.by, event.from_state, event.state) == (editor, "on_sale", "clearance")


@pytest.mark.parametrize(
    ("verb", "reason", "said"),
    [
        ("clear", "", "Give the reason."),
        ("research", "", "is “On sale”; “Research” is not possible now."),
        ("fly", "", "There is no step “fly”."),
    ],
)
def test_a_refused_step_is_told_and_nothing_is_written(page, verb, reason, said):
    product = make.product(status="on_sale")

    answer = page.post(f"{LIST}{product.pk}/move/{verb}/", {"reason": reason}, follow=True)

    assert said in text(answer)
    assert Product.objects.get().status == "on_sale"
    assert LifeEvent.objects.count() == 0


def test_a_step_is_never_made_by_looking(page):
    product = make.product(status="on_sale")

    assert page.get(f"{LIST}{product.pk}/move/optimise/").status_code == 405
    assert Product.objects.get().status == "on_sale"


def checklist(product, author):
    return ComplianceChecklist.objects.create(
        product=product,
        intellectual_property=True,
        import_safety=True,
        no_prohibited_claims=True,
        tax_class="9503.00",
        author=author,
        written_at=make.NOW,
    )


def test_a_second_person_signs_what_the_page_shows(client, editor):
    made = checklist(make.product(status="compliance_review"), editor)
    boss = make.manager("boss")
    sign_in(client, boss)

    home = text(client.get("/admin/"))
    shown = text(client.get(f"{LIST}{made.product_id}/change/"))
    client.post(f"{LIST}sign/{made.product_id}/", {"digest": made.digest})

    assert "Checklists to sign" in home
    assert made.digest in shown
    assert ComplianceChecklist.objects.get().signed_by == boss


def test_the_author_is_told_that_somebody_else_must_sign(client):
    boss = make.manager("boss")
    made = checklist(make.product(status="compliance_review"), boss)
    sign_in(client, boss)

    shown = text(client.get(f"{LIST}{made.product_id}/change/"))
    client.post(f"{LIST}sign/{made.product_id}/", {"digest": made.digest})

    assert "You wrote this, so somebody else must sign it." in shown
    assert ComplianceChecklist.objects.get().signed_by is None


def test_a_category_is_no_parent_of_its_own_parents_and_no_fourth_level(client):
    sign_in(client, make.manager())
    a = Category.objects.create(code="a", name="A")
    b = Category.objects.create(code="b", name="B", parent=a)
    c = Category.objects.create(code="c", name="C", parent=b)
    other = Category.objects.create(code="d", name="D")

    def put(category, parent):
        url = f"/admin/catalog/category/{category.pk}/change/"
        values = {"code": category.code, "name": category.name, "parent": parent.pk}
        return text(client.post(url, values))

    assert "b stands above a already." in put(a, b) or "a stands above b already." in put(a, b)
    assert "The category tree has at most three levels." in put(other, c)
    assert "The category tree has at most three levels." in put(a, other)
    assert list(Category.objects.order_by("code").values_list("parent__code", flat=True)) == [
        None,
        "a",
        "b",
        None,
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _ in range(count):
        make.sku(of=make.product())

    for url in (LIST, "/admin/catalog/sku/"):
        page.get(url)
        with django_assert_max_num_queries(10):
            page.get(url)


def test_a_product_is_found_by_a_piece_of_its_title(page):
    make.product("P1", title="Blue glass cup")
    make.product("P2", title="Lamp")

    shown = text(page.get(f"{LIST}?q=glass"))

    assert "Blue glass cup" in shown
    assert "Lamp" not in shown
