"""Every move of every life of the catalogue, allowed and forbidden, from the one table."""

from datetime import timedelta

import pytest

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from catalog.models import Product
from opsdesk.actions.moves import Course, Mover, begin, move, options
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.core.moves import drawing
from opsdesk.models import AuditEntry, LifeEvent
from opsdesk.queries.lives import history
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.lives import HELD_FROM, LIVES, MODELS, ONLY_TOLD, end_of, thing

pytestmark = pytest.mark.django_db

EVERY = [
    (life.name, state.value, verb)
    for life in LIVES.values()
    for state in life.states
    for verb in life.moves
]


def course(name, **more):
    more.setdefault("back", lambda thing: HELD_FROM)
    return Course(LIVES[name], MODELS[name], **more)


def manager():
    by = make.user(role=Role.MANAGER)
    return Mover(NOW, by, make.scope(by))


def written():
    return LifeEvent.objects.count(), AuditEntry.objects.count()


@pytest.mark.parametrize(("name", "state", "verb"), EVERY)
def test_a_move_starts_where_the_table_says_and_nowhere_else(name, state, verb):
    life, made, mover = LIVES[name], thing(name, state), manager()
    before = written()
    wanted = life.moves[verb]

    mover = mover if wanted.by_hand else mover.follow()

    if state in wanted.sources:
        move(course(name), made, verb, mover, reason="Because")

        assert MODELS[name].objects.get(pk=made.pk).status == made.status == end_of(wanted)
        event = LifeEvent.objects.get()
        told = (event.life, event.object_id, event.verb, event.from_state, event.state)
        assert told == (name, made.pk, verb, state, end_of(wanted))
        assert (event.by, event.at, event.reason) == (mover.by, NOW, "Because")
        assert written() == (before[0] + 1, before[1] + 1)
    else:
        with pytest.raises(InvalidTransition) as refusal:
            move(course(name), made, verb, mover, reason="Because")

        assert life.label_of(state) in refusal.value.message
        assert MODELS[name].objects.get(pk=made.pk).status == state
        assert written() == before


@pytest.mark.parametrize("name", LIVES)
def test_every_state_is_reached_and_every_move_ends_in_a_state(name):
    life = LIVES[name]
    reached = {life.start}
    while (
        more := {
            end
            for verb, m in life.moves.items()
            if reached & set(m.sources)
            for end in life.ends(verb)
        }
        - reached
    ):
        reached |= more

    assert reached == {s.value for s in life.states if (name, s.value) not in ONLY_TOLD}


REASONED = [(n, v) for n, life in LIVES.items() for v, m in life.moves.items() if m.needs_reason]


@pytest.mark.parametrize(("name", "verb"), REASONED)
@pytest.mark.parametrize("reason", ["", "  ", "\0"])
def test_a_move_that_asks_for_a_reason_is_refused_without(name, verb, reason):
    made = thing(name, LIVES[name].moves[verb].sources[0])
    before = made.status

    with pytest.raises(InvalidData) as refusal:
        move(course(name), made, verb, manager(), reason=reason)

    assert refusal.value.field == "reason"
    assert MODELS[name].objects.get(pk=made.pk).status == before
    assert LifeEvent.objects.count() == 0


def test_a_move_without_its_right_is_refused():
    made = make.product(status="idea")
    by = make.user(role=Role.AUDITOR)

    with pytest.raises(NotAllowed) as refusal:
        move(course("product"), made, "research", Mover(NOW, by, make.scope(by)))

    assert refusal.value.message == "You don't have the right to “Research”."
    assert Product.objects.get().status == "idea"
    assert LifeEvent.objects.count() == 0


def test_what_takes_a_persons_judgement_is_refused_to_a_machine():
    client = make.api_client(resources=("products:write",))
    mover = Mover(NOW, client, scope_of_client(client, TODAY))
    made = make.product(status="idea")

    with pytest.raises(NotAllowed) as refusal:
        move(course("product"), made, "research", mover)

    assert refusal.value.code == "no_person"
    assert Product.objects.get().status == "idea"


def test_a_machine_moves_what_it_may_and_is_named():
    client = make.api_client("ERP", resources=("products:write",))
    made = make.product(status="ready")

    move(course("product"), made, "put_on_sale", Mover(NOW, client, scope_of_client(client, TODAY)))

    event = LifeEvent.objects.get()
    assert (event.by, event.client_name, event.state) == (None, "ERP", "on_sale")


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_written():
    made = make.product(status="idea")
    wants = course("product", missing=lambda thing, verb: ["Write a report.", "Find a supplier."])

    with pytest.raises(NotReady) as refusal:
        move(wants, made, "research", manager())

    assert refusal.value.message == "Write a report. Find a supplier."
    assert Product.objects.get().status == "idea"
    assert LifeEvent.objects.count() == 0


def test_what_follows_from_a_move_happens_with_it_or_not_at_all():
    made = make.product(status="idea")

    def fail(thing, verb, mover):
        raise InvalidData("The stock cannot be kept.")

    with pytest.raises(InvalidData):
        move(course("product", then=fail), made, "research", manager())

    assert Product.objects.get().status == "idea"
    assert LifeEvent.objects.count() == 0


def test_of_what_was_read_before_somebody_else_moved_it_nothing_moves():
    made = make.product(status="idea")
    Product.objects.update(status="rejected")

    with pytest.raises(InvalidTransition) as refusal:
        move(course("product"), made, "research", manager())

    assert refusal.value.message == (f"{made.title} is “Rejected”; “Research” is not possible now.")


def test_an_unknown_step_is_refused():
    with pytest.raises(InvalidTransition) as refusal:
        move(course("product"), make.product(), "fly", manager())

    assert refusal.value.code == "unknown_step"


def test_a_reason_longer_than_is_kept_is_refused():
    with pytest.raises(InvalidData) as refusal:
        move(course("product"), make.product(), "clear", manager(), reason="x" * 2001)

    assert refusal.value.field == "reason"
    assert LifeEvent.objects.count() == 0


def test_the_options_are_the_moves_of_the_state_with_all_that_stands_against_each():
    made = make.product(status="idea")
    wants = course("product", missing=lambda thing, verb: ["Write."] if verb == "research" else [])
    team = make.scope(make.user(role=Role.TEAM_MEMBER))
    auditor = make.scope(make.user(role=Role.AUDITOR))

    assert [(o.verb, o.open, o.refusals) for o in options(wants, made, team)] == [
        ("research", False, ("Write.",)),
        ("reject", True, ()),
    ]
    assert [o.refusals for o in options(wants, made, auditor)] == [
        ("You don't have the right to “Research”.", "Write."),
        ("You don't have the right to “Reject”.",),
    ]


def test_the_history_tells_how_long_a_thing_was_in_each_state():
    made, mover = make.product(status="idea"), manager()
    begin(course("product"), made, mover)
    later = Mover(NOW + timedelta(days=3, hours=1), mover.by, mover.scope)
    move(course("product"), made, "research", later)

    stays = history(LIVES["product"], made.pk, NOW + timedelta(days=10))

    assert [(stay.label, stay.days) for stay in stays] == [("Researched", 6), ("Idea", 3)]


def test_a_drawing_shows_each_move_once_per_source():
    text = drawing(LIVES["inbound_shipment"])

    assert text == (
        "```mermaid\n"
        "stateDiagram-v2\n"
        "    not_declared: Not declared\n"
        "    declared: Declared\n"
        "    held: Held\n"
        "    released: Released\n"
        "    [*] --> not_declared\n"
        "    not_declared --> declared: Declare\n"
        "    declared --> held: Held by customs\n"
        "    declared --> released: Released\n"
        "    held --> released: Released\n"
        "```\n"
    )
