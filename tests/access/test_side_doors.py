"""The side doors of the pages: search, choices, filters in the address, methods, forged posts."""

import itertools
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.utils import timezone

from accounts.core.roles import Role
from accounts.models import User
from catalog.models import Replenishment
from compensation.models import PayRun
from opsdesk.core.privacy import is_shown
from orders.models import OrderAnomaly, ShipmentException
from tests import factories
from tests.access import bodies, matrix
from tests.access.sight import REFUSED, hidden_from, leaks
from tests.access.test_matrix import LINES_OF
from tests.access.world import stands_in
from tests.pages.signing import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAGES = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label_lower)
PEOPLE = "ZTSLHMNUW"


def asking(desk, letter):
    """A request of somebody, as far as a list looks at one."""
    user = desk.world.actors[letter]
    scope = factories.scope(user, timezone.now().date())
    return SimpleNamespace(user=user, scope=scope, GET={}, method="GET")


@pytest.mark.parametrize("letter", PEOPLE)
def test_a_search_finds_nothing_that_is_hidden(desk, letter):
    request, found = asking(desk, letter), []
    for model, page in PAGES:
        if not page.get_search_fields(request) or not page.has_view_permission(request):
            continue
        for canary in hidden_from(desk.world, letter):
            rows = page.get_search_results(request, page.get_queryset(request), canary.text)[0]
            # Of a name that is hidden the row may be found by what is not.
            found += [f"{model._meta.label}: {canary}" for _row in rows[:1]]

    assert found == []


@pytest.mark.parametrize("letter", PEOPLE)
def test_no_choice_that_is_searched_for_offers_what_is_hidden(desk, letter):
    faults = []
    for model, _page in PAGES:
        for field in model._meta.concrete_fields:
            if field.remote_field is None:
                continue
            query = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}"
            address = f"/admin/autocomplete/?{query}&field_name={field.name}&term="
            answer = desk.ask(letter, "GET", address)
            if answer.letter not in "+-0" or answer.writes:
                faults.append(f"{model._meta.label}.{field.name}: {answer.letter}")
            faults += [f"{model._meta.label}.{field.name} shows {one}" for one in
                       leaks(desk.world, letter, answer)]  # fmt: skip

    assert faults == []


@pytest.mark.parametrize(("model", "page"), PAGES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_list_is_asked_by_its_own_filters_only(desk, model, page):
    """An address that asks for the rows above a salary tells the salary, step by step."""
    request = asking(desk, "N")
    named = {one[0] if isinstance(one, tuple) else one for one in page.get_list_filter(request)}
    paths = [(field.name, field, model) for field in model._meta.concrete_fields]
    paths += [
        (f"{field.name}__{far.name}", far, field.related_model)
        for _name, field, _model in list(paths)
        if field.related_model
        for far in field.related_model._meta.concrete_fields
    ]

    answered = {
        f"{path}__{kind}"
        for path, field, _owner in paths
        if path not in named and not (path.endswith("__id") and path[:-4] in named)
        for kind in ("exact", "gt", "startswith", "regex", "in", "isnull")
        if page.lookup_allowed(f"{path}__{kind}", "1", request)
    }

    assert answered == set()


@pytest.mark.parametrize("letter", PEOPLE)
def test_no_form_holds_a_field_that_is_not_shown(desk, letter):
    request = asking(desk, letter)
    faults = [
        f"{model._meta.label}.{field}"
        for model, page in PAGES
        for field in getattr(model, "sensitive", {})
        if not is_shown(model, field, request.scope.may)
        and field in flat(page.get_fieldsets(request, model()))
        and page.has_view_permission(request)
    ]

    assert faults == []


def flat(fieldsets):
    names = itertools.chain.from_iterable(options["fields"] for _title, options in fieldsets)
    return {one for name in names for one in (name if isinstance(name, tuple | list) else [name])}


@pytest.mark.parametrize("letter", PEOPLE)
def test_many_rows_at_once_are_only_for_who_keeps_stock_and_serves_customers(desk, letter):
    request = asking(desk, letter)

    found = {model for model, page in PAGES if page.get_actions(request)}
    listed = {OrderAnomaly, Replenishment, ShipmentException}
    assert found == (listed if letter in "TWSLMN" else set())


@pytest.fixture
def both(desk):
    """A supervisor of "home" who stands in for a manager: own rights, and departments lent."""
    home, principal = factories.department("home"), User.objects.get(username="boss-away")
    user = factories.user(role=Role.SUPERVISOR, department=home)
    stands_in(user, principal, named_by=principal)
    client = sign_in(matrix.LeanClient(), user)
    desk.clients["X"] = (client, client.cookies.output(header="", sep=";"), {})
    yield desk
    del desk.clients["X"]


@pytest.mark.parametrize(
    ("step", "side", "expected"),
    [
        ("calculate", "home", "w"),
        ("submit", "home", "w"),
        ("calculate", "away", "-"),
        ("submit", "away", "-"),
        ("pay", "away", "-"),
    ],
)
def test_the_own_right_does_not_reach_the_departments_of_who_is_away(both, step, side, expected):
    line = matrix.Line("/admin/compensation/payrun/<id>/do/<name>/", f"{side}:{step}", {}, {})

    answer = both.ask(
        "X", "POST", line.address(both.world), lambda: bodies.body(line, PayRun, None)
    )

    assert answer.letter == expected


@pytest.mark.parametrize(("side", "expected"), [("home", "w"), ("away", ">")])
def test_a_run_is_begun_by_whose_department_it_is(both, side, expected):
    line = matrix.Line("/admin/compensation/payrun/start/", side, {}, {})

    answer = both.ask(
        "X", "POST", line.address(both.world), lambda: bodies.body(line, PayRun, None)
    )

    assert answer.letter == expected


# Of each address somebody else asks in each way that no page has.
METHODS = dict(zip(("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"), "TMSNLM", strict=True))


@pytest.mark.parametrize("path", sorted(LINES_OF))
def test_no_other_method_writes_or_breaks(desk, path):
    line = LINES_OF[path][-1]
    keys = {"M": "w", "N": "w", "T": "o", "S": "b", "L": "z"} if "M" not in line.get else {}
    faults = []
    for method, letter in METHODS.items():
        who = keys.get(letter, letter)
        answer = desk.ask(who, method, line.address(desk.world))
        if answer.writes or len(answer.letter) > 1:
            faults.append(f"{who} {method}: {answer.letter}, wrote {answer.writes}")
        faults += [f"{who} {method}: shows {one}" for one in leaks(desk.world, who, answer, path)]

    assert faults == []


def test_a_post_that_another_site_forged_is_refused(desk):
    """Without the token of the page nobody writes anything, whatever the session may."""
    faults = []
    for letter in "MN":
        _client, cookies, headers = desk.clients[letter]
        desk.clients["forged"] = (matrix.LeanClient(enforce_csrf_checks=True), cookies, headers)
        for path, lines in LINES_OF.items():
            if letter not in lines[0].post or lines[0].post[letter] not in "wW+>":
                continue
            answer = desk.ask("forged", "POST", lines[0].address(desk.world))
            if answer.letter not in REFUSED or answer.writes:
                faults.append(f"{letter} {path}: {answer.letter}, wrote {answer.writes}")

    assert faults == []


def test_the_canaries_are_there_to_be_found(desk):
    """Whoever may see them finds these texts; else that others do not would mean nothing."""
    asked = {
        "/admin/accounts/person/": {"name", "contact"},
        "/admin/accounts/employment/": {"name", "pay"},
        "/admin/catalog/store/": {"shop"},
        "/admin/kpis/target/": {"goal"},
        "/admin/opsdesk/importbatch/": {"files"},
    }
    missing = {
        f"{path} {side} {kind}"
        for path, kinds in asked.items()
        for answer in [desk.ask("H" if "accounts" in path else "M", "GET", path)]
        for side, kind in itertools.product(("home", "away"), sorted(kinds))
        if not any(
            one.text in answer.text.replace(",", "")
            for one in desk.world.canaries
            if (one.side, one.kind) == (side, kind)
        )
    }

    assert missing == set()
