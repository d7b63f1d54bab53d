"""The metrics of Online Retail after a night, against the independent calculation, to the cent."""

from collections import defaultdict
from datetime import date

import pytest

from catalog.models import Store
from kpis.core.formula import COMPONENTS
from kpis.models import PeriodFact, RefundDay, SalesDay
from kpis.queries.metrics import metric_values
from opsdesk.core.periods import Period
from tests.kills.processes import digest
from tests.oracle import online_retail as oracle

pytestmark = [pytest.mark.slow, pytest.mark.real_data]

CODES = (
    *("gmv", "net_sales", "orders", "units", "aov", "return_rate"),
    *("new_customer_share", "repurchase_rate"),
)
KINDS = ("day", "month", "quarter", "year")
AS_OF = date(2011, 12, 9)
FACTS = {
    SalesDay: [f.name for f in SalesDay._meta.concrete_fields if f.name not in ("id", "store")]
    + ["store__code"],
    RefundDay: [f.name for f in RefundDay._meta.concrete_fields if f.name not in ("id", "store")]
    + ["store__code"],
    PeriodFact: ["scope_kind", "scope_id", "period_kind", "start", *COMPONENTS],
}


@pytest.fixture(scope="session")
def computed(loaded_online_retail, tmp_path_factory):
    """A copy of the loaded database after its first night."""
    database = loaded_online_retail.copy(tmp_path_factory.mktemp("metrics") / "var")
    database.run("nightly", "--as-of", AS_OF)
    yield database
    database.drop()


def test_every_store_and_period_equals_the_independent_figures(computed, django_db_blocker):
    figures = oracle.figures(oracle.read_documents(), rate=oracle.pound_in("CNY"), kinds=KINDS)
    periods = defaultdict(list)
    for scope, text in figures:
        periods[scope].append(Period.parse(text))
    found = {}

    with computed.opened(django_db_blocker):
        ids = dict(Store.objects.values_list("code", "pk"))
        for scope, own in periods.items():
            kind = "company" if scope == oracle.COMPANY else "store"
            for value in metric_values(CODES, kind, ids.get(scope, 0), own, today=AS_OF):
                parts = found.setdefault((scope, str(value.period)), {})
                parts[value.code] = (value.numerator, value.denominator)

    assert len(found) > 2_000
    assert found == {
        key: {code: each.parts()[code] for code in CODES} for key, each in figures.items()
    }


def test_there_is_no_period_that_the_independent_figures_do_not_know(computed, django_db_blocker):
    figures = oracle.figures(oracle.read_documents(), kinds=KINDS)

    with computed.opened(django_db_blocker):
        stores = PeriodFact.objects.filter(scope_kind="store").exclude(period_kind="week")
        found = set(stores.values_list("scope_id", "period_kind", "start"))
        codes = dict(Store.objects.values_list("pk", "code"))

    known = {(code, text) for code, text in figures if code != oracle.COMPANY}
    assert {(codes[pk], str(Period(kind, start))) for pk, kind, start in found} == known


def test_a_full_rebuild_gives_the_same_figures(computed, django_db_blocker):
    with computed.opened(django_db_blocker):
        before = digest(FACTS)

    computed.run("nightly", "--full", "--as-of", AS_OF)

    with computed.opened(django_db_blocker):
        assert digest(FACTS) == before
        SalesDay.objects.all().delete()
        RefundDay.objects.all().delete()
    computed.run("nightly", "--full", "--as-of", AS_OF)
    with computed.opened(django_db_blocker):
        assert digest(FACTS) == before
