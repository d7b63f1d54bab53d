"""Setting prices from a day on, above the floor or by leave of a second person."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.core.four_eyes import Authority, Case, authority_for, people
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import User
from catalog.core.lifecycle import ListingStatus
from catalog.models import (
    Listing,
    ListingPrice,
    OverrideState,
    PriceOverride,
    Store,
    StoreDepartment,
)
from catalog.queries.pricing import Basis, basis_of, leave_for, prices_in_force
from opsdesk.actions.audit import person_id, record, record_many
from opsdesk.actions.moves import Mover
from opsdesk.actions.records import save_record
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.exchange import decimals
from opsdesk.core.money import minor_places, round_money
from opsdesk.core.periods import business_date

MOST_DAYS = 90
_DAY = timedelta(days=1)
_BATCH = 500
_WORST = 1_000


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price to set, in the currency of the listing's store; ``from_date`` is its first day."""

    price: Decimal
    from_date: date
    list_price: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """The price that stands; not ``created`` where it stood before."""

    row: ListingPrice
    created: bool


@transaction.atomic
def set_price(listing: Listing, wanted: NewPrice, mover: Mover) -> Priced:
    """Set what a listing costs from a day on; a price set for the same day before is replaced.

    The same price for the same day again is the one that stands: nothing is written.

    Raises ``InvalidData`` naming the field for a price that cannot be: below the floor without
    leave, below the brand's minimum, in parts of the minor unit, above the list price, for a day
    gone by, without a reason. ``NotAllowed`` for a store one does not see.
    """
    rows = Listing.objects.select_for_update(of=("self",))
    held = rows.select_related("store", "sku__product").get(pk=listing.pk)
    refuse_writer(held, mover)
    today = today_of(held, mover.at)
    refuse_shape(held, wanted, today)
    of_day = ListingPrice.objects.filter(listing=held, from_date=wanted.from_date, replaced=False)
    same = of_day.order_by("pk").last()
    if same is not None and (same.price, same.list_price) == (wanted.price, wanted.list_price):
        return Priced(same, created=False)
    basis = basis_of([held], wanted.from_date)[held.pk]
    if faults := price_faults(basis, wanted.price):
        raise InvalidData(" ".join(faults), field="price")
    floor, margin = basis.floor, basis.margin(wanted.price)
    if margin is not None and margin < -_WORST:
        message = _("%(sku)s costs many times this price: correct its unit cost first.")
        raise InvalidData(message % {"sku": held.sku.code}, field="price")
    below = floor is not None and wanted.price < floor
    by_leave = leave_for(held.pk, wanted.price, wanted.from_date) if below else None
    # The sound price of a day stays to come back to when the leave has ended.
    (of_day.filter(override__isnull=False) if by_leave else of_day).update(replaced=True)
    made = ListingPrice.objects.create(
        listing=held,
        from_date=wanted.from_date,
        price=wanted.price,
        list_price=wanted.list_price,
        floor=floor,
        margin=margin,
        reason=wanted.reason.strip(),
        override=by_leave,
        set_by_id=person_id(mover.by),
        client_name=mover.client_name,
        set_at=mover.at,
    )
    told = {"price": str(made.price), "from": str(made.from_date), "reason": made.reason}
    record("price set", held, by=mover.by, at=mover.at, detail=told)
    _apply(Listing.objects.filter(pk=held.pk), today, mover)
    listing.refresh_from_db(fields=["price", "list_price"])
    return Priced(made, created=True)


def price_faults(basis: Basis, price: Decimal) -> list[str]:
    """Return in whole sentences why a price cannot be set on its day; empty where it can."""
    currency = basis.costs.currency
    found = []
    if basis.costs.left <= 0:
        return [_("Platform fee and tax take the whole price: correct them first.")]
    floor = basis.floor
    if floor is not None and price < floor and not leave_for(basis.listing.pk, price, basis.day):
        found.append(
            _(
                "%(price)s %(currency)s is below the floor of %(floor)s %(currency)s: landed cost "
                "%(landed)s, shipping %(shipping)s, platform fee %(fee)s, tax %(tax)s. Ask for "
                "leave to sell below it, or choose a higher price."
            )
            % {
                "price": price,
                "currency": currency,
                "floor": floor,
                "landed": round_money(basis.costs.landed or Decimal(0), currency),
                "shipping": basis.costs.shipping,
                "fee": f"{basis.costs.fee_rate:.2%}",
                "tax": f"{basis.costs.tax_rate:.2%}",
            }
        )
    if basis.minimum is not None and price < basis.minimum:
        found.append(_below_minimum(basis.listing, basis.minimum))
    return found


def _below_minimum(listing: Listing, minimum: Decimal) -> str:
    message = _(
        "%(brand)s is sold for %(minimum)s %(currency)s at least; nobody here may go below that."
    )
    words = {"brand": listing.sku.product.brand, "minimum": minimum}
    return message % (words | {"currency": listing.store.currency})


def refuse_writer(listing: Listing, mover: Mover) -> None:
    """Raise ``NotAllowed`` for people without the right, and for a store one does not see."""
    scope = mover.scope
    if scope is None:
        return
    may = mover.is_machine or scope.may(Right.CATALOGUE_EDIT)
    if not may or not Store.objects.visible_to(scope).filter(pk=listing.store_id).exists():
        raise NotAllowed(_("You don't have the right to set this price."), code="no_right")


def refuse_shape(listing: Listing, wanted: NewPrice, today: date) -> None:
    """Raise for a price that could be none of ``listing`` whatever it costs, naming the field."""
    places = minor_places(listing.store.currency)
    if listing.status == ListingStatus.ENDED:
        raise InvalidTransition(
            _("%(listing)s has ended: it has no price any more.") % {"listing": listing}
        )
    for field in ("price", "list_price"):
        value = getattr(wanted, field)
        if value is not None and (not value.is_finite() or not 0 < value < 10**10):
            raise InvalidData(_("A price is above 0."), field=field)
        if value is not None and decimals(value) > places:
            message = _("%(currency)s has %(places)d decimals.")
            words = {"currency": listing.store.currency, "places": places}
            raise InvalidData(message % words, field=field)
    if wanted.list_price is not None and wanted.list_price < wanted.price:
        raise InvalidData(_("The list price is not below the price."), field="list_price")
    if wanted.from_date < today:
        message = _("%(day)s has gone by: choose today (%(today)s) or a later day.")
        words = {"day": wanted.from_date, "today": today}
        raise InvalidData(message % words, field="from_date")
    if not wanted.reason.strip() or len(wanted.reason) > 500:
        raise InvalidData(_("Give the reason, in at most 500 characters."), field="reason")


@transaction.atomic
def apply_prices(stores: Iterable[Store], mover: Mover) -> int:
    """Bring the listings of the stores to the prices of their today; return how many changed.

    What was sold by leave goes back to the price before once the leave has ended. Takes as many
    statements as there are different days in the stores' zones.
    """
    by_day: dict[date, list[Store]] = {}
    for store in stores:
        by_day.setdefault(business_date(mover.at, store.time_zone), []).append(store)
    return sum(
        _apply(Listing.objects.filter(store__in=group), day, mover)
        for day, group in sorted(by_day.items())
    )


def _apply(listings: QuerySet[Listing], today: date, mover: Mover) -> int:
    holds = prices_in_force(today).filter(listing=OuterRef("pk")).order_by("-from_date", "-pk")
    now = {
        "now_price": Subquery(holds.values("price")[:1]),
        "now_list_price": Subquery(holds.values("list_price")[:1]),
    }
    differs = Q(price__isnull=True) | ~Q(price=F("now_price"))
    differs |= Q(list_price__isnull=True, now_list_price__isnull=False)
    differs |= Q(list_price__isnull=False, now_list_price__isnull=True)
    listed = Q(list_price__isnull=False, now_list_price__isnull=False)
    differs |= listed & ~Q(list_price=F("now_list_price"))
    rows: Any = listings.exclude(status=ListingStatus.ENDED).annotate(**now).order_by("pk")
    moving = rows.filter(differs, now_price__isnull=False)
    changed = list(moving.select_for_update(of=("self",)))
    for listing in changed:
        listing.price, listing.list_price = listing.now_price, listing.now_list_price
    Listing.objects.bulk_update(changed, ["price", "list_price"], batch_size=_BATCH)
    if changed:
        record_many("price in force", Listing, changed, by=mover.by, at=mover.at)
    return len(changed)


@transaction.atomic
def propose_override(override: PriceOverride, mover: Mover) -> PriceOverride:
    """Ask for leave to sell a listing below its floor; somebody else gives it or not."""
    if not isinstance(mover.by, User):
        raise NotAllowed(_("Leave to sell below the floor takes a person."), code="no_person")
    refuse_writer(override.listing, mover)
    today = business_date(mover.at, override.listing.store.time_zone)
    if not override.reason.strip():
        raise InvalidData(_("Give the reason."), field="reason")
    if override.from_date < today:
        raise InvalidData(_("Choose today or a later day."), field="from_date")
    if override.until_date > override.from_date + _DAY * MOST_DAYS:
        message = _("Leave is given for at most %(days)d days.") % {"days": MOST_DAYS}
        raise InvalidData(message, field="until_date")
    listings = Listing.objects.select_related("store", "sku__product")
    held = listings.get(pk=override.listing_id)
    minimum = basis_of([held], override.from_date)[held.pk].minimum
    if minimum is not None and override.price < minimum:
        raise InvalidData(_below_minimum(held, minimum), field="price")
    override.state = OverrideState.PROPOSED
    override.proposed_by, override.proposed_at = mover.by, mover.at
    return save_record(override, by=mover.by, at=mover.at)


@transaction.atomic
def decide_override(
    override: PriceOverride, approve: bool, digest: str, mover: Mover
) -> PriceOverride:
    """Give or refuse leave as it was shown.

    Raises ``NotAllowed`` for who asked for it and without the right, ``Conflict`` where it is not
    what was shown, ``InvalidTransition`` where somebody else decided first.
    """
    rows = PriceOverride.objects.select_for_update(of=("self",)).select_related("listing__store")
    override = rows.get(pk=override.pk)
    decider(override, mover)
    if approve and override.until_date <= today_of(override.listing, mover.at):
        raise InvalidTransition(_("Its days are over: refuse it, and ask for new ones."))
    if shown_digest(override) != digest:
        raise Conflict(
            _("It changed since it was shown to you. Look at it anew."), code="content_changed"
        )
    state = OverrideState.APPROVED if approve else OverrideState.REFUSED
    moved = PriceOverride.objects.filter(pk=override.pk, state=OverrideState.PROPOSED).update(
        state=state, decided_by_id=person_id(mover.by), decided_at=mover.at
    )
    if not moved:
        raise InvalidTransition(_("This was decided already."))
    override.refresh_from_db()
    record(f"price below the floor: {state}", override, by=mover.by, at=mover.at)
    return override


def shown_digest(override: PriceOverride) -> str:
    """Return over all that a decision is shown: the request, and the floor it goes below."""
    listing = Listing.objects.select_related("store", "sku__product").get(pk=override.listing_id)
    basis = basis_of([listing], override.from_date)[listing.pk]
    shown = (override.digest, str(basis.floor), str(basis.minimum))
    return hashlib.sha256("|".join(shown).encode()).hexdigest()


def decider(override: PriceOverride, mover: Mover) -> Authority:
    """Return by what somebody may decide; ``NotAllowed`` says why somebody may not."""
    words = {"own_proposal": _("You asked for this, so somebody else must decide on it.")}
    by, scope = person_id(mover.by), mover.scope
    refused = NotAllowed(_("You don't have the right to decide on prices."), code="no_right")
    if by is None or scope is None:
        raise refused
    # Who leads another department and only works in this one does not decide here.
    theirs = StoreDepartment.objects.on(scope.today).filter(store=override.listing.store_id)
    if not scope.reaches(Right.CATALOGUE_SIGN, theirs.values_list("department", flat=True)):
        raise refused
    return authority_for(
        Case(proposers=people(override.proposed_by_id)), by, [Authority(by)], words
    )


def today_of(listing: Listing, at: datetime) -> date:
    """Return the day it is in the store of ``listing``."""
    return business_date(at, listing.store.time_zone)


def may_set(listing: Listing, scope: Scope) -> bool:
    """Tell whether the person of ``scope`` sets the prices of ``listing``."""
    return listing.status != ListingStatus.ENDED and scope.may(Right.CATALOGUE_EDIT)


def left_below(scope: Scope, at: datetime) -> QuerySet[Listing]:
    """Return live listings whose leave has ended and that have no other price to go back to."""
    today = business_date(at, settings.COMPANY_TIME_ZONE)
    ended = Listing.objects.visible_to(scope).filter(
        status=ListingStatus.LIVE, prices__override__until_date__lte=today
    )
    return ended.exclude(pk__in=prices_in_force(today).values("listing")).distinct()
