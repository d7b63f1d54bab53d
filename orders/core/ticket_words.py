"""The shipped words that close tickets, for those who translate them; the rows are data."""

from django.utils.translation import gettext_noop

RESOLUTIONS = (
    gettext_noop("Question answered"),
    gettext_noop("Refunded"),
    gettext_noop("Partly refunded"),
    gettext_noop("Sent again"),
    gettext_noop("Exchanged"),
    gettext_noop("Return arranged"),
    gettext_noop("Goodwill"),
    gettext_noop("Nothing to do"),
    gettext_noop("No customer"),
)
CAUSES = (
    gettext_noop("Product quality"),
    gettext_noop("Not as described"),
    gettext_noop("Listing unclear"),
    gettext_noop("Damaged in transit"),
    gettext_noop("Late delivery"),
    gettext_noop("Lost parcel"),
    gettext_noop("Wrong item sent"),
    gettext_noop("Part missing"),
    gettext_noop("Customer's mistake"),
    gettext_noop("Marketplace"),
    gettext_noop("Other"),
)
POLICIES = (
    gettext_noop("First response within 24 hours"),
    gettext_noop("Next reply, measured"),
    gettext_noop("Resolution, measured"),
    gettext_noop("Complaints resolved within 72 hours"),
    gettext_noop("Amazon: reply within 24 hours"),
    gettext_noop("Round the clock"),
)
