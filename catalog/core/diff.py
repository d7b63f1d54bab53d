"""Two texts side by side: what was kept, added and removed, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Languages written without spaces are compared by character.
_PIECE = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|\s+|[^\w\s]"
)
# Above it difflib passes over pieces that stand everywhere: slower than a page may be without.
MANY = 4_000


class Part(StrEnum):
    """What became of a segment."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text of one kind."""

    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """How a field differs; the segments in order, the removed before what took their place."""

    field: str
    segments: tuple[Segment, ...]

    @property
    def changed(self) -> bool:
        """True where anything was added or removed."""
        return any(one.part is not Part.KEPT for one in self.segments)

    @property
    def before(self) -> tuple[Segment, ...]:
        """The segments of the first text."""
        return tuple(one for one in self.segments if one.part is not Part.ADDED)

    @property
    def after(self) -> tuple[Segment, ...]:
        """The segments of the second text."""
        return tuple(one for one in self.segments if one.part is not Part.REMOVED)


def text_diff(before: str, after: str) -> tuple[Segment, ...]:
    """Return the segments that lead from ``before`` to ``after``."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > MANY)
    segments: list[Segment] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            segments.append(Segment(Part.KEPT, "".join(old[i1:i2])))
            continue
        if i1 < i2:
            segments.append(Segment(Part.REMOVED, "".join(old[i1:i2])))
        if j1 < j2:
            segments.append(Segment(Part.ADDED, "".join(new[j1:j2])))
    return tuple(segments)


def content_diff(before: Mapping[str, str], after: Mapping[str, str]) -> list[FieldDiff]:
    """Return field by field how two contents differ, in the order of ``before``."""
    return [FieldDiff(name, text_diff(text, after[name])) for name, text in before.items()]
