"""Reading a mail as it came: who wrote what, whether a machine did, and which files it brings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from hashlib import sha256

from orders.core.attachments import shown_name
from orders.core.mail_text import split_quoted, text_of_html
from orders.core.mail_words import Why

MOST_PARTS = 100
# Beyond this the library needs minutes.
MOST_BOUNDARIES = 2_000
MOST_TEXT = 200_000
ID_LENGTH = 250
MOST_REFERENCES = 30
_ID = re.compile(r"<[^<>\s]{1,900}>")
_LISTS = ("list", "bulk", "junk")
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-loop", "x-opsdesk-loop")
# One that says it has parts and has none is a text.
_WRITTEN = ("text/plain", "text/html", "multipart/")
_DAEMONS = ("mailer-daemon@", "postmaster@")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A notice that a mail of ours was not delivered: which one, and why in the server's words."""

    message_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail, not looked at yet."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What a mail says. ``answers`` are the mails it answers, the nearest first.

    ``machine`` tells why nobody waits for an answer; blank where a person wrote.
    """

    message_id: str
    answers: tuple[str, ...]
    sender: str
    sender_name: str
    subject: str
    text: str
    quoted: str
    files: tuple[MailFile, ...] = field(repr=False)
    machine: Why | str = ""
    bounce: Bounce | None = None

    @property
    def key(self) -> str:
        """The same for the same mail, by whichever way it came; some senders number all alike."""
        said = (self.message_id, self.sender, self.subject, self.text, self.quoted)
        return sha256("\0".join(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MailHead:
    """What is told of a mail in lists."""

    message_id: str
    sender: str
    subject: str


def read_head(raw: bytes) -> MailHead:
    """Return sender, subject and number of a mail; blank what cannot be read."""
    mail = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    _name, sender = _sender(mail)
    return MailHead(_message_id(mail), sender, _line(mail, "Subject")[:200])


def read_mail(raw: bytes) -> ReadMail:
    """Return what the mail says; whatever is wrong with it, what can be read is read.

    Raises ``RecursionError`` where it is nested deeper, ``ValueError`` where it has more parts
    than any real one.
    """
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise ValueError("more parts than a mail has")
    mail = _parsed(raw)
    name, sender = _sender(mail)
    text, files = _body(mail)
    said, quoted = split_quoted(text)
    return ReadMail(
        message_id=_message_id(mail),
        answers=_answers(mail),
        sender=sender,
        sender_name=name,
        subject=_line(mail, "Subject"),
        text=said,
        quoted=quoted,
        files=tuple(files),
        machine=_machine(mail, sender),
        bounce=_bounce(mail),
    )


def clean(text: str) -> str:
    """Return text without what no database keeps: half characters and zeros."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)  # noqa: S101  (what the policy makes)
    return found


def _values(mail: EmailMessage, name: str) -> list[str]:
    """Return the lines of a header; one that the library chokes on as it came."""
    try:
        return [clean(str(value)) for value in mail.get_all(name, [])]
    except Exception:
        # the parser of headers fails in many ways at what strangers send
        rows = [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]
        return [clean(row) for row in rows]


def _line(mail: EmailMessage, name: str) -> str:
    """Return a header in one line without control characters, blank where it is missing."""
    values = _values(mail, name)
    kept = "".join(c if c.isprintable() else " " for c in values[0][:5_000]) if values else ""
    return " ".join(kept.split())


def _sender(mail: EmailMessage) -> tuple[str, str]:
    """Return name and address of who sent it, blank where there is no address."""
    name, address = parseaddr(_line(mail, "From"))
    address = address.strip().lower()
    whole = address.count("@") == 1 and not address.startswith("@") and not address.endswith("@")
    plain = whole and len(address) <= 254 and " " not in address
    return name[:150], address if plain else ""


def _message_id(mail: EmailMessage) -> str:
    found = _ID.findall(" ".join(_values(mail, "Message-ID"))[:5_000])
    return short_id(found[0]) if found else ""


def short_id(given: str) -> str:
    """Return the number of a mail as it is kept: a long one by its digest."""
    if len(given) <= ID_LENGTH:
        return given
    return f"<{sha256(given.encode()).hexdigest()}@long>"


def _answers(mail: EmailMessage) -> tuple[str, ...]:
    nearest = _ID.findall(" ".join(_values(mail, "In-Reply-To"))[:10_000])
    before = _ID.findall(" ".join(_values(mail, "References"))[-50_000:])
    found = [*nearest, *reversed(before)]
    return tuple(dict.fromkeys(short_id(one) for one in found[:MOST_REFERENCES]))


def _machine(mail: EmailMessage, sender: str) -> Why | str:
    returned = _values(mail, "Return-Path")
    of_daemon = sender.startswith(_DAEMONS) or any(path.strip() == "<>" for path in returned)
    if of_daemon or _type(mail) == "multipart/report":
        return Why.BOUNCE
    automatic = _line(mail, "Auto-Submitted").lower()
    if automatic and not automatic.startswith("no"):
        return Why.AUTOMATIC
    if any(_values(mail, name) for name in _AUTOMATIC):
        return Why.AUTOMATIC
    precedence = _line(mail, "Precedence").lower()
    if precedence == "auto_reply":
        return Why.AUTOMATIC
    listed = _values(mail, "List-Id") or _values(mail, "List-Unsubscribe")
    return Why.LIST if listed or precedence in _LISTS else ""


def _bounce(mail: EmailMessage) -> Bounce | None:
    """Return which mail a report says was not delivered; one that only waits tells nothing."""
    if _type(mail) != "multipart/report":
        return None
    failed, detail, known = False, "", ""
    for part in _parts(mail):
        kind = _type(part)
        if kind == "message/delivery-status":
            told = clean(part.as_bytes()[:20_000].decode("utf-8", "replace"))
            failed = failed or bool(re.search(r"^Action:\s*failed", told, re.I | re.M))
            why = re.search(r"^Diagnostic-Code:\s*(.{1,400})", told, re.I | re.M)
            detail = detail or (why[1].strip() if why else "")
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            told = part.as_bytes()[:100_000].decode("utf-8", "replace")
            ours = re.search(r"^Message-ID:\s*(<[^<>\s]{1,900}>)", told, re.I | re.M)
            known = known or (short_id(ours[1]) if ours else "")
    return Bounce(known, detail) if failed and known else None


def _type(part: EmailMessage) -> str:
    try:
        return part.get_content_type()
    except Exception:
        return "application/octet-stream"


def _parts(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Return the parts of a mail, not those of mails inside it; so many that a person sends."""
    waiting, count = [mail], 0
    while waiting and count < MOST_PARTS:
        part = waiting.pop(0)
        count += 1
        yield part
        if _type(part).startswith("multipart/") and part.is_multipart():
            waiting[:0] = [one for one in part.get_payload() if isinstance(one, EmailMessage)]


def _body(mail: EmailMessage) -> tuple[str, list[MailFile]]:
    """Return the text, that of HTML where there is no other, and the files."""
    plain: list[str] = []
    pages: list[str] = []
    files: list[MailFile] = []
    for part in _parts(mail):
        kind = _type(part)
        if part.is_multipart() and kind.startswith("multipart/"):
            continue
        name = _file_name(part)
        if kind.startswith(_WRITTEN) and not name and not _is_file(part):
            (pages if kind == "text/html" else plain).append(_text(part))
        else:
            files.append(MailFile(shown_name(name or f"file{_ending(kind)}"), _data(part)))
    text = "\n".join(plain)
    if not text.strip():
        text = "\n".join(text_of_html(page) for page in pages)
    return text.replace("\r\n", "\n").replace("\r", "\n")[:MOST_TEXT], files


def _ending(kind: str) -> str:
    endings = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
    return endings.get(kind, ".eml" if kind == "message/rfc822" else "")


def _is_file(part: EmailMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except Exception:
        return False


def _file_name(part: EmailMessage) -> str:
    try:
        return clean(part.get_filename() or "")
    except Exception:
        return ""


def _data(part: EmailMessage) -> bytes:
    """Return the bytes of a file; a mail inside the mail as it came."""
    try:
        if _type(part).startswith("message/"):
            inner = part.get_payload()
            mails = inner if isinstance(inner, list) else []
            return b"".join(one.as_bytes() for one in mails if isinstance(one, EmailMessage))
        found = part.get_payload(decode=True)
        return found if isinstance(found, bytes) else b""
    except Exception:
        return b""


def _text(part: EmailMessage) -> str:
    data = _data(part)
    try:
        charset = part.get_content_charset() or "utf-8"
    except Exception:
        charset = "utf-8"
    for one in (charset, "utf-8"):
        try:
            return clean(data.decode(one))
        except (LookupError, ValueError):
            continue
    return clean(data.decode("latin-1"))
