"""The A/B experiment of the sample company: two titles against each other for two weeks."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from django.db.models import QuerySet

from catalog.actions.experiment_days import upsert_experiment_days
from catalog.actions.experiments import EXPERIMENT_COURSE, save_experiment
from catalog.actions.listings import content_of, write_version
from catalog.core.experiment_items import ExperimentDayItem
from catalog.core.lifecycle import ListingStatus
from catalog.models import Experiment, Listing, ListingVersion
from opsdesk.actions.moves import Mover, move

DAY = timedelta(days=1)
DAYS = 14
CLICK_RATES = {"a": 0.021, "b": 0.026}
ORDER_RATE = 0.08


def write(today: date, *, at: datetime) -> None:
    """Write an experiment that ran until yesterday and waits for its end, if a listing is live."""
    rows = Listing.objects.filter(status=ListingStatus.LIVE, current__isnull=False)
    listing = rows.select_related("store", "current").order_by("pk").first()
    if listing is None:
        return
    mover = Mover(at)
    version_a, version_b = _versions(listing, mover)
    experiment = Experiment(
        listing=listing,
        code="TITLE-1",
        name="Present first",
        hypothesis="Buyers look for presents: a title that begins with it is clicked more often.",
        version_a=version_a,
        version_b=version_b,
        from_date=today - DAY * DAYS,
        to_date=today,
    )
    save_experiment(experiment, mover)
    move(EXPERIMENT_COURSE, experiment, "start", mover)
    dice = Random(7)  # noqa: S311  (believable figures, no secret)
    upsert_experiment_days(_days(experiment, dice), scope=None, by=None, at=at)


def _versions(listing: Listing, mover: Mover) -> QuerySet[ListingVersion]:
    """Write another title, and the present one again; return them, the present one first."""
    if listing.current is not None:
        given = content_of(listing.current)
        title = f"A present for every kitchen: {given.title.partition(' | ')[0]}"
        write_version(listing, replace(given, title=title), mover, reason="To be tried as B")
        write_version(listing, given, mover, reason="Stays while B is tried")
    return listing.versions.order_by("-number")[:2]


def _days(experiment: Experiment, dice: Random) -> list[ExperimentDayItem]:
    items = []
    for number in range(DAYS):
        for arm, click_rate in CLICK_RATES.items():
            impressions = dice.randint(700, 900)
            clicks = sum(dice.random() < click_rate for _shown in range(impressions))
            item = ExperimentDayItem(
                store=experiment.listing.store.code,
                listing=experiment.listing.seller_sku,
                experiment=experiment.code,
                arm=arm,
                day=experiment.from_date + DAY * number,
                impressions=impressions,
                clicks=clicks,
                orders=sum(dice.random() < ORDER_RATE for _click in range(clicks)),
            )
            items.append(item)
    return items
