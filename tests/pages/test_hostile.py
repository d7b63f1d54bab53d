"""Whatever is sent to the pages of the desk, none of them breaks: no answer is a 5xx."""

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.core.roles import Role
from catalog.models import Category, Product, Sku
from tests import factories
from tests.opsdesk.admin.test_versions import change_url, opened
from tests.pages.signing import sign_in
from tests.pages.test_browser import company  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
SEED = 20261122

VALUES = (
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "1" + "0" * 400,
    "-1",
    "NaN",
    "Infinity",
    "1e400",
    "1e-400",
    "9" * 19,
    "0001-01-01",
    "9999-12-31",
    "0000-00-00",
    "9999-12-31T23:59:59+23:59",
    "2026-03-01 00:00:00-15:59",
    "🦄" * 40,
    "\u202eabc\u202c\u200b",
    "{{ 7|add:7 }}",
    "<script>alert(1)</script>",
    "' OR 1=1; --",
    "%00",
    "../../../etc/passwd",
    "a" * 70_000,
    "[" * 2_000,
    "true",
    "²",
    "١٢",
)
LOOKUPS = (
    "pk",
    "pk__in",
    "id__exact",
    "id__gt",
    "pk__isnull",
    "password__startswith",
    "user__password__regex",
    "name__regex",
    "created_at__year",
    "at__date",
    "__",
    "__in",
    "x__y__z",
    "q",
    "o",
    "p",
    "e",
    "all",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "_facets",
)


@dataclass
class Attacker:
    """Somebody who is signed in, sends anything, and keeps what broke."""

    name: str
    client: Client
    broken: list[str] = field(default_factory=list)
    sent: int = 0

    def send(self, method: str, path: str, values: Any = None, **how: Any) -> None:
        self.sent += 1
        answer = getattr(self.client, method)(path, values, **how)
        if answer.status_code >= 500:
            kind = answer.exc_info[0].__name__ if answer.exc_info else answer.status_code
            self.broken.append(f"{kind}: {self.name} {method} {path} {str(values)[:120]!r}")
        answer.close()


@pytest.fixture
def desk(company):  # noqa: F811
    """A company with a row of nearly everything."""
    toys = Category.objects.create(code="toys", name="Toys")
    duck = Product.objects.create(code="duck", title="Duck", category=toys)
    Sku.objects.create(code="A1", product=duck)
    me = factories.person("E9")
    factories.work_task(me)
    factories.attendance(me)
    factories.rate()
    factories.user("admin", role=Role.ADMINISTRATOR)
    return company


@pytest.fixture(params=["boss", "admin"])
def attacker(request, desk, settings):
    """One of two by turns, so that two processes share the work."""
    # How many queries a wrong form takes is not the matter here.
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]
    client = Client(raise_request_exception=False)
    user = type(desk).objects.get(username=request.param)
    made = Attacker(request.param, sign_in(client, user))
    yield made
    assert made.broken == []
    assert made.sent


def some(cases, count, of=""):
    """``count`` of the cases, others for each page and the same ones each time."""
    cases = list(cases)
    return random.Random(f"{SEED} {of}").sample(cases, min(count, len(cases)))


def slow(count):
    """So many cases, in the long run of the suite."""
    return pytest.mark.parametrize("count", [pytest.param(count, marks=pytest.mark.slow)])


def list_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def filters_of(attacker, path):
    """The names that the filters of a list know."""
    response = attacker.client.get(path)
    changelist = (response.context or {}).get("cl") if response.status_code == 200 else None
    if changelist is None:
        return []
    names = {
        name for spec in changelist.filter_specs for name in spec.expected_parameters() if name
    }
    names |= {f"{name}__{lookup}" for name in list(names)[:3] for lookup in ("gte", "in", "regex")}
    return sorted(names)


@slow(3)
def test_lists_take_any_filter_search_and_order(attacker, count):
    for model in MODELS:
        path = list_url(model)
        names = [*LOOKUPS, *filters_of(attacker, path)]
        for name, value in some(((n, v) for n in names for v in VALUES), count, path):
            attacker.send("get", path, {name: value.encode("utf-8", "surrogatepass")})


def patterns(found, before=""):
    """Every path of the desk with its arguments as they are written in the address map."""
    for one in found:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield here


def filled(pattern, value):
    """The path with ``value`` for each argument."""
    text = pattern.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")
    while "<" in text:
        start, end = text.index("<"), text.index(">")
        text = text[:start] + value + text[end + 1 :]
    if "(?P" in text:
        text = text.split("(?P")[0] + value
    return "/" + text


@slow(1)
def test_every_address_takes_any_argument(attacker, count):
    arguments = [
        "1",
        "0",
        "-1",
        "x",
        "9" * 40,
        "_00",
        "%ED%A0%80",
        "%F0%9F%A6%84",
        "1%0A",
        "²",
        "a" * 500,
    ]
    found = sorted(set(patterns(get_resolver().url_patterns)))
    for pattern in found:
        if "logout" in pattern:
            continue
        cases = [(m, a) for m in ("get", "post", "put", "head", "options") for a in arguments]
        for method, argument in some(cases, count if "<" in pattern else 2, pattern):
            attacker.send(method, filled(pattern, argument))


def form_pages():
    """The pages that hold a form of a record: to add one, and to change the first."""
    for model in MODELS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_add")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield change_url(row)
            yield change_url(row) + "?edit=1"


def held(attacker, path):
    """What a browser would send of the form, or nothing where there is none."""
    response = attacker.client.get(path)
    if response.status_code != 200 or "adminform" not in (response.context or {}):
        return {}
    form = response.context["adminform"].form
    return dict.fromkeys(form.fields, "") | opened(attacker.client, path)


@slow(2)
def test_forms_take_anything_in_each_field(attacker, count):
    for path in form_pages():
        values = held(attacker, path)
        for name, value in some(((n, v) for n in values for v in VALUES), count, path):
            attacker.send("post", path, values | {name: sendable(value)})
        for value in some(VALUES, max(1, count // 4), path):
            attacker.send("post", path, dict.fromkeys(values, sendable(value)))


def sendable(value):
    """The test's own client cannot write a lone surrogate; a browser's form could."""
    return value.replace("\ud800", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"))


def choices():
    """The foreign keys that some page searches a choice for."""
    for model, page in admin.site._registry.items():
        for name in page.autocomplete_fields:
            yield model._meta, name


@slow(4)
def test_choices_take_any_search(attacker, count):
    path = reverse("admin:autocomplete")
    for meta, name in choices():
        asked = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": name}
        cases = ((n, v) for n in (*asked, "term", "page") for v in VALUES)
        for key, value in some(cases, count):
            attacker.send("get", path, asked | {key: value.encode("utf-8", "surrogatepass")})
    for value in VALUES:
        attacker.send("get", reverse("admin:search"), {"s": value.encode("utf-8", "surrogatepass")})


BODIES = (
    ("application/json", b"{" * 3_000),
    ("application/json", json.dumps({"a": [1] * 10}).encode()),
    ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    ("application/x-www-form-urlencoded", b"name=%00&name=%ED%A0%80&name=%ff&&&=&a[0]=1"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"name=+ADw-"),
    ("application/x-www-form-urlencoded; charset=no-such", b"name=a"),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(6_000))),
    ("multipart/form-data; boundary=x", b"--x\r\nnothing of the kind"),
    ("multipart/form-data", b"name=a"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x--"),
    ("text/plain", b"\xff\xfe\x00"),
    ("", b""),
)


def test_forms_take_any_kind_of_body(attacker):
    paths = [reverse("admin:accounts_department_add"), reverse("admin:kpis_target_add")]
    for path, (kind, body) in product(paths, BODIES):
        attacker.send("generic", "POST", path, data=body, content_type=kind)
        attacker.send("post", path, {"name": "a" * 5_000_000})


def test_the_doors_take_anything():
    stranger = Attacker("nobody", Client(raise_request_exception=False))
    for value in VALUES:
        text = sendable(value)
        stranger.send("post", reverse("admin:login"), {"username": text, "password": text})
        stranger.send("post", reverse("set_language"), {"language": text, "next": text})
        stranger.send("get", reverse("admin:login"), {"next": text})

    assert stranger.broken == []


@slow(16)
def test_figures_take_any_scope_and_period(attacker, count):
    days = [str(date.min), str(date.max), str(date.max - timedelta(days=1)), "0001", "9999-W53"]
    words = (*VALUES, *days, "day:1", "store:x", "store:" + "9" * 30, "9999-12", "0001-01")
    names = ("admin:kpis_metrics", "admin:kpis_metric_rows")
    for name, value in product(names, some(words, count)):
        text = value.encode("utf-8", "surrogatepass")
        attacker.send("get", reverse(name), {"scope": text})
        attacker.send("get", reverse(name), {"period": text, "scope": "company"})
        attacker.send("get", reverse(name), {"period": "2026-03", "page": text, "of": text})
