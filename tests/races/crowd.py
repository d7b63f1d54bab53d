"""Doing one thing many times at once, each on a connection of its own."""

import fcntl
from collections import Counter
from contextlib import contextmanager
from threading import Barrier, Thread

from django.db import OperationalError, connection

from tests.databases import TEMPLATES


def at_once(*works):
    """Start all ``works`` at one moment; return how often each kind of result came out.

    A result is what a work returns, or the name of the exception it raises.
    """
    start, results = Barrier(len(works)), []

    def run(work):
        try:
            start.wait()
            results.append(work())
        except Exception as error:  # the kind is the result: compared whole by the test
            told = isinstance(error, OperationalError)  # its name alone would not say what broke
            results.append(repr(error) if told else type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    with alone():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return Counter(results)


@contextmanager
def alone():
    """Let the storms of several test processes wait for each other.

    A server takes a hundred connections: two storms at once would be refused some of theirs.
    """
    with (TEMPLATES / "storm").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
