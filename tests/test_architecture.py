"""The house keeps its rules, and each rule can fail."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.architecture import APPS, Module, module_under_test, offences

ROOT = Path(__file__).parents[1]


def sources():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield Module(path.relative_to(ROOT).as_posix(), path.read_text())


def broken(path, source):
    """The offences of a snippet with a docstring, without its path: ``line sentence``."""
    module = Module(path, f'"""A sentence."""\n{source}')
    return [offence.removeprefix(f"{path}:") for offence in offences(module)]


def test_the_house_keeps_its_rules():
    found = [offence for module in sources() for offence in offences(module)]

    assert not found, "\n" + "\n".join(found)


def test_the_test_tree_mirrors_the_source():
    strays = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        target = module_under_test(name)
        if target and not (ROOT / f"{target}.py").exists() and not (ROOT / target).is_dir():
            strays.append(f"{name}:1 there is no {target}.py")

    assert not strays, "\n" + "\n".join(strays)


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()

    call_command("makemigrations", check=False, dry_run=True, stdout=out)

    assert out.getvalue() == "No changes detected\n"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("orders/actions/returns.py", "from orders.models import Return"),
        ("orders/actions/returns.py", "from catalog.actions.stock import move"),
        ("orders/admin/orders.py", "from opsdesk.admin.base import DeskAdmin"),
        ("orders/core/totals.py", "from decimal import Decimal"),
        ("orders/core/totals.py", "from opsdesk.core.money import ZERO"),
        ("orders/core/items.py", "from django.db.models import TextChoices"),
        ("orders/core/items.py", "from django.utils.translation import gettext_lazy as _"),
        ("kpis/queries/facts.py", "from orders.queries.orders import sold"),
        ("kpis/actions/facts.py", "from kpis.actions.metrics import write"),
        ("opsdesk/urls.py", "from compensation.admin import payruns"),
        ("opsdesk/demo/company.py", "from compensation.actions.plans import activate"),
        ("opsdesk/management/commands/demo.py", "from orders.models import Order"),
        ("opsdesk/settings.py", 'AUTH_USER_MODEL = "accounts.User"'),
        ("orders/models/orders.py", 'store = ForeignKey("catalog.Store")'),
        ("orders/api/orders.py", "now = timezone.now()"),
        ("orders/actions/orders.py", "def move(at):\n    return at.date()"),
        ("orders/models/orders.py", 'F("fence") + 1'),
        ("accounts/apps.py", "from django.db.models.signals import post_migrate"),
        ("orders/admin/orders.py", "def page():\n    import json"),
    ],
)
def test_what_the_rules_allow(path, source):
    assert broken(path, source) == []


@pytest.mark.parametrize(
    ("path", "source", "offence"),
    [
        (
            "catalog/models/stores.py",
            "from orders.models import Order",
            "2 catalog comes before orders and may not import orders.models.Order",
        ),
        (
            "opsdesk/admin/home.py",
            "import kpis.queries.metrics",
            "2 opsdesk comes before kpis and may not import kpis.queries.metrics",
        ),
        (
            "kpis/actions/facts.py",
            "from orders.actions import orders",
            "2 kpis reads orders and may not call its actions: orders.actions.orders",
        ),
        (
            "compensation/actions/payruns.py",
            "from kpis.actions.targets import revise",
            "2 compensation reads kpis and may not call its actions: kpis.actions.targets.revise",
        ),
        (
            "catalog/models/stores.py",
            'order = ForeignKey("orders.Order")',
            "2 catalog may not name the later model orders.Order",
        ),
        (
            "orders/models/orders.py",
            "from orders.queries.orders import sold",
            "2 models may not import queries: orders.queries.orders.sold",
        ),
        (
            "orders/queries/orders.py",
            "from ..actions.orders import move",
            "2 queries may not import actions: orders.actions.orders.move",
        ),
        (
            "orders/actions/orders.py",
            "from . import returns\nfrom ..admin import orders",
            "3 actions may not import edge: orders.admin.orders",
        ),
        (
            "orders/core/totals.py",
            "from orders import models",
            "2 core may not import models: orders.models",
        ),
        (
            "orders/core/totals.py",
            "from django.db import models",
            "2 core imports the standard library and other cores only, not django.db.models",
        ),
        (
            "orders/core/totals.py",
            "import msgspec",
            "2 core imports the standard library and other cores only, not msgspec",
        ),
        (
            "orders/admin/orders.py",
            "from catalog.admin.stores import StoreAdmin",
            "2 an edge may not import another app's edge: catalog.admin.stores.StoreAdmin",
        ),
        (
            "orders/admin/orders.py",
            "def page():\n    from orders.models import Order",
            "3 our own modules are imported at the top: orders.models.Order",
        ),
        (
            "orders/actions/orders.py",
            "from celery import shared_task",
            "2 nothing below the edge imports a task: celery.shared_task",
        ),
        (
            "orders/actions/orders.py",
            "now = timezone.now()",
            "2 the edge gives the time, nothing below asks timezone.now()",
        ),
        (
            "orders/core/sla.py",
            "import datetime as dt\nnow = dt.datetime.now(tz=zone)",
            "3 the edge gives the time, nothing below asks datetime.now()",
        ),
        (
            "orders/apps.py",
            "from django.db.models.signals import post_save",
            "2 what follows a write stands in the action, not behind a signal: "
            "django.db.models.signals.post_save",
        ),
        (
            "orders/actions/stock.py",
            'F("balance") - Decimal("0.5")',
            "2 SQL arithmetic with an untyped amount",
        ),
    ],
)
def test_what_the_rules_refuse(path, source, offence):
    assert broken(path, source) == [offence]


def test_a_task_imported_below_the_edge_breaks_two_rules():
    assert broken("orders/actions/orders.py", "from orders.tasks import notice") == [
        "2 actions may not import edge: orders.tasks.notice",
        "2 nothing below the edge imports a task: orders.tasks.notice",
    ]


@pytest.mark.parametrize(("lines", "offence"), [(400, []), (401, ["1 the module has 401 lines"])])
def test_a_module_has_at_most_400_lines(lines, offence):
    found = broken("orders/core/totals.py", "x = 1\n" * (lines - 1))

    assert [sentence.partition(",")[0] for sentence in found] == offence


@pytest.mark.parametrize(("lines", "offence"), [(40, []), (41, ["2 total has 41 lines"])])
def test_a_function_has_at_most_40_lines_besides_its_docstring(lines, offence):
    body = '    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * (lines - 1)
    found = broken("orders/core/totals.py", f"def total():\n{body}")

    assert [sentence.partition(",")[0] for sentence in found] == offence


@pytest.mark.parametrize(
    ("source", "offence"),
    [
        ("", []),
        ("x = 1\n", ["orders/models/x.py:1 a module begins with one sentence"]),
        ('"""Orders."""\n', []),
    ],
)
def test_a_module_begins_with_a_sentence(source, offence):
    found = offences(Module("orders/models/x.py", source))

    assert [sentence.partition(" saying")[0] for sentence in found] == offence


@pytest.mark.parametrize(
    ("test", "module"),
    [
        ("tests/orders/actions/test_returns.py", "orders/actions/returns"),
        ("tests/opsdesk/test_broker.py", "opsdesk/broker"),
        ("tests/kpis/management/test_nightly.py", "kpis/management/commands/nightly"),
        ("tests/kpis/management/commands/test_nightly.py", "kpis/management/commands/nightly"),
        ("tests/pages/test_payslip.py", None),
        ("tests/test_architecture.py", None),
        ("tests/orders/actions/conftest.py", None),
    ],
)
def test_which_module_a_test_stands_for(test, module):
    assert module_under_test(test) == module
