"""Listings as they come from outside, and the checks each has to pass."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.core.listing_check import Content
from opsdesk.core.exchange import Checks, FieldFault

TEXTS = {"keywords": 2000, "bullet_points": 5000, "description": 20_000, "images": 5000}
SHORT = {"store": 40, "seller_sku": 60, "sku": 60}
SECONDS = range(1, 32_001)


@dataclass(frozen=True, slots=True)
class ListingItem:
    """A SKU offered in a store; without a title it brings no content."""

    store: str
    seller_sku: str
    sku: str
    external_id: str = ""
    locale: str = ""
    title: str = ""
    keywords: str = ""
    bullet_points: str = ""
    description: str = ""
    images: str = ""
    video: str = ""
    video_seconds: int | None = None
    source_row: int | None = None

    @property
    def content(self) -> Content:
        """What it says of the content."""
        return Content(
            self.title,
            self.keywords,
            self.bullet_points,
            self.description,
            self.images,
            self.video,
            self.video_seconds,
        )


def check_listing(item: ListingItem) -> list[FieldFault]:
    """Return everything wrong with a listing; empty when it is fine."""
    checks = Checks(item.source_row)
    for field, limit in SHORT.items():
        checks.text(field, getattr(item, field), limit)
    checks.text("external_id", item.external_id, 60, blank=True)
    checks.text("locale", item.locale, 10, blank=True)
    content = content_faults(item.content)
    if not item.title and all(not getattr(item, field) for field in (*TEXTS, "video")):
        content = {}
    for field, message in content.items():
        checks.wrong(field, message)
    return checks.faults


def content_faults(content: Content) -> dict[str, str]:
    """Return by field what is wrong with a content; empty when it can be kept."""
    faults: dict[str, str] = {}
    if not content.title.strip():
        faults["title"] = _("Write a title.")
    for field, limit in {"title": 500, **TEXTS, "video": 500}.items():
        text = getattr(content, field)
        if len(text) > limit or "\0" in text:
            message = _("%(field)s takes at most %(limit)d characters.")
            faults[field] = message % {"field": field, "limit": limit}
    if content.video and not content.video.startswith(("https://", "http://")):
        faults["video"] = _("Give the address of the video, such as https://example.com/film.mp4.")
    if content.video_seconds is not None and content.video_seconds not in SECONDS:
        faults["video_seconds"] = _("A whole number of seconds above 0 is expected.")
    return faults
