"""Planning A/B experiments, taking them through their life, and what their end writes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.listings import content_of, write_version
from catalog.core.experiments import Arm, Verdict, compare, sum_of
from catalog.core.lifecycle import EXPERIMENT, ExperimentStatus, ListingStatus
from catalog.models import Experiment, ExperimentResult, Listing, ListingVersion, Store
from catalog.queries.experiments import count_missing, figures_of, other_open, with_overlap
from opsdesk.actions.moves import Course, Mover, begin
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady

# What was agreed before the first figure; nothing of it changes once the experiment began.
PLANNED_FIELDS = (
    "code",
    "name",
    "hypothesis",
    "measure",
    "version_a",
    "version_b",
    "from_date",
    "to_date",
    "share_b",
)
ENDS = ("end", "stop")
MOST_DAYS = 400


@transaction.atomic
def save_experiment(experiment: Experiment, mover: Mover) -> Experiment:
    """Plan an experiment, or change its plan while it is no more than that.

    ``NotAllowed`` for a store one does not see, ``InvalidTransition`` for one that began,
    ``InvalidData`` for versions of another listing or days that another experiment has.
    """
    refuse_writer(experiment.listing.store, mover)
    # Two plans for the same days wait for each other here.
    Listing.objects.select_for_update(of=("self",)).get(pk=experiment.listing_id)
    if experiment.pk is None:
        experiment.status = ExperimentStatus.PLANNED
        _refuse_plan(experiment)
        save_record(experiment, by=mover.by, at=mover.at)
        begin(EXPERIMENT_COURSE, experiment, mover)
        return experiment
    held = held_experiment(experiment.pk, mover)
    if held.listing_id != experiment.listing_id:
        message = _("%(experiment)s stays with its listing: cancel it and plan another one.")
        raise InvalidData(message % {"experiment": held}, field="listing")
    _refuse_begun(held)
    for name in PLANNED_FIELDS:
        setattr(held, name, getattr(experiment, name))
    _refuse_plan(held)
    return save_record(held, by=mover.by, at=mover.at)


def refuse_writer(store: Store, mover: Mover) -> None:
    """Raise ``NotAllowed`` for who may not work on experiments of ``store``."""
    if mover.scope is None:
        return
    if not mover.is_machine and not mover.scope.may(Right.CATALOGUE_EDIT):
        raise NotAllowed(_("You don't have the right to plan experiments."), code="no_right")
    if not Store.objects.visible_to(mover.scope).filter(pk=store.pk).exists():
        message = _("You don't see the store %(code)s: somebody of it has to do this.")
        raise NotAllowed(message % {"code": store.code}, code="not_yours", field="store")


def held_experiment(number: int, mover: Mover) -> Experiment:
    """Return the experiment, held until the end of the transaction, to who may write it."""
    rows = Experiment.objects.select_for_update(of=("self",)).select_related("listing__store")
    held = rows.get(pk=number)
    refuse_writer(held.listing.store, mover)
    return held


def _refuse_begun(experiment: Experiment) -> None:
    if experiment.status != ExperimentStatus.PLANNED:
        message = _(
            "%(experiment)s is “%(state)s”: its plan does not change any more, or its result "
            "would prove nothing."
        )
        words = {"experiment": experiment, "state": EXPERIMENT.label_of(experiment.status)}
        raise InvalidTransition(message % words, code="not_planned")


def _refuse_plan(experiment: Experiment) -> None:
    listing = experiment.listing
    if any(mark in experiment.code for mark in "/:") or not experiment.code.isprintable():
        message = _("A code has no “/” and no “:”, and no control characters.")
        raise InvalidData(message, field="code")
    if (experiment.to_date - experiment.from_date).days > MOST_DAYS:
        message = _("An experiment lasts %(most)d days at most: set its last day right.")
        raise InvalidData(message % {"most": MOST_DAYS}, field="to_date")
    if listing.status == ListingStatus.ENDED:
        message = _("%(listing)s has ended: choose another listing.")
        raise InvalidData(message % {"listing": listing}, field="listing")
    for field in ("version_a", "version_b"):
        version = getattr(experiment, field)
        if version.listing_id != listing.pk:
            message = _("%(version)s is no version of %(listing)s.")
            words = {"version": version, "listing": listing}
            raise InvalidData(message % words, field=field)
    if experiment.version_a_id == experiment.version_b_id:
        raise InvalidData(_("A and B are two different versions."), field="version_b")
    if other := with_overlap(experiment):
        message = _(
            "%(other)s is planned or runs on this listing from %(start)s until before %(end)s: "
            "of two experiments at once neither proves anything. Choose other days."
        )
        words = {"other": other, "start": other.from_date, "end": other.to_date}
        raise InvalidData(message % words, field="from_date")


def _missing(experiment: Experiment, verb: str) -> list[str]:
    """Return in sentences what the move ``verb`` still needs."""
    if verb == "start":
        return _missing_start(experiment)
    if verb not in ENDS:
        return []
    count = count_missing(experiment, figures_of(experiment))
    if verb == "end" and count:
        message = _(
            "%(count)d of its planned days have no figures (of A and of B counted each): enter "
            "them, or end it early."
        )
        return [message % {"count": count}]
    if verb == "stop" and not count:
        return [_("All of its planned days have figures: end it.")]
    return []


def _missing_start(experiment: Experiment) -> list[str]:
    found = []
    if experiment.listing.status != ListingStatus.LIVE:
        message = _("%(listing)s is not live: nobody would see the versions.")
        found.append(message % {"listing": experiment.listing})
    running = other_open(experiment).filter(status=ExperimentStatus.RUNNING).first()
    if running is not None:
        message = _("%(other)s runs on this listing already: end it first.")
        found.append(message % {"other": running})
    return found


def _then(experiment: Experiment, verb: str, mover: Mover) -> None:
    """Write the result at the end: from then on it is a fact."""
    if verb not in ENDS:
        return
    known = figures_of(experiment)
    a, b = (sum_of(known[arm].values()) for arm in Arm.values)
    found = compare(a, b, experiment.measure)
    result = ExperimentResult(
        experiment=experiment,
        impressions_a=a.impressions,
        clicks_a=a.clicks,
        orders_a=a.orders,
        impressions_b=b.impressions,
        clicks_b=b.clicks,
        orders_b=b.orders,
        method=found.method,
        p_value=found.p_value,
        verdict=found.verdict,
        missing_days=count_missing(experiment, known),
        at=mover.at,
    )
    save_record(result, by=mover.by, at=mover.at)


EXPERIMENT_COURSE = Course(EXPERIMENT, Experiment, _missing, _then)


@dataclass(frozen=True, slots=True)
class Winner:
    """The version that won, and as which of the two."""

    arm: str
    version: ListingVersion


def winner_of(experiment: Experiment) -> Winner | None:
    """Return what won an experiment that has ended, ``None`` where nothing did."""
    result = getattr(experiment, "result", None)
    if result is None:
        return None
    winners = {
        Verdict.A_BETTER: Winner(Arm.A.label, experiment.version_a),
        Verdict.B_BETTER: Winner(Arm.B.label, experiment.version_b),
    }
    return winners.get(result.verdict)


def is_current(version: ListingVersion, listing: Listing) -> bool:
    """Tell whether the listing's current content is that of ``version``."""
    return listing.current is not None and content_of(listing.current) == content_of(version)


@transaction.atomic
def adopt_winner(experiment: Experiment, mover: Mover) -> ListingVersion:
    """Write the content of the winner as a new current version of the listing.

    ``NotReady`` where nothing won, or where the listing shows that content already;
    ``NotAllowed`` for a machine: it takes a person.
    """
    held = held_experiment(experiment.pk, mover)
    if mover.is_machine:
        message = _("A machine adopts no content: a person has to do this.")
        raise NotAllowed(message, code="no_person")
    winner = winner_of(held)
    if winner is None:
        message = _("%(experiment)s has no winner: there is nothing to adopt.")
        raise NotReady(message % {"experiment": held}, code="no_winner")
    reason = _("Won the experiment %(experiment)s") % {"experiment": held.code}
    version = write_version(held.listing, content_of(winner.version), mover, reason=reason)
    if version is None:
        message = _("%(listing)s shows this content already.") % {"listing": held.listing}
        raise NotReady(message, code="adopted")
    return version
