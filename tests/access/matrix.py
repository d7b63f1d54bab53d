"""Every address the product answers, everybody who may ask, and what came of asking."""

import re
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.pages.signing import sign_in, told

TABLE = Path(__file__).with_name("routes.txt")
# What a look at something may write: that there was a look.
UNWATCHED = (
    *(f"{verb} django_session" for verb in ("INSERT", "UPDATE", "DELETE")),
    *(f"{verb} axes_accesslog" for verb in ("INSERT", "UPDATE")),
    *(f"INSERT {table}" for table in ("axes_accessfailurelog", "axes_accessattempt")),
)
UNWATCHED_OF_KEYS = (*UNWATCHED, "UPDATE accounts_apikey")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
_WRITE = re.compile(r'\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+"?(\w+)', re.IGNORECASE)
_TO_SAVEPOINT = re.compile(r'\s*ROLLBACK TO SAVEPOINT "?(\w+)', re.IGNORECASE)
_SAVEPOINT = re.compile(r'\s*SAVEPOINT "?(\w+)', re.IGNORECASE)


# ---- the address map


def addresses(resolver=None, prefix="/"):
    """Yield every address of the product as it stands in the table: ``/admin/x/<id>/``."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, path)
        else:
            yield readable(path)


def readable(path):
    """Return an address pattern without the marks of its syntax."""
    path = _PARAMETER.sub(lambda found: f"<{found[1] or found[2]}>", path)
    path = path.replace("<object_id>", "<id>")
    return path.replace("^", "").replace("$", "").replace("\\", "").replace("?", "")


def model_of(path):
    """Return the model whose rows the ``<id>`` of an address names."""
    for model in admin.site._registry:
        meta = model._meta
        if path.startswith(f"/admin/{meta.app_label}/{meta.model_name}/"):
            return model
    return None


# ---- the table


@dataclass(frozen=True)
class Line:
    """One line of the table: what everybody gets who asks for a row of an address."""

    path: str
    row: str
    get: dict
    post: dict

    @property
    def side(self):
        return self.row.partition("?")[0].partition(":")[0]

    def address(self, world):
        """Return the address, with the row and the other parameters filled in."""
        row, _mark, query = self.row.partition("?")
        side, _colon, more = row.partition(":")
        values = more.split(",") if more else []
        if "<id>" in self.path and model_of(self.path):
            values.insert(0, str(world.rows[model_of(self.path)][side]))
        parts = iter(values)
        filled = re.sub(r"<\w+>", lambda _found: next(parts), self.path)
        assert next(parts, None) is None, f"{self.path} {self.row}: too many values"
        return self.ids(f"{filled}?{query}" if query else filled, side, world)

    @staticmethod
    def ids(address, side, world):
        """Fill in other rows that an address names: ``{catalog.store}``."""
        return re.sub(
            r"{(.+?)}", lambda found: str(world.rows[apps.get_model(found[1])][side]), address
        )


def read_table():
    """Return the lines of the table; each has the letters of the actors named last before it."""
    letters, lines = "", []
    for number, text in enumerate(TABLE.read_text().splitlines(), 1):
        words = text.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "actors":
            letters = words[1]
            continue
        assert len(words) == 4, f"{TABLE.name}:{number}: path, row, GET, POST"
        path, row, get, post = words
        assert len(get) == len(post) == len(letters), f"{TABLE.name}:{number}: one cell each"
        cells = [dict(zip(letters, asked, strict=True)) for asked in (get, post)]
        lines.append(Line(path, row, *cells))
    return lines


# ---- asking


@dataclass
class Answer:
    """What came back, as the letter of the table, with all the text in it."""

    letter: str
    text: str
    writes: list
    form: dict | None = None


class Writes:
    """The tables that were written to and not rolled back; reads are none of its business."""

    def __init__(self):
        self.tables = []

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if back := _TO_SAVEPOINT.match(sql):
            mark = ("savepoint", back[1])
            if mark in self.tables:
                del self.tables[self.tables.index(mark) :]
        elif point := _SAVEPOINT.match(sql):
            self.tables.append(("savepoint", point[1]))
        elif (written := _WRITE.match(sql)) and self.touched(written, context):
            self.tables.append((written[1].split()[0].upper(), written[2]))
        return result

    @staticmethod
    def touched(written, context):
        """Whether rows were written; of an insert that gives keys back SQLite does not say."""
        return written[1].upper().startswith("INSERT") or context["cursor"].rowcount != 0

    def found(self, unwatched):
        written = [f"{verb} {table}" for verb, table in self.tables if verb != "savepoint"]
        return [one for one in written if not one.startswith(unwatched)]


class LeanClient(Client):
    """A client that keeps no copies of what the templates were given: there are thousands."""

    def request(self, **request):
        return self.handler(self._base_environ(**request))


class Desk:
    """The clients of all actors; what one request does is undone before the next."""

    def __init__(self, world):
        self.world = world
        self.clients = {}
        self.broken = None
        got_request_exception.connect(self.note)
        for letter, user in world.actors.items():
            client = LeanClient()
            if user is not None:
                sign_in(client, user, factor=letter != "F")
            self.clients[letter] = (client, client.cookies.output(header="", sep=";"), {})
        for letter, key in world.keys.items():
            client, cookies, _none = self.clients["M" if letter == "h" else "A"]
            headers = {"HTTP_AUTHORIZATION": f"Api-Key {key}"} if key else {}
            self.clients[letter] = (client, cookies, headers)
        gone = world.actors["D"]
        type(gone).objects.filter(pk=gone.pk).update(is_active=False)

    def note(self, **_signal):
        """Keep what a request broke on, for the report."""
        self.broken = sys.exc_info()[1]

    def ask(self, letter, method, address, data=None, **extra):
        """Return what ``letter`` gets; afterwards everything is as it was."""
        client, cookies, headers = self.clients[letter]
        client.cookies = SimpleCookie(cookies)
        if method == "POST" and address.startswith("/api/"):
            extra = {"content_type": "application/json"} | extra
        writes = Writes()
        undone = transaction.atomic()
        undone._from_testcase = True  # what must be a transaction of its own may be one in here
        with undone:
            posted = data() if data else {}
            with connection.execute_wrapper(writes):
                response = getattr(client, method.lower())(address, posted, **headers, **extra)
                text = text_of(response)
            transaction.set_rollback(True)
        found = writes.found(UNWATCHED_OF_KEYS if letter in self.world.keys else UNWATCHED)
        form = posted_form(text) if response.status_code == 200 and method == "GET" else None
        letter = letter_of(response, found) or f"({response.status_code} {self.broken!r})"
        return Answer(letter, text, found, form)


def letter_of(response, writes):
    """Return the answer as one character; the head of the table explains them."""
    known = {400: "b", 401: "1", 403: "-", 404: "0", 405: "m", 409: "c", 204: "+"}
    status = response.status_code
    if status in (301, 302):
        where = response["Location"]
        if where.startswith(reverse(settings.LOGIN_URL)) and not writes:
            return "l"
        if where.startswith(reverse("second_factor")):
            return "f"
        return "w" if writes else ">"
    if status in (200, 201):
        return "W" if writes else "+"
    return known.get(status)


def text_of(response):
    """Return everything the answer says: its body, where it leads, and the messages that follow."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    parts = [body.decode(errors="replace"), response.headers.get("Location", "")]
    if hasattr(response, "wsgi_request") and hasattr(response.wsgi_request, "_messages"):
        parts += told(response)
    return "\n".join(parts)


class FormReader(HTMLParser):
    """Collects what a browser would post from the form of a page that changes something."""

    def __init__(self):
        super().__init__()
        self.forms, self.here, self.select, self.area = [], None, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.here = {} if attrs.get("method", "").lower() == "post" else None
            if self.here is not None:
                self.forms.append((attrs.get("id", ""), attrs.get("action", ""), self.here))
        elif self.here is None or "disabled" in attrs:
            return
        elif tag == "input" and attrs.get("name") and attrs.get("type") not in ("submit", "file"):
            if attrs.get("type") in ("checkbox", "radio") and "checked" not in attrs:
                return
            self.here[attrs["name"]] = attrs.get("value", "on" if "checked" in attrs else "")
        elif tag == "select":
            self.select = attrs.get("name")
        elif tag == "option" and self.select and "selected" in attrs:
            self.here[self.select] = attrs.get("value", "")
        elif tag == "textarea":
            self.area = attrs.get("name")
            self.here[self.area] = ""

    def handle_data(self, data):
        if self.area and self.here is not None:
            self.here[self.area] = (self.here[self.area] + data).removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "form":
            self.here = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def posted_form(text):
    """Return what the page's own form would post, or None where it has none."""
    if "<form" not in text:
        return None
    reader = FormReader()
    reader.feed(text)
    own = [
        values
        for name, action, values in reader.forms
        if "/i18n/" not in action and "/logout/" not in action
    ]
    return max(own, key=len, default=None)
