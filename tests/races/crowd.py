"""Doing one thing many times at once, each on a connection of its own."""

from collections import Counter
from threading import Barrier, Thread

from django.db import OperationalError, connection


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
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(results)
