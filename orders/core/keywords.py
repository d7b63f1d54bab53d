"""Which of the watched phrases a text holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

# Written without spaces between words, or with endings that grow onto them: a phrase is found
# wherever it stands.
UNSPACED = frozenset({"zh", "ja", "ko", "th"})
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


class KeywordTopic(TextChoices):
    """What a phrase is about."""

    QUALITY = "quality", pgettext_lazy("keyword", "Quality")
    SIZE = "size", pgettext_lazy("keyword", "Size")
    PACKAGING = "packaging", pgettext_lazy("keyword", "Packaging")
    LOGISTICS = "logistics", pgettext_lazy("keyword", "Logistics")
    DESCRIPTION = "description", pgettext_lazy("keyword", "Description")
    FUNCTION = "function", pgettext_lazy("keyword", "Function")
    SERVICE = "service", pgettext_lazy("keyword", "Service")
    PRICE = "price", pgettext_lazy("keyword", "Price")
    OTHER = "other", pgettext_lazy("keyword", "Other")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A watched phrase by its number, in the language it is looked for in."""

    pk: int
    text: str
    language: str
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", plain(self.text))

    @property
    def has_words(self) -> bool:
        """True where the language parts its words, so that a phrase begins and ends with one."""
        return base_language(self.language) not in UNSPACED


def base_language(code: str) -> str:
    """Return the language of a code such as ``en-GB``, in small letters."""
    return code.replace("_", "-").partition("-")[0].lower()


def plain(text: str) -> str:
    """Return the text as phrases are looked for in: one form, one case, single spaces."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join(folded.split())


def held(text: str, language: str, phrases: Iterable[Phrase]) -> set[int]:
    """Return the numbers of the phrases that ``text`` holds, each once however often it stands.

    A text whose language is known is looked through for the phrases of that language; one of an
    unknown language (blank) for all of them.
    """
    there, own = plain(text), base_language(language)
    return {
        phrase.pk
        for phrase in phrases
        if (not own or base_language(phrase.language) == own) and _holds(there, phrase)
    }


def _holds(text: str, phrase: Phrase) -> bool:
    sought = phrase.plain
    at = text.find(sought) if sought else -1
    while at >= 0:
        end = at + len(sought)
        if not phrase.has_words or not (_inside(text, at) or _inside(text, end)):
            return True
        at = text.find(sought, at + 1)
    return False


def _inside(text: str, at: int) -> bool:
    """Tell whether the place between two characters lies within a word."""
    return 0 < at < len(text) and _of_word(text[at - 1]) and _of_word(text[at])


def _of_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"
