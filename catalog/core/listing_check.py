"""What is good and bad about the content of a listing: a score of 100 and advice."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

FULL = 100
# Languages written without spaces are counted by character: Han, kana.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\w[\w'’-]*")
_BETWEEN = re.compile(r"[\n,，、;；]")


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a listing as it is written: one bullet point, one image a line."""

    title: str
    keywords: str = ""
    bullet_points: str = ""
    description: str = ""
    images: str = ""
    video: str = ""
    video_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class CheckRules:
    """What the check asks for; ``prohibited`` are the words no claim may hold."""

    title: tuple[int, int] = (50, 200)
    bullet_points: int = 5
    bullet_length: tuple[int, int] = (20, 500)
    images: int = 5
    description: int = 200
    video_seconds: tuple[int, int] = (15, 30)
    density_percent: tuple[int, int] = (1, 2)
    main_keywords: int = 3
    prohibited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to improve: what it costs, and the figures it was judged by."""

    code: str
    advice: str
    points_lost: int
    figures: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """The score from 0 to 100 and everything that was found."""

    score: int
    findings: tuple[Finding, ...]


def check_content(content: Content, rules: CheckRules = CheckRules()) -> Checked:
    """Return the score of ``content`` by ``rules`` and what there is to improve."""
    checks: tuple[Callable[[Content, CheckRules], list[Finding]], ...] = (
        _title,
        _title_keywords,
        _bullet_points,
        _images,
        _description,
        _video,
        _density,
        _prohibited,
    )
    found = tuple(finding for check in checks for finding in check(content, rules))
    return Checked(max(0, FULL - sum(one.points_lost for one in found)), found)


def lines(text: str) -> list[str]:
    """Return the lines of ``text`` that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def keyword_list(text: str) -> list[str]:
    """Return the keywords: one per line, or commas between, each once."""
    words = (word.strip() for word in _BETWEEN.split(text))
    return list(dict.fromkeys(word for word in words if word))


def tokens(text: str) -> list[str]:
    """Return the words of ``text``; of a language without spaces, its characters."""
    return _TOKEN.findall(text.casefold())


def occurrences(wanted: Sequence[str], text: Sequence[str]) -> int:
    """Count how often ``wanted`` stands in ``text``, word by word, not overlapping."""
    count, place, length = 0, 0, len(wanted)
    while length and place + length <= len(text):
        if list(text[place : place + length]) == list(wanted):
            count, place = count + 1, place + length
        else:
            place += 1
    return count


def _title(content: Content, rules: CheckRules) -> list[Finding]:
    (least, most), length = rules.title, len(content.title.strip())
    figures: dict[str, int | str] = {"length": length, "least": least, "most": most}
    if length < least:
        advice = _("The title has %(length)d characters: write %(least)d to %(most)d.") % figures
        return [Finding("title_short", advice, 15, figures)]
    if length > most:
        advice = _("The title has %(length)d characters: cut it to %(most)d.") % figures
        return [Finding("title_long", advice, 15, figures)]
    return []


def _title_keywords(content: Content, rules: CheckRules) -> list[Finding]:
    main = keyword_list(content.keywords)[: rules.main_keywords]
    if not main:
        return [Finding("no_keywords", _("Name the main keywords of the listing."), 15)]
    title = tokens(content.title)
    lacking = [word for word in main if not occurrences(tokens(word), title)]
    if not lacking:
        return []
    advice = _("Put into the title: %(words)s.") % {"words": ", ".join(lacking)}
    lost = -(-15 * len(lacking) // len(main))
    return [Finding("title_keywords", advice, lost, {"lacking": len(lacking), "of": len(main)})]


def _bullet_points(content: Content, rules: CheckRules) -> list[Finding]:
    found, points = [], lines(content.bullet_points)
    if len(points) < rules.bullet_points:
        lacking = rules.bullet_points - len(points)
        figures: dict[str, int | str] = {"count": len(points), "least": rules.bullet_points}
        advice = _("There are %(count)d bullet points: write at least %(least)d.") % figures
        lost = -(-10 * lacking // rules.bullet_points)
        found.append(Finding("bullet_points_few", advice, lost, figures))
    least, most = rules.bullet_length
    if odd := [number for number, one in enumerate(points, 1) if not least <= len(one) <= most]:
        numbers = ", ".join(map(str, odd))
        told: dict[str, int | str] = {"numbers": numbers, "least": least, "most": most}
        advice = _("Bullet points %(numbers)s: write %(least)d to %(most)d characters each.") % told
        found.append(Finding("bullet_point_length", advice, 5, told))
    return found


def _images(content: Content, rules: CheckRules) -> list[Finding]:
    count = len(set(lines(content.images)))
    if count >= rules.images:
        return []
    figures: dict[str, int | str] = {"count": count, "least": rules.images}
    advice = _("There are %(count)d images: show at least %(least)d.") % figures
    return [Finding("images_few", advice, -(-20 * (rules.images - count) // rules.images), figures)]


def _description(content: Content, rules: CheckRules) -> list[Finding]:
    length = len(content.description.strip())
    if length >= rules.description:
        return []
    figures: dict[str, int | str] = {"length": length, "least": rules.description}
    advice = _("The description has %(length)d characters: write at least %(least)d.") % figures
    return [Finding("description_short", advice, 15, figures)]


def _video(content: Content, rules: CheckRules) -> list[Finding]:
    least, most = rules.video_seconds
    figures: dict[str, int | str] = {"least": least, "most": most}
    if not content.video:
        advice = _("Add a video of %(least)d to %(most)d seconds.") % figures
        return [Finding("video_missing", advice, 10, figures)]
    if content.video_seconds is None:
        return [Finding("video_length_unknown", _("Say how long the video is."), 5, figures)]
    if least <= content.video_seconds <= most:
        return []
    figures["seconds"] = content.video_seconds
    advice = _("The video lasts %(seconds)d seconds: make it %(least)d to %(most)d.") % figures
    return [Finding("video_length", advice, 5, figures)]


def _density(content: Content, rules: CheckRules) -> list[Finding]:
    """Judge (times found × words of the keyword) ÷ words of the text, for each main keyword."""
    main = keyword_list(content.keywords)[: rules.main_keywords]
    text = tokens("\n".join((content.title, content.bullet_points, content.description)))
    least, most = rules.density_percent
    found = []
    for word in main:
        wanted = tokens(word)
        part = 100 * occurrences(wanted, text) * len(wanted)
        lost = -(-15 // len(main))
        figures: dict[str, int | str] = {
            "word": word,
            "times": occurrences(wanted, text),
            "words": len(text),
            "least": least,
            "most": most,
        }
        if part < least * len(text) or not text:
            advice = _("“%(word)s” is found %(times)d times: use it more often.") % figures
            found.append(Finding("density_low", advice, lost, figures))
        elif part > most * len(text):
            advice = _("“%(word)s” is found %(times)d times: use it less often.") % figures
            found.append(Finding("density_high", advice, lost, figures))
    return found


def _prohibited(content: Content, rules: CheckRules) -> list[Finding]:
    text = tokens(
        "\n".join((content.title, content.keywords, content.bullet_points, content.description))
    )
    used = [word for word in rules.prohibited if occurrences(tokens(word), text)]
    if not used:
        return []
    words = ", ".join(used)
    advice = _("Remove the prohibited claims: %(words)s.") % {"words": words}
    return [Finding("prohibited_claims", advice, 30, {"words": words})]
