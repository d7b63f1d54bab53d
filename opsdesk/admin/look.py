"""Where the desk's own style, script and icon lie."""

from django.http import HttpRequest
from django.templatetags.static import static


def style(request: HttpRequest) -> str:
    return static("opsdesk/desk.css")


def script(request: HttpRequest) -> str:
    return static("opsdesk/desk.js")


def script_without_eval(request: HttpRequest) -> str:
    return static("opsdesk/csp.js")


def icon(request: HttpRequest) -> str:
    return static("opsdesk/icon.svg")
