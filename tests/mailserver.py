"""Small mail servers on 127.0.0.1 for tests: one to fetch from, one to send by, with faults."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.factories import PASSWORD


@dataclass
class Box:
    """The folder that the IMAP server shows: mails by number, and those marked as read."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    validity: int = 7
    next: int = 1
    # what goes wrong: a word of the client that the connection is dropped at, refused, or slow at
    drop: str = ""
    refuse: str = ""
    slow: str = ""
    log: list[str] = field(default_factory=list)

    def put(self, raw: bytes) -> int:
        """Let a mail arrive; return its number."""
        self.mails[self.next] = raw
        self.next += 1
        return self.next - 1


@dataclass
class Post:
    """What the SMTP server took, and what it answers instead."""

    taken: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    # by a word of the client: what is answered instead of taking it
    answers: dict[str, str] = field(default_factory=dict)
    drop: str = ""
    slow: str = ""
    auth: str = ""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    state: object = None
    context: ssl.SSLContext | None = None

    def get_request(self):
        made, address = super().get_request()
        made.settimeout(10)
        if self.context is not None:
            made = self.context.wrap_socket(made, server_side=True)
        return made, address

    def handle_error(self, request, client_address):
        """A client that goes away is what the tests are about."""


class _Lines(socketserver.StreamRequestHandler):
    def say(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.wfile.write(data + b"\r\n")

    def asked(self) -> str | None:
        line = self.rfile.readline(100_000)
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else None


class _Imap(_Lines):
    def handle(self):
        box: Box = self.server.state
        if box.slow == "GREETING":
            time.sleep(3)
        self.say("* OK here")
        while (line := self.asked()) is not None:
            tag, _space, rest = line.partition(" ")
            verb = rest.upper().removeprefix("UID ").split(" ")[0]
            box.log.append(verb)
            if box.drop == verb:
                return
            if box.slow == verb:
                time.sleep(3)
            if box.refuse == verb:
                self.say(f"{tag} NO refused here")
                continue
            if not self.answer(box, tag, verb, rest):
                return

    def answer(self, box: Box, tag: str, verb: str, rest: str) -> bool:
        if verb == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif verb == "LOGIN":
            if f'"{PASSWORD}"' not in rest:
                self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong")
                return True
        elif verb == "SELECT":
            if '"INBOX"' not in rest:
                self.say(f"{tag} NO no such folder")
                return True
            self.say(f"* {len(box.mails)} EXISTS")
            self.say(f"* OK [UIDVALIDITY {box.validity}] valid")
            self.say(f"* OK [UIDNEXT {box.next}] next")
        elif verb == "SEARCH":
            first = re.search(r"UID (\d+):\*", rest, re.I)
            low = min(int(first[1]), max(box.mails, default=0)) if first else 1
            found = [str(uid) for uid in sorted(box.mails) if uid >= low]
            self.say(" ".join(["* SEARCH", *found]))
        elif verb == "FETCH":
            self.fetch(box, rest)
        elif verb == "STORE":
            box.seen.add(int(rest.split(" ")[2]))
        elif verb == "LOGOUT":
            self.say("* BYE")
        self.say(f"{tag} OK done")
        return verb != "LOGOUT"

    def fetch(self, box: Box, rest: str) -> None:
        uid = int(rest.split(" ")[2])
        raw = box.mails.get(uid)
        if raw is None:
            return
        if "RFC822.SIZE" in rest:
            self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            return
        if "HEADER" in rest:
            raw = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        if box.slow == "DRIP":
            self.wfile.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (uid, uid, len(raw)))
            for byte in raw:
                self.wfile.write(bytes([byte]))
                time.sleep(0.2)
        self.say(b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (uid, uid, len(raw)) + raw + b")")


class _Smtp(_Lines):
    def handle(self):
        post: Post = self.server.state
        self.say("220 here")
        while (line := self.asked()) is not None:
            verb = line.split(" ")[0].upper()
            if post.drop == verb:
                return
            if post.slow == verb:
                time.sleep(3)
            if verb in post.answers:
                self.say(post.answers[verb])
                continue
            if not self.answer(post, verb, line):
                return

    def answer(self, post: Post, verb: str, line: str) -> bool:
        if verb == "EHLO":
            self.say("250-here")
            self.say("250 AUTH PLAIN")
        elif verb == "AUTH":
            post.auth = line
            self.say("235 in")
        elif verb == "RCPT":
            post.to.append(line.partition(":")[2].strip("<> "))
            self.say("250 ok")
        elif verb == "DATA":
            self.say("354 go on")
            raw = b""
            while (part := self.rfile.readline()) not in (b".\r\n", b""):
                raw += part.removeprefix(b".")
            if post.drop == "END":
                post.taken.append(raw)
                return False
            if "END" in post.answers:
                self.say(post.answers["END"])
                return True
            post.taken.append(raw)
            self.say("250 taken")
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True


@contextmanager
def _serving(handler, state, context=None):
    with _Server(("127.0.0.1", 0), handler) as server:
        server.state, server.context = state, context
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def imap(box: Box, context: ssl.SSLContext | None = None):
    """Serve ``box`` by IMAP; the context's value is the port."""
    return _serving(_Imap, box, context)


def smtp(post: Post, context: ssl.SSLContext | None = None):
    """Take mails by SMTP into ``post``; the context's value is the port."""
    return _serving(_Smtp, post, context)
