"""Doing one thing many times at once, or one amid another, each on a connection of its own."""

import fcntl
from collections import Counter
from contextlib import contextmanager
from threading import Barrier, Event, Thread, current_thread
from unittest import mock

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


def interrupted(module, name, work, meanwhile):
    """Start ``work``, pause it where it calls ``name``, start ``meanwhile``, then let it go on.

    Return what became of the two: a result, or the name of an exception.
    """
    arrived, go_on, results = Event(), Event(), {}
    real = getattr(module, name)

    def pausing(*args, **kwargs):
        if current_thread() is first:
            arrived.set()
            go_on.wait(10)
        return real(*args, **kwargs)

    def run(key, verb):
        try:
            results[key] = verb()
        except Exception as error:  # the kind is the result: compared whole by the test
            results[key] = type(error).__name__
        finally:
            connection.close()

    first = Thread(target=run, args=("first", work))
    second = Thread(target=run, args=("second", meanwhile))
    with mock.patch.object(module, name, pausing):
        first.start()
        assert arrived.wait(10)
        second.start()
        second.join(0.5)  # where it must wait for the first it is still there
        go_on.set()
        first.join()
        second.join()
    return results["first"], results["second"]
