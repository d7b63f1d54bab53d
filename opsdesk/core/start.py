"""What must be set before the desk may start, and what must not."""

from collections.abc import Iterable, Mapping

KEY_LENGTH = 50
KEY_LETTERS = 5
KNOWN_KEYS = ("development-only-", "django-insecure-")
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def start_faults(*, debug: bool, keys: Mapping[str, str], hosts: Iterable[str]) -> list[str]:
    """Return what forbids a start: a sentence each that says what to set.

    ``debug`` is for one machine only; without it there must be real ``keys`` and named ``hosts``.
    """
    named = list(hosts)
    if debug:
        return _far_hosts(named)
    faults = [fault for name, key in keys.items() for fault in _key_faults(name, key)]
    given = [key for key in keys.values() if key]
    if len(set(given)) < len(given):
        faults.append(f"{' and '.join(keys)} are equal: make each one anew.")
    return faults + _host_faults(named)


def _far_hosts(hosts: list[str]) -> list[str]:
    far = [host for host in hosts if not _is_here(host)]
    if not far:
        return []
    return [
        f"ALLOWED_HOSTS names {', '.join(far)}, and DEBUG is on, which shows the inside of the "
        "program to whoever meets an error: set DEBUG=false."
    ]


def _is_here(host: str) -> bool:
    return host in THIS_MACHINE or host.endswith(".localhost")


def _key_faults(name: str, key: str) -> list[str]:
    if not key:
        return [f"{name} is missing: set it to {KEY_LENGTH} random characters or more."]
    if key.startswith(KNOWN_KEYS):
        return [f"{name} is the known one for development: set one of your own."]
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_LETTERS:
        return [f"{name} is too easy to guess: set it to {KEY_LENGTH} random characters or more."]
    return []


def _host_faults(hosts: list[str]) -> list[str]:
    if not hosts:
        return ["ALLOWED_HOSTS is missing: set it to the host names that people type."]
    wide = [host for host in hosts if "*" in host or host.strip(". ") == ""]
    if wide:
        return ["ALLOWED_HOSTS lets any host in: set it to the host names that people type."]
    wrong = [host for host in hosts if "/" in host]
    if wrong:
        return [f"ALLOWED_HOSTS holds {', '.join(wrong)}: set names only, without https://."]
    return []
