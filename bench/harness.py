"""Rounds of floor, ours, typical and floor again, and the verdict over them."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

FLOOR_MAY_DIFFER = 0.10


class Case(Protocol):
    """What a module in ``bench/cases`` holds.

    ``floor``, ``ours`` and ``typical`` do the same work and return what tells equal outputs
    (row count, checksum per column); ``prepare`` loads the seeded data set; ``reset`` makes
    the next run start from the same state. ``GOAL`` bounds ours / floor.
    """

    GOAL_ID: str
    GOAL: float

    def prepare(self, size: int) -> None: ...
    def reset(self) -> None: ...
    def floor(self) -> Any: ...
    def ours(self) -> Any: ...
    def typical(self) -> Any: ...


class OutputsDiffer(Exception):
    """Two forms of the same work did not give the same result: no time counts."""


@dataclass(frozen=True)
class Round:
    """Seconds of one round."""

    floor: float
    floor_again: float
    ours: float
    typical: float

    @property
    def floors(self) -> float:
        return (self.floor + self.floor_again) / 2


@dataclass(frozen=True)
class Verdict:
    """Medians over the rounds; ``word`` is ``void`` where the floor disagrees with itself."""

    ours: float
    typical: float
    floor_again: float
    goal: float

    @property
    def word(self) -> str:
        if abs(self.floor_again - 1) > FLOOR_MAY_DIFFER:
            return "void"
        return "kept" if self.ours <= self.goal else "missed"


def check_outputs(case: Case) -> None:
    """Run each form once, untimed, and raise ``OutputsDiffer`` unless all agree."""
    results = {}
    for name in ("floor", "ours", "typical"):
        case.reset()
        results[name] = getattr(case, name)()
    for name in ("ours", "typical"):
        if results[name] != results["floor"]:
            raise OutputsDiffer(f"{name} gave {results[name]!r}, floor gave {results['floor']!r}")


def measure(
    case: Case, rounds: int, *, clock: Callable[[], float] = time.perf_counter
) -> list[Round]:
    """Time every form once per round, each round starting with another one."""
    forms = ["floor", "ours", "typical", "floor_again"]
    measured = []
    for number in range(rounds):
        turn = number % len(forms)
        seconds = {}
        for name in forms[turn:] + forms[:turn]:
            case.reset()
            run = case.floor if name == "floor_again" else getattr(case, name)
            start = clock()
            run()
            seconds[name] = clock() - start
        measured.append(Round(**seconds))
    return measured


def judge(rounds: Sequence[Round], goal: float) -> Verdict:
    """Medians of the ratios within each round."""
    return Verdict(
        ours=statistics.median(one.ours / one.floors for one in rounds),
        typical=statistics.median(one.typical / one.floors for one in rounds),
        floor_again=statistics.median(one.floor_again / one.floor for one in rounds),
        goal=goal,
    )


def row(name: str, case: Case, verdict: Verdict) -> str:
    """One line of the table."""
    return (
        f"{case.GOAL_ID:<5} {name:<28} {verdict.ours:>8.2f} {verdict.typical:>8.2f} "
        f"{verdict.floor_again:>8.2f} {verdict.goal:>6.2f}  {verdict.word}"
    )


HEADING = f"{'goal':<5} {'case':<28} {'ours':>8} {'typical':>8} {'floor':>8} {'bound':>6}  verdict"


def record(name: str, number: int, one: Round) -> dict[str, Any]:
    """What is kept of a round."""
    return {"case": name, "round": number, **asdict(one)}
