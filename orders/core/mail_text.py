"""The words of a mail: HTML as plain text, and what was written apart from what is repeated."""

import re
from html import unescape

# Longer than anybody writes.
MOST_HTML = 300_000
LONGEST_HEAD = 600
_HIDDEN = ("script", "style", "title", "template", "noscript", "object", "svg")
_BREAKS = frozenset(
    "p div br tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr section".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)([^<>]*)>")
_TARGET = re.compile(r"""href\s*=\s*(?:"(https?://[^"]+)"|'(https?://[^']+)')""", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_WROTE = re.compile(
    r"\A(?:on\b.{4,300}\bwrote|am\b.{4,300}\bschrieb\b.{0,200}|le\b.{4,300}\ba écrit\s?"
    r"|el\b.{4,300}\bescribió|il\b.{4,300}\bha scritto|op\b.{4,300}\bschreef\b.{0,200}"
    r"|em\b.{4,300}\bescreveu|dnia\b.{4,300}\bnapisał.{0,200}|den\b.{4,300}\bskrev\b.{0,200}"
    r"|.{4,300}(?:写道|寫道|のメール|wrote))\s*[:：]\Z",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\A(?:-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|messaggio originale|原始邮件|元のメッセージ)\s*-{2,}|_{20,})\Z",
    re.IGNORECASE,
)


def text_of_html(html: str) -> str:
    """Return the words of a page as plain text, and where its links lead; nothing of it runs.

    However the page is made, it takes time in proportion to its length.
    """
    page = _without(html[:MOST_HTML], "<!--", "--")
    for tag in _HIDDEN:
        page = _without(page, f"<{tag}", f"</{tag}")
    lines = (_SPACES.sub(" ", line).strip() for line in _words(page).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _without(page: str, start: str, end: str) -> str:
    """Return the page without what begins with ``start``, up to the bracket after ``end``."""
    kept, at, lower = [], 0, page.lower()
    while (found := lower.find(start, at)) >= 0:
        kept.append(page[at:found])
        closed = lower.find(end, found + len(start))
        bracket = lower.find(">", closed) if closed >= 0 else -1
        at = bracket + 1 if bracket >= 0 else len(page)
    return "".join([*kept, page[at:]])


def _words(page: str) -> str:
    """Return what stands between the tags, with a new line where a paragraph begins or ends."""
    kept, at, link = [], 0, ""
    for tag in _TAG.finditer(page):
        kept.append(unescape(page[at : tag.start()]).replace("\n", " "))
        at, name = tag.end(), tag[2].lower()
        if name == "a":
            kept.append(f" ({link})" if link and tag[1] else "")
            target = _TARGET.search(tag[3])
            link = unescape(target[1] or target[2])[:500] if target else ""
        elif name in _BREAKS:
            kept.append("\n")
    return "".join([*kept, unescape(page[at:]).replace("\n", " ")])


def split_quoted(text: str) -> tuple[str, str]:
    """Return what was written and what is repeated of earlier mails, which stands below it.

    Who writes between the repeated lines is kept whole.
    """
    lines = [line.strip() for line in text.split("\n")]
    marked = max((n for n, line in enumerate(lines) if line.startswith(">")), default=-1)
    own = (n for n, line in enumerate(lines) if line and not line.startswith(">"))
    plain = max(own, default=-1)
    at = next((n for n in range(len(lines)) if _begins(lines, n, marked, plain)), None)
    if at is None:
        return text.strip(), ""
    said, quoted = "\n".join(text.split("\n")[:at]).strip(), "\n".join(lines[at:]).strip()
    return (said, quoted) if said else (text.strip(), "")


def _begins(lines: list[str], at: int, marked: int, plain: int) -> bool:
    """Tell whether nothing but repeated lines stands from line ``at`` on.

    ``marked`` and ``plain`` are the last lines with and without a sign of repetition.
    """
    line = lines[at]
    if line.startswith(">"):
        return at > plain
    if _RULE.match(line):
        return True
    if not line or len(line) > LONGEST_HEAD:
        return False
    two = f"{line} {lines[at + 1]}" if at + 1 < len(lines) else line
    for head, below in ((line, at + 1), (two, at + 2)):
        if _WROTE.match(head):
            return below <= max(marked, plain) and (marked < below or plain < below)
    return False
