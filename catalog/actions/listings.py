"""Making listings, writing the versions of their content, and taking them through their life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.core.lifecycle import LISTING, SELLABLE, ListingStatus, ViolationStatus
from catalog.core.listing_check import CheckRules, Content, check_content, lines
from catalog.core.listing_items import ListingItem, check_listing, content_faults
from catalog.models import Listing, ListingVersion, Severity, Sku, Store, Violation, ViolationKind
from catalog.models.stores import StoreStatus
from opsdesk.actions.audit import Actor, person_id, record
from opsdesk.actions.moves import Course, Mover, begin
from opsdesk.actions.records import save_record
from opsdesk.core.errors import DomainError, InvalidData, NotAllowed, NotReady
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.wording import twice

CONTENT = tuple(Content.__slots__)


@transaction.atomic
def make_listing(listing: Listing, mover: Mover) -> Listing:
    """Offer a SKU in a store, as a draft; ``NotAllowed`` for a store one does not see."""
    _refuse_writer(listing.store, mover)
    listing.status = ListingStatus.DRAFT
    save_record(listing, by=mover.by, at=mover.at)
    begin(LISTING_COURSE, listing, mover)
    return listing


@transaction.atomic
def change_listing(listing: Listing, mover: Mover) -> Listing:
    """Change what a listing is called; its SKU and store only while it is a draft.

    An ended listing is not changed any more.
    """
    held = Listing.objects.select_for_update(of=("self",)).get(pk=listing.pk)
    _refuse_writer(held.store, mover)
    _refuse_writer(listing.store, mover)
    _refuse_ended(held)
    if held.status != ListingStatus.DRAFT:
        for field, name in (("store_id", _("store")), ("sku_id", _("SKU"))):
            if getattr(held, field) != getattr(listing, field):
                message = _(
                    "%(listing)s left its draft: its %(field)s stays. End it and make another one."
                )
                raise InvalidData(
                    message % {"listing": held, "field": name}, field=field.removesuffix("_id")
                )
    held.store, held.sku = listing.store, listing.sku
    held.external_id, held.seller_sku = listing.external_id, listing.seller_sku
    held.locale = listing.locale
    return save_record(held, by=mover.by, at=mover.at)


@transaction.atomic
def write_version(
    listing: Listing, content: Content, mover: Mover, *, reason: str
) -> ListingVersion | None:
    """Keep ``content`` as the listing's current version; ``None`` where it is that already."""
    held = Listing.objects.select_for_update(of=("self",)).get(pk=listing.pk)
    _refuse_writer(held.store, mover)
    _refuse_ended(held)
    content = _tidy(content)
    for field, message in content_faults(content).items():
        raise InvalidData(message, field=field)
    if held.current is not None and content_of(held.current) == content:
        return None
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidData(_("Give the reason."), field="reason")
    last = held.versions.order_by("-number").first()
    version = ListingVersion(
        listing=held,
        number=last.number + 1 if last else 1,
        score=check_content(content, CheckRules()).score,
        reason=reason,
        author_id=person_id(mover.by),
        client_name=mover.client_name,
        written_at=mover.at,
        **{name: getattr(content, name) for name in CONTENT},
    )
    _keep(version, mover)
    held.current, held.title = version, version.title
    save_record(held, by=mover.by, at=mover.at)
    listing.current, listing.title = version, version.title
    return version


def _keep(version: ListingVersion, mover: Mover) -> None:
    """Insert a version with its audit line; a machine's has no author."""
    try:
        version.full_clean(exclude=["author"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidData(messages[0], field=field) from error
    version.save(force_insert=True)
    told = {"number": version.number, "title": version.title, "reason": version.reason}
    record("created", version, by=mover.by, at=mover.at, detail=told)


def content_of(version: ListingVersion) -> Content:
    """Return the content of a version."""
    return Content(**{name: getattr(version, name) for name in CONTENT})


def upsert_listings(
    items: Sequence[ListingItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the listings, one answer per item; another content becomes a new version."""
    stores = {one.code: one for one in Store.objects.filter(code__in={i.store for i in items})}
    skus = {one.code: one for one in Sku.objects.filter(code__in={i.sku for i in items})}
    seen: set[tuple[str, str]] = set()
    outcomes: list[Outcome] = []
    for item in items:
        key = (item.store, item.seller_sku)
        if faults := check_listing(item):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif key in seen:
            outcomes.append(refused("seller_sku", twice(item.seller_sku), item.source_row))
        elif item.store not in stores:
            message = _("There is no store %(code)s.") % {"code": item.store}
            outcomes.append(refused("store", message, item.source_row))
        elif item.sku not in skus:
            message = _("There is no SKU %(code)s: load the SKUs first.") % {"code": item.sku}
            outcomes.append(refused("sku", message, item.source_row))
        else:
            outcomes.append(_take(item, (stores[item.store], skus[item.sku]), Mover(at, by)))
        seen.add(key)
    return outcomes


def _take(item: ListingItem, found: tuple[Store, Sku], mover: Mover) -> Outcome:
    store, sku = found
    listing = Listing.objects.filter(store=store, seller_sku=item.seller_sku).first()
    new = listing is None
    if listing is None:
        listing = Listing(store=store, sku=sku, seller_sku=item.seller_sku)
    before = (listing.sku_id, listing.external_id, listing.locale)
    listing.sku = sku
    listing.external_id = item.external_id or listing.external_id
    listing.locale = item.locale or listing.locale
    if item.external_id:
        others = Listing.objects.filter(store=store, external_id=item.external_id)
        if others.exclude(pk=listing.pk).exists():
            message = _("This store has a listing with this ID already.")
            return refused("external_id", message, item.source_row)
    changed = new or before != (listing.sku_id, listing.external_id, listing.locale)
    version = None
    try:
        with transaction.atomic():
            if changed:
                listing = (make_listing if new else change_listing)(listing, mover)
            if item.title:
                reason = _("As it came from outside")
                version = write_version(listing, item.content, mover, reason=reason)
    except ValidationError as error:
        return refused("seller_sku", " ".join(error.messages), item.source_row)
    except DomainError as refusal:
        return refused(refusal.field or "seller_sku", refusal.message, item.source_row)
    if new:
        return CREATED
    return UPDATED if changed or version else UNCHANGED


def _missing(listing: Listing, verb: str) -> list[str]:
    """Return in sentences what the move ``verb`` still needs."""
    if verb == "submit":
        return _missing_content(listing) + _missing_price(listing)
    if verb in ("go_live", "resume"):
        return _missing_sale(listing)
    return []


def _missing_content(listing: Listing) -> list[str]:
    if listing.current is None:
        return [_("Write its content first.")]
    found = []
    if not listing.current.title.strip():
        found.append(_("Write a title."))
    if not lines(listing.current.images):
        found.append(_("Add at least one image."))
    return found


def _missing_price(listing: Listing) -> list[str]:
    return [_("Set its price first.")] if listing.price is None else []


def _missing_sale(listing: Listing) -> list[str]:
    found = [] if listing.external_id else [_("Enter the listing ID that the platform gave it.")]
    found += _missing_price(listing)
    product = listing.sku.product
    if product.status not in SELLABLE:
        message = _("The product %(code)s is “%(status)s”: it may not be sold.")
        found.append(message % {"code": product.code, "status": product.get_status_display()})
    if listing.store.status != StoreStatus.ACTIVE:
        message = _("The store %(code)s is not active.")
        found.append(message % {"code": listing.store.code})
    barred = Violation.objects.filter(
        store=listing.store_id,
        kind=ViolationKind.SUSPENDED_SALE,
        severity=Severity.MAJOR,
        status__in=(ViolationStatus.OPEN, ViolationStatus.APPEALED),
    )
    if barred.exists():
        message = _("The platform suspended sales of the store %(code)s: settle that first.")
        found.append(message % {"code": listing.store.code})
    return found


LISTING_COURSE = Course(LISTING, Listing, missing=_missing)


def _tidy(content: Content) -> Content:
    """Return the content with one kind of line end and nothing around it, as it is kept."""

    def tidied(value: Any) -> Any:
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value

    return Content(**{name: tidied(getattr(content, name)) for name in CONTENT})


def _refuse_ended(listing: Listing) -> None:
    if listing.status == ListingStatus.ENDED:
        message = _("%(listing)s has ended and is not changed any more: make another one.")
        raise NotReady(message % {"listing": listing}, code="ended")


def _refuse_writer(store: Store, mover: Mover) -> None:
    if mover.scope is None:
        return
    if mover.scope.client_id is None and not mover.scope.may(Right.CATALOGUE_EDIT):
        raise NotAllowed(_("You don't have the right to write listings."), code="no_right")
    if not Store.objects.visible_to(mover.scope).filter(pk=store.pk).exists():
        message = _("You don't see the store %(code)s: somebody of it has to do this.")
        raise NotAllowed(message % {"code": store.code}, code="not_yours", field="store")
