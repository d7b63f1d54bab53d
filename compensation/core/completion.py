"""How far work plans were completed, as exact fractions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from compensation.core.inputs import Task
from compensation.core.plan import VOLUMES


@dataclass(frozen=True, slots=True)
class Completion:
    """The completions of the parts of a plan, each told with its name, uncapped."""

    parts: tuple[tuple[str, Fraction], ...]

    @property
    def capped(self) -> Fraction:
        """The mean of the parts, each counted up to 100 %."""
        return _mean([min(value, Fraction(1)) for _, value in self.parts])

    @property
    def uncapped(self) -> Fraction:
        """The mean of the parts as they are."""
        return _mean([value for _, value in self.parts])

    def below(self, minimum: Fraction) -> tuple[str, ...]:
        """Return the names of the parts that do not reach ``minimum``."""
        return tuple(name for name, value in self.parts if value < minimum)

    @property
    def listed(self) -> str:
        """The parts as they go into a line's figures: ``name=1/3`` separated by semicolons."""
        return ";".join(f"{name}={value}" for name, value in self.parts)


def of_tasks(tasks: Iterable[Task]) -> Completion | None:
    """Return the completion of a person's work plan, ``None`` where nothing was planned.

    A task with nothing planned has no completion and is left out.
    """
    # The separators of ``listed`` must not come from a task's name.
    parts = tuple(
        (task.name.replace(";", ",").replace("=", ":"), _ratio([task]))
        for task in sorted(tasks, key=lambda task: (task.name, task.id))
        if task.planned > 0
    )
    return Completion(parts) if parts else None


def of_volumes(volumes: Mapping[str, Iterable[Task]]) -> Completion | None:
    """Return the completion of the department's three volumes; ``None`` if one is not planned.

    A volume is a quantity: its tasks are added up before they are compared with their plan.
    """
    if missing_volumes(volumes):
        return None
    return Completion(tuple((name, _ratio(_planned(volumes, name))) for name in VOLUMES))


def missing_volumes(volumes: Mapping[str, Iterable[Task]]) -> tuple[str, ...]:
    """Return the volumes for which nothing is planned."""
    return tuple(name for name in VOLUMES if not _planned(volumes, name))


def _planned(volumes: Mapping[str, Iterable[Task]], name: str) -> list[Task]:
    return [task for task in volumes.get(name, ()) if task.planned > 0]


def _ratio(tasks: list[Task]) -> Fraction:
    actual = sum((Fraction(task.actual) for task in tasks), Fraction(0))
    return actual / sum((Fraction(task.planned) for task in tasks), Fraction(0))


def _mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
