"""Lives as tables of moves: the states, what leads from one to another, and a drawing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from opsdesk.core.errors import InvalidTransition

BACK = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One verb of a life: the states it starts from, the one it ends in, and what it takes.

    ``right`` is what the person needs. ``by_machine`` moves may be made by the ERP, too; the
    others need a person's judgement. One that is not ``by_hand`` follows from something else,
    such as a delivery: there is no button for it, and nobody asks for it directly. ``to`` is
    ``BACK`` where it leads back to the state that a move of ``sources`` came from.
    """

    label: Any
    sources: tuple[str, ...]
    to: str
    right: str
    needs_reason: bool = False
    by_machine: bool = True
    by_hand: bool = True


@dataclass(frozen=True, slots=True)
class Life:
    """The states of a noun and every move between them: what is not here is impossible."""

    name: str
    label: Any
    states: Any  # TextChoices
    start: str
    moves: Mapping[str, Move] = field(default_factory=dict)

    def move(self, verb: str) -> Move:
        """Return the move called ``verb``; ``InvalidTransition`` where there is none."""
        found = self.moves.get(verb)
        if found is None:
            raise InvalidTransition(
                _("There is no step “%(verb)s”.") % {"verb": verb[:40]}, code="unknown_step"
            )
        return found

    def from_state(self, state: str) -> dict[str, Move]:
        """Return the moves that start from ``state``, in the order of the table."""
        return {verb: move for verb, move in self.moves.items() if state in move.sources}

    def ends(self, verb: str) -> tuple[str, ...]:
        """Return the states that the move may end in: one, or those from which it leads back."""
        move = self.moves[verb]
        if move.to != BACK:
            return (move.to,)
        into = [each.sources for each in self.moves.values() if each.to in move.sources]
        return tuple(dict.fromkeys(state for sources in into for state in sources))

    def route(self, start: str, goal: str) -> tuple[str, ...] | None:
        """Return the verbs of the shortest way from ``start`` to ``goal``, ``None`` without one."""
        ways: dict[str, tuple[str, ...]] = {start: ()}
        ahead = [start]
        for state in ahead:
            for verb, move in self.from_state(state).items():
                if move.to != BACK and move.to not in ways:
                    ways[move.to] = (*ways[state], verb)
                    ahead.append(move.to)
        return ways.get(goal)

    def label_of(self, state: str) -> str:
        """Return what people call ``state``."""
        return str(self.states(state).label)


def drawing(life: Life) -> str:
    """Return the life as a Mermaid state diagram in English, each move once per source."""
    with override("en"):
        names = [f"    {state.value}: {state.label}" for state in life.states]
        arrows = [
            f"    {source} --> {end}: {move.label}"
            for verb, move in life.moves.items()
            for source in move.sources
            for end in life.ends(verb)
        ]
    lines = ["```mermaid", "stateDiagram-v2", *names, f"    [*] --> {life.start}", *arrows, "```"]
    return "\n".join(lines) + "\n"
