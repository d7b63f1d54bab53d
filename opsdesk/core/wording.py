"""Sentences that several apps say in the same way."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What is kept as a plain word in a record, and what a reader is told for it.
_KEPT = {
    "created": gettext_lazy("created"),
    "changed": gettext_lazy("changed"),
    "deleted": gettext_lazy("deleted"),
    "recorded": gettext_lazy("recorded"),
    "converted": gettext_lazy("converted to other rates"),
    "moved": gettext_lazy("moved to another status"),
    "started": gettext_lazy("started"),
    "started again": gettext_lazy("started again"),
    "password set": gettext_lazy("password set"),
    "copied plan": gettext_lazy("plan copied"),
    "pay run: calculate": gettext_lazy("pay run calculated"),
    "pay run: submit": gettext_lazy("pay run submitted"),
    "pay run: return_to_open": gettext_lazy("pay run given back"),
    "pay run: approve": gettext_lazy("pay run approved"),
    "pay run: void": gettext_lazy("approval of the pay run void"),
    "pay run: lock": gettext_lazy("pay run locked"),
    "pay run: pay": gettext_lazy("pay run paid"),
    "proposal: approved": gettext_lazy("proposal approved"),
    "proposal: refused": gettext_lazy("proposal refused"),
    "system": gettext_lazy("the system"),
    "nightly": gettext_lazy("nightly run"),
    "orders.import": gettext_lazy("import"),
    "fx": gettext_lazy("FX rates"),
    "facts": gettext_lazy("facts of the days"),
    "periods": gettext_lazy("facts of the periods"),
    "scorecards": gettext_lazy("scorecards"),
    "draft_pay": gettext_lazy("draft pay"),
}


def kept(word: str) -> str:
    """Return what a reader is told for a word kept in a record; any other word as it is."""
    return str(_KEPT.get(word, word))


def twice(name: str) -> str:
    """Return why the second of two items with one key is refused."""
    return _("%(name)s is given twice in one delivery; the first one was taken.") % {"name": name}
