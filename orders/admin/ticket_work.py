"""What can be done with a ticket from its page: one address for every verb."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from accounts.models import User
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import number_or_404
from opsdesk.admin.pages import attempt, page
from opsdesk.core.errors import InvalidData
from orders.actions.escalations import see_escalation
from orders.actions.mail_out import send_again
from orders.actions.message_files import withdraw_file
from orders.actions.ticket_handovers import decide_handover, offer_ticket, refuse_taker
from orders.actions.ticket_talk import Answer, Letter, answer_ticket, customer_wrote, note_ticket
from orders.actions.tickets import (
    Closing,
    classify_ticket,
    give_ticket,
    merge_tickets,
    move_ticket,
    rate_ticket,
    resolve_ticket,
    take_ticket,
)
from orders.admin.attachments import posted_files
from orders.core.lifecycle import TICKET
from orders.models import Attachment, OutgoingMail, ReplyTemplate, Ticket, TicketHandover

LONGEST_KEY = 18


@dataclass(frozen=True, slots=True)
class Work:
    """A ticket that somebody posted to, with what was posted."""

    ticket: Ticket
    request: HttpRequest
    mover: Mover

    def text(self, name: str) -> str:
        """Return a field of the form, blank without it."""
        return str(self.request.POST.get(name, ""))

    def number(self, name: str) -> int | None:
        """Return a whole number of the form, ``None`` where there is none."""
        text = self.text(name)
        plain = text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY
        return int(text) if plain else None


def _take(work: Work) -> None:
    take_ticket(work.ticket, work.mover)


def _answer(work: Work) -> None:
    template = ReplyTemplate.objects.filter(pk=work.number("template") or 0).first()
    then = "wait" if work.text("then") == "wait" else ""
    answer = Answer(work.text("text"), template, then, posted_files(work.request))
    answer_ticket(work.ticket, answer, work.mover)


def _note(work: Work) -> None:
    note_ticket(work.ticket, work.text("text"), work.mover, posted_files(work.request))


def _wrote(work: Work) -> None:
    letter = Letter(work.text("text"), files=posted_files(work.request))
    customer_wrote(work.ticket, letter, work.mover)


def _move(verb: str) -> Callable[[Work], None]:
    def run(work: Work) -> None:
        move_ticket(work.ticket, verb, work.mover, reason=work.text("reason"))

    return run


def _resolve(work: Work) -> None:
    closing = Closing(work.number("resolution"), work.number("root_cause"))
    resolve_ticket(work.ticket, closing, work.mover, close=work.text("then") == "close")


def _classify(work: Work) -> None:
    classify_ticket(work.ticket, work.text("kind"), work.text("priority"), work.mover)


def _rate(work: Work) -> None:
    rate_ticket(work.ticket, work.number("csat") or 0, work.text("note"), work.mover)


def _merge(work: Work) -> None:
    number = work.text("into").strip().upper().removeprefix("T").lstrip("0")
    rows = Ticket.objects.visible_to(work.request.scope)
    plain = number.isascii() and number.isdigit() and len(number) <= LONGEST_KEY
    into = rows.filter(pk=int(number)).first() if plain else None
    if into is None:
        raise InvalidData(gettext_lazy("There is no such ticket that you see."), field="into")
    merge_tickets([work.ticket], into, work.mover)


def _person(work: Work) -> User:
    found = User.objects.filter(pk=work.number("taker") or 0, is_active=True).first()
    if found is None:
        raise InvalidData(gettext_lazy("Choose who it goes to."), field="taker")
    return found


def _offer(work: Work) -> None:
    offer_ticket(work.ticket, _person(work), work.text("reason"), work.mover)


def _give(work: Work) -> None:
    to = _person(work)
    refuse_taker(to, work.ticket, work.mover.at)
    give_ticket(work.ticket, to, work.text("reason"), work.mover)


def _decide(state: str) -> Callable[[Work], None]:
    def run(work: Work) -> None:
        offers = TicketHandover.objects.filter(ticket=work.ticket).order_by("-pk")
        offer = offers.first()
        if offer is None:
            raise InvalidData(gettext_lazy("Nobody offered this ticket."))
        decide_handover(offer, state, work.mover)

    return run


def _unfile(work: Work) -> None:
    files = Attachment.objects.visible_to(work.request.scope).of(TICKET.name, work.ticket.pk)
    found = files.filter(pk=work.number("file") or 0).first()
    if found is None:
        raise InvalidData(gettext_lazy("This ticket has no such file."), field="file")
    withdraw_file(work.ticket, found, work.text("reason"), work.mover)


def _resend(work: Work) -> None:
    rows = OutgoingMail.objects.filter(said__ticket=work.ticket, said=work.number("said") or 0)
    found = rows.first()
    if found is None:
        raise InvalidData(gettext_lazy("This ticket has no such answer."), field="said")
    send_again(work.ticket, found, work.mover)


def _see(work: Work) -> None:
    for one in work.ticket.escalations.filter(seen_at=None, tell_at__lte=work.mover.at):
        see_escalation(one, work.mover)


# The verb in the address, the action behind it, and what is said when it is done.
VERBS: dict[str, tuple[Callable[[Work], None], Any]] = {
    "take": (_take, gettext_lazy("The ticket is yours.")),
    "answer": (_answer, gettext_lazy("Answered.")),
    "note": (_note, gettext_lazy("Noted.")),
    "wrote": (_wrote, gettext_lazy("Written down.")),
    "wait": (_move("wait"), gettext_lazy("The clock stands until the customer writes.")),
    "resume": (_move("resume"), gettext_lazy("The clock runs again.")),
    "resolve": (_resolve, gettext_lazy("Resolved.")),
    "close": (_resolve, gettext_lazy("Closed.")),
    "reopen": (_move("reopen"), gettext_lazy("Reopened.")),
    "classify": (_classify, gettext_lazy("Changed.")),
    "rate": (_rate, gettext_lazy("Thank you: the score is noted.")),
    "merge": (_merge, gettext_lazy("Merged.")),
    "offer": (_offer, gettext_lazy("Offered: it moves when it is accepted.")),
    "give": (_give, gettext_lazy("Given.")),
    "accept": (_decide("accepted"), gettext_lazy("The ticket is yours.")),
    "decline": (_decide("declined"), gettext_lazy("Declined.")),
    "withdraw": (_decide("withdrawn"), gettext_lazy("Withdrawn.")),
    "unfile": (_unfile, gettext_lazy("The file is withdrawn.")),
    "resend": (_resend, gettext_lazy("It is sent again.")),
    "see": (_see, gettext_lazy("Noted that you look after it.")),
}
# What was typed is shown again where it was refused.
TYPED = ("answer", "note", "wrote")


def work_view(tickets: Any) -> Any:
    """Return the page that everything on a ticket's page posts to."""

    @page(Right.SERVICE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        if verb not in VERBS:
            raise Http404
        ticket = tickets.page_object(request, str(number_or_404(object_id)))
        act, done = VERBS[verb]
        work = Work(ticket, request, Mover(timezone.now(), request.user, request.scope))
        if not attempt(request, lambda: act(work), str(done)) and verb in TYPED:
            return tickets.change_view(request, object_id)
        return HttpResponseRedirect(tickets.page_url(ticket.pk))

    return view
