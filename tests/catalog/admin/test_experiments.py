"""Pages of A/B experiments: planning one, its days, what it shows, and adopting the winner."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from catalog.actions.experiments import EXPERIMENT_COURSE
from catalog.admin.experiment_results import names_apart
from catalog.models import Experiment, ExperimentDay, ExperimentResult, Listing
from opsdesk.actions.moves import move
from opsdesk.core.charts import Band
from opsdesk.core.periods import business_date
from opsdesk.models import LifeEvent
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
ADD = reverse("admin:catalog_experiment_add")
LIST = reverse("admin:catalog_experiment_changelist")
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return business_date(timezone.now(), settings.COMPANY_TIME_ZONE)


@pytest.fixture
def home():
    return factories.store("UK", currency="CNY", time_zone=settings.COMPANY_TIME_ZONE)


@pytest.fixture
def colleague(home):
    person = factories.person("E1", user=factories.user("e1", role=Role.TEAM_MEMBER))
    factories.employment(person)
    return person.user


def live(home, seller_sku="L1"):
    listing = factories.listing(seller_sku, store=home, status="live", price=10)
    for number in (1, 2):
        factories.listing_version(listing, number, title=f"Cup {number}")
    return listing


def running(home, today, *, days=4, of=4, clicks=(200, 260), **values):
    """An experiment of ``of`` days that has figures of the first ``days``."""
    span = {"from_date": today - DAY * 6, "to_date": today - DAY * (6 - of)}
    made = factories.experiment(listing=live(home), status="running", **span, **values)
    for number in range(days):
        for arm, count in zip("ab", clicks, strict=True):
            factories.experiment_day(
                made, arm, span["from_date"] + DAY * number, impressions=2500, clicks=count // 4
            )
    return made


def page_of(made):
    return reverse("admin:catalog_experiment_change", args=[made.pk])


def plan(listing, today, **values):
    given = {
        "listing": listing.pk,
        "code": "X1",
        "name": "Title",
        "hypothesis": "More clicks",
        "measure": "click_rate",
        "number_a": "1",
        "number_b": "2",
        "from_date": str(today),
        "to_date": str(today + DAY * 14),
        "share_b": "50",
    }
    return given | values


def days_form(made, rows):
    """What the page of a running experiment posts: its stored days, then ``rows``."""
    stored = list(made.days.order_by("day", "arm"))
    form = {"days-TOTAL_FORMS": len(stored) + len(rows), "days-INITIAL_FORMS": len(stored)}
    for number, row in enumerate(stored):
        names = ("id", "day", "arm", "impressions", "clicks", "orders")
        form |= {f"days-{number}-{name}": str(getattr(row, name)) for name in names}
    for number, row in enumerate(rows, len(stored)):
        form |= {f"days-{number}-{name}": value for name, value in row.items()}
    return form | {
        f"days-{number}-experiment": made.pk for number in range(len(stored) + len(rows))
    }


def test_a_team_member_plans_an_experiment_by_version_numbers(client, colleague, home, today):
    listing = live(home)
    sign_in(client, colleague)

    response = client.post(ADD, plan(listing, today))

    made = Experiment.objects.get()
    assert response.status_code == 302
    assert (made.version_a.number, made.version_b.number, made.status) == (1, 2, "planned")
    assert LifeEvent.objects.get().by == colleague


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number_b": "3"}, "UK L1 has no version 3: look at its page."),
        ({"number_b": "9" * 30}, "has no version 9999"),
        ({"number_b": "1"}, "A and B are two different versions."),
        ({"to_date": "2026-01-01"}, "An experiment ends after it begins."),
        ({"share_b": "100"}, "99"),
        ({"code": "a/b"}, "A code has no “/”"),
    ],
)
def test_a_plan_that_cannot_be_comes_back_with_its_reason(
    client, colleague, home, today, change, said
):
    sign_in(client, colleague)

    response = client.post(ADD, plan(live(home), today, **change))

    assert response.status_code == 200
    assert said in response.text
    assert (Experiment.objects.count(), LifeEvent.objects.count()) == (0, 0)


def test_a_plan_is_changed_on_its_page_and_not_once_it_runs(client, colleague, home, today):
    made = factories.experiment(listing=live(home))
    sign_in(client, colleague)
    changed = plan(made.listing, today, name="Other", number_a="2", number_b="1")
    formset = {"days-TOTAL_FORMS": 0, "days-INITIAL_FORMS": 0}

    client.post(page_of(made), changed | formset)
    made.refresh_from_db()
    assert (made.name, made.version_a.number, made.version_b.number) == ("Other", 2, 1)

    Experiment.objects.update(status="running")
    client.post(page_of(made), changed | formset | {"name": "Later"})
    made.refresh_from_db()
    assert made.name == "Other"


def test_the_button_starts_and_ends_it(client, colleague, home, today):
    made = running(home, today)
    sign_in(client, colleague)

    client.post(reverse("admin:catalog_experiment_move", args=[made.pk, "end"]))

    made.refresh_from_db()
    assert (made.status, ExperimentResult.objects.get().verdict) == ("ended", "b_better")


def test_days_are_entered_on_the_page_while_it_runs(client, colleague, home, today):
    made = running(home, today, days=1)
    sign_in(client, colleague)
    row = {"day": str(today - DAY * 5), "impressions": "10", "clicks": "3", "orders": "1"}

    response = client.post(page_of(made), days_form(made, [row | {"arm": arm} for arm in "ab"]))

    assert response.status_code == 302
    stored = ExperimentDay.objects.order_by("day", "arm").values_list(
        "arm", "impressions", "orders"
    )
    assert list(stored) == [*(("a", 2500, 2), ("b", 2500, 2), ("a", 10, 1), ("b", 10, 1))]


def test_a_stored_day_is_corrected_and_another_taken_out(client, colleague, home, today):
    made = running(home, today, days=1)
    sign_in(client, colleague)
    form = days_form(made, []) | {"days-0-clicks": "51", "days-1-DELETE": "on"}

    response = client.post(page_of(made), form)

    assert response.status_code == 302
    assert list(ExperimentDay.objects.values_list("arm", "clicks")) == [("a", 51)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"clicks": "11"}, "There are more clicks than impressions"),
        ({"orders": "4"}, "There are more orders than clicks"),
        ({"impressions": "-1"}, "greater than or equal to 0"),
        ({"day": "2020-01-01"}, "2020-01-01 is no day of the experiment"),
    ],
)
def test_a_day_that_cannot_be_comes_back_with_its_reason(
    client, colleague, home, today, change, said
):
    made = running(home, today, days=0)
    sign_in(client, colleague)
    row = {"day": str(today - DAY * 5), "arm": "a", "impressions": "10", "clicks": "3"}

    response = client.post(page_of(made), days_form(made, [row | {"orders": "1"} | change]))

    assert response.status_code == 200
    assert said in response.text
    assert ExperimentDay.objects.count() == 0


def test_the_page_says_what_the_figures_show(client, colleague, home, today):
    made = running(home, today)
    sign_in(client, colleague)

    page = client.get(page_of(made))

    context = page.context
    assert context["sentence"] == (
        "B is better: Click-through rate 2.60 % against 2.00 %; by chance alone a difference "
        "like this would come with a probability of 0.0047."
    )
    assert context["difference"] == "0.60 percentage points (95 % interval: 0.18 to 1.02)"
    assert [(row["arm"], row["rate"], row["interval"]) for row in context["rows"]] == [
        ("A", "2.00 %", "1.74 % to 2.29 %"),
        ("B", "2.60 %", "2.31 % to 2.93 %"),
    ]
    assert (context["p_shown"], context["missing"], context["more"]) == ("0.0047", 0, None)
    assert [row["arms"][1]["rate"] for row in context["plot"]["rows"]] == ["2.60 %"] * 4
    assert page.text.count('class="spread') == 2


def test_before_all_days_are_in_it_is_preliminary(client, colleague, home, today):
    made = running(home, today, days=3, clicks=(200, 212))
    sign_in(client, colleague)

    page = client.get(page_of(made))

    assert page.context["sentence"].startswith("No difference shown yet: ")
    assert page.context["missing"] == 2
    # 7,500 of each were shown until now
    assert page.context["more"] == page.context["found"].needed - 7500 > 0
    assert "decide at the planned end" in page.text
    assert "more impressions of each version" in page.text


def test_few_figures_are_told_as_too_few(client, colleague, home, today):
    made = running(home, today, days=0)
    factories.experiment_day(made, "a", made.from_date, impressions=100, clicks=2, orders=0)
    sign_in(client, colleague)

    one_sided = client.get(page_of(made)).context
    factories.experiment_day(made, "b", made.from_date, impressions=100, clicks=3, orders=0)
    both = client.get(page_of(made)).context

    assert one_sided["sentence"] == (
        "Too little data: one of the versions has nothing to compare yet."
    )
    assert (one_sided["difference"], one_sided["p_shown"]) == ("", "–")
    assert (
        both["sentence"] == "Too little data: Click-through rate is 2.00 % for A and 3.00 % for B."
    )
    assert both["method"] == "Fisher's exact test"


def test_without_figures_there_is_no_result(client, colleague, home):
    made = factories.experiment(listing=live(home))
    sign_in(client, colleague)

    page = client.get(page_of(made))

    assert (page.context["found"], page.context["plot"]) == (None, None)
    assert "There are no figures yet" in page.text


def test_a_split_that_is_no_chance_is_told(client, colleague, home, today):
    made = running(home, today, share_b=40)
    sign_in(client, colleague)

    page = client.get(page_of(made))

    assert page.context["split"].startswith("B got 50.0 % of the impressions, planned were 40 %")


def test_what_the_end_wrote_is_shown_whatever_is_computed_later(client, colleague, home, today):
    made = running(home, today)
    move(EXPERIMENT_COURSE, made, "end", factories.mover())
    ExperimentResult.objects.update(verdict="no_difference", impressions_a=5000)
    sign_in(client, colleague)

    page = client.get(page_of(made))

    assert page.context["sentence"].startswith("No difference shown yet: ")
    assert page.context["rows"][0]["counts"].impressions == 5000


def test_the_winner_is_adopted_by_its_button(client, colleague, home, today):
    made = running(home, today)
    move(EXPERIMENT_COURSE, made, "end", factories.mover())
    adopt = reverse("admin:catalog_experiment_adopt", args=[made.pk])
    sign_in(client, colleague)
    before = client.get(page_of(made)).text

    response = client.post(adopt, follow=True)

    listing = Listing.objects.get()
    assert "Adopt B" in before
    assert (listing.current.number, listing.title) == (3, "Cup 2")
    assert "now has the content of the winner" in response.text
    assert "Adopt B" not in response.text


def test_an_auditor_adopts_nothing(client, home, today):
    made = running(home, today)
    move(EXPERIMENT_COURSE, made, "end", factories.mover())
    sign_in(client, factories.user(role=Role.AUDITOR))

    response = client.post(reverse("admin:catalog_experiment_adopt", args=[made.pk]))

    assert response.status_code == 403
    assert Listing.objects.get().current is None
    assert "Adopt B" not in client.get(page_of(made)).text


def test_the_listing_shows_its_experiments(client, colleague, home, today):
    made = running(home, today)
    move(EXPERIMENT_COURSE, made, "end", factories.mover())
    sign_in(client, colleague)

    page = client.get(reverse("admin:catalog_listing_change", args=[made.listing_id]))

    assert page_of(made) in page.text
    assert "B is better" in page.text


def test_the_list_takes_the_same_queries_for_one_row_and_three(client, colleague, home):
    sign_in(client, colleague)

    def asked():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(LIST).status_code == 200
        return len(caught)

    factories.experiment("X0", listing=live(home, "L0"))
    asked()
    one = asked()
    for number in (1, 2):
        made = factories.experiment(
            f"X{number}",
            listing=live(home, f"L{number}"),
            status="running",
            to_date=date(2026, 3, 31),
        )
        for arm in "ab":
            factories.experiment_day(made, arm)
        move(EXPERIMENT_COURSE, made, "end", factories.mover())

    assert asked() == one


def test_experiments_of_other_departments_are_not_there(client, colleague, home):
    away = factories.store("FR", department=factories.department("away"))
    made = factories.experiment(listing=live(away), name="theirs")
    sign_in(client, colleague)

    assert client.get(page_of(made)).status_code == 404
    assert "theirs" not in client.get(LIST).text


@pytest.mark.parametrize(
    ("ends", "below"),
    [
        (("50.0", "90.0"), [4, 4]),
        (("50.0", "55.0"), [-2, 10]),
        (("55.0", "50.0"), [10, -2]),
        (("50.0", None), [4, 4]),
    ],
)
def test_names_of_lines_that_end_close_by_stand_apart(ends, below):
    bands = [Band("", "", ("9.0", end) if end else None) for end in ends]

    assert names_apart(bands) == below
