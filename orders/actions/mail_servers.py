"""Talking to mail servers: connections that end in time, and what went wrong in words."""

from __future__ import annotations

import imaplib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from opsdesk.core.keys import derived
from opsdesk.core.sealing import seal, unseal
from orders.core.mail_words import Fault, Security
from orders.models import Mailbox

# However slowly a server answers, a connection is cut after so many seconds.
WHOLE = 240
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,15})")
_WORDS = 400


class ServerFault(Exception):
    """A mail server could not be used: which ``fault``, and its own words."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault.value)
        self.fault, self.detail = fault, detail


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server has it; only its head where ``whole`` is not.

    ``refused``: the server's words where it does not give it out.
    """

    uid: int
    raw: bytes
    size: int
    whole: bool
    refused: str = ""


def sealed_password(password: str) -> str:
    """Return the password as it is stored."""
    return seal(password, _key())


def _opened_password(mailbox: Mailbox) -> str:
    try:
        return unseal(mailbox.password, _key())
    except ValueError as error:
        raise ServerFault(Fault.PASSWORD) from error


def _key() -> bytes:
    return derived("mailbox passwords", settings.DATA_KEY)


def mark_key() -> bytes:
    """Return the key of the marks that lead answers to their tickets."""
    return derived("ticket marks", settings.DATA_KEY)


def server_words(answer: Any) -> str:
    """Return what a server said, in one line of plain letters."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_WORDS]


@contextmanager
def _told(otherwise: Fault) -> Iterator[None]:
    """Turn whatever goes wrong with a connection into a ``ServerFault``."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise ServerFault(Fault.CERTIFICATE, server_words(error.verify_message)) from error
    except ssl.SSLError as error:
        raise ServerFault(Fault.TLS, server_words(error.reason or "")) from error
    except (socket.gaierror, UnicodeError) as error:
        raise ServerFault(Fault.NAME) from error
    except TimeoutError as error:
        raise ServerFault(Fault.LATE) from error
    except smtplib.SMTPServerDisconnected as error:
        late = isinstance(error.__context__, TimeoutError)
        raise ServerFault(Fault.LATE if late else otherwise, server_words(error)) from error
    except smtplib.SMTPAuthenticationError as error:
        raise ServerFault(Fault.SIGN_IN, server_words(error.smtp_error)) from error
    except smtplib.SMTPNotSupportedError as error:
        fault = Fault.SIGN_IN if "AUTH" in str(error) else Fault.TLS
        raise ServerFault(fault, server_words(error)) from error
    except (OSError, EOFError, imaplib.IMAP4.error) as error:
        raise ServerFault(otherwise, server_words(error)) from error


class _InTime:
    """An IMAP connection that is cut after ``WHOLE`` seconds, and takes no endless piece."""

    watch: Timer | None = None

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        super().open(host, port, timeout)  # type: ignore[misc]
        self.watch = Timer(WHOLE, self.cut)
        self.watch.daemon = True
        self.watch.start()

    def cut(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]

    def shutdown(self) -> None:
        if self.watch is not None:
            self.watch.cancel()
        super().shutdown()  # type: ignore[misc]

    def read(self, size: int) -> bytes:
        if size > settings.MAIL_MAX_BYTES + (1 << 20):
            raise imaplib.IMAP4.abort("the server sends more than was asked for")
        return super().read(size)  # type: ignore[misc]


class _Plain(_InTime, imaplib.IMAP4):
    """Without TLS, or before it begins."""


class _Tls(_InTime, imaplib.IMAP4_SSL):  # type: ignore[misc]
    """In TLS from the start."""


class Folder:
    """The folder of a mailbox, open for reading and marking."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self.imap = imap
        self.validity = self._number("UIDVALIDITY")
        self.last = max(0, self._number("UIDNEXT") - 1)

    def after(self, uid: int) -> list[int]:
        """Return the numbers of the mails after ``uid``, in order."""
        # a server answers the last one where there is none after it
        return [one for one in self._search(f"UID {uid + 1}:*") if one > uid]

    def since(self, day: str) -> list[int]:
        """Return the numbers of the mails that arrived on ``day`` (1-Jan-2026) or later."""
        return self._search(f"SINCE {day}")

    def fetch(self, uid: int) -> Fetched | None:
        """Return a mail, of one that is larger than is taken its head; ``None``: it is gone."""
        with _told(Fault.BROKEN):
            size = 0
            ok, told = self.imap.uid("FETCH", str(uid), "(RFC822.SIZE)")
            for one in told:
                if isinstance(one, bytes) and (found := _SIZE.search(one)):
                    size = int(found[1])
            whole = size <= settings.MAIL_MAX_BYTES
            part = "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER]<0.65536>)"
            if ok == "OK":
                ok, told = self.imap.uid("FETCH", str(uid), part)
            if ok != "OK":
                return Fetched(uid, b"", size, False, server_words(told[0] or "") or ok)
            parts = [one[1] for one in told if isinstance(one, tuple)]
            return Fetched(uid, parts[0], size or len(parts[0]), whole) if parts else None

    def mark(self, uid: int) -> None:
        """Mark a mail as read: for whoever looks into the folder, not for us."""
        with _told(Fault.BROKEN):
            self.imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _number(self, name: str) -> int:
        numbers = self.imap.response(name)[1]
        return int(numbers[-1]) if numbers and numbers[-1] else 0

    def _search(self, what: str) -> list[int]:
        with _told(Fault.BROKEN):
            ok, found = self.imap.uid("SEARCH", what)
            if ok != "OK":
                raise ServerFault(Fault.BROKEN, server_words(found[0] or ""))
            return sorted(int(one) for one in (found[0] or b"").split())


@contextmanager
def open_folder(mailbox: Mailbox) -> Iterator[Folder]:
    """Open the folder that mails are fetched from; ``ServerFault`` says what stands against it."""
    password = _opened_password(mailbox)
    with _told(Fault.PORT):
        imap = _connected(mailbox)
    try:
        with _told(Fault.SIGN_IN):
            try:
                imap.login(mailbox.imap_user, password)
            except imaplib.IMAP4.abort as error:
                raise ServerFault(Fault.BROKEN, server_words(error)) from error
        with _told(Fault.FOLDER):
            name = mailbox.imap_folder.replace("\\", "\\\\").replace('"', '\\"')
            ok, told = imap.select(f'"{name}"')
        if ok != "OK":
            raise ServerFault(Fault.FOLDER, server_words(told[0] or ""))
        yield Folder(imap)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            imap.logout()
        with suppress(OSError):
            imap.shutdown()


def _connected(mailbox: Mailbox) -> _Plain | _Tls:
    host, port, patience = mailbox.imap_host, mailbox.imap_port, settings.MAIL_TIMEOUT_SECONDS
    context = ssl.create_default_context()
    if mailbox.imap_security == Security.TLS:
        return _Tls(host, port, ssl_context=context, timeout=patience)
    imap = _Plain(host, port, timeout=patience)
    if mailbox.imap_security == Security.STARTTLS:
        try:
            imap.starttls(context)
        except BaseException as error:
            imap.shutdown()
            if isinstance(error, imaplib.IMAP4.error):
                raise ServerFault(Fault.TLS, server_words(error)) from error
            raise
    return imap


class _Handing:
    """An SMTP connection that is cut after ``WHOLE`` seconds and knows what it has begun.

    ``begun``: from here on nobody knows whether the server took the mail, until it answers.
    """

    begun = False
    watch: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self.watch = Timer(WHOLE, self.cut)
        self.watch.daemon = True
        self.watch.start()
        return made

    def cut(self) -> None:
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]

    def data(self, msg: Any) -> Any:
        self.begun = True
        try:
            answer = super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPResponseException:
            self.begun = False
            raise
        self.begun = False
        return answer

    def close(self) -> None:
        if self.watch is not None:
            self.watch.cancel()
        super().close()  # type: ignore[misc]


class _HandingPlain(_Handing, smtplib.SMTP):
    """Without TLS, or before it begins."""


class _HandingTls(_Handing, smtplib.SMTP_SSL):
    """In TLS from the start."""


class Sender(EmailBackend):
    """Django's way to a mail server, by the settings of a mailbox; ``lost``: the way broke."""

    lost = False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _HandingTls if self.use_ssl else _HandingPlain

    @property
    def begun(self) -> bool:
        """True while a mail was handed over and the server has not answered."""
        return bool(self.connection is not None and getattr(self.connection, "begun", False))


@contextmanager
def open_sender(mailbox: Mailbox) -> Iterator[Sender]:
    """Open the way out of a mailbox; ``ServerFault`` says what stands against it."""
    sender = Sender(
        host=mailbox.smtp_host,
        port=mailbox.smtp_port,
        username=mailbox.smtp_user,
        password=_opened_password(mailbox) if mailbox.smtp_user else "",
        use_ssl=mailbox.smtp_security == Security.TLS,
        use_tls=mailbox.smtp_security == Security.STARTTLS,
        timeout=settings.MAIL_TIMEOUT_SECONDS,
        fail_silently=False,
    )
    try:
        with _told(Fault.PORT):
            sender.open()
        yield sender
    finally:
        connection = sender.connection
        with suppress(OSError):
            sender.close()
        if connection is not None:
            connection.close()
