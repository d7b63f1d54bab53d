"""Asking the API as a machine does."""

import json


def get(client, path, key="", **headers):
    """Answer of a GET with ``key`` in the header."""
    return client.get(path, **headers, **header_of(key))


def header_of(key):
    return {"HTTP_AUTHORIZATION": f"Api-Key {key}"} if key else {}


def told(response):
    """Status and body of a problem document, after checking what every answer must carry."""
    assert response["Content-Type"] == "application/problem+json"
    assert_headers(response)
    return response.status_code, json.loads(response.content)


def assert_headers(response):
    """Every answer of the API forbids guessing at its type, keeping it, and framing it."""
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
    )
    assert not response.cookies


def problem(status, title, detail, code, **more):
    """A whole problem document as ``told`` returns it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    return status, body | more
