"""Child processes that live and end together: the dead are started again, all are ended at once."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PATIENCE = 15.0
LOOK_EVERY = 0.5
STEADY = 10.0
LONGEST_PAUSE = 15.0


def pause_before(quick_deaths: int) -> float:
    """Seconds to wait before the next start of a child that died young so often in a row."""
    return min(2.0**quick_deaths, LONGEST_PAUSE) if quick_deaths else 0.0


@dataclass
class Child:
    """One program of the group and what is known of its present process."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_at: float = 0.0


@dataclass
class ProcessGroup:
    """Keeps every command running until told to stop.

    Each child leads a group of its own: a Ctrl-C reaches this process only, which asks the
    children in order (gunicorn hangs when its workers are interrupted beside it), and what a
    dead child has started can be ended with it: a second schedule would run everything twice.
    """

    commands: Mapping[str, Sequence[str]]
    say: Callable[[str], None] = print
    stopping: bool = False

    def __post_init__(self) -> None:
        self.children = [Child(name, command) for name, command in self.commands.items()]

    def run(self) -> None:
        """Start all, tend them until SIGINT, SIGTERM or SIGHUP, then end all."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._ask_to_stop) for number in signals}
        try:
            while not self.stopping:
                self.tend(time.monotonic())
                time.sleep(LOOK_EVERY)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def tend(self, now: float) -> None:
        """Start each child that is not running and whose time has come."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, now)
            if child.process is None and now >= child.start_at:
                self._start(child, now)

    def stop(self, patience: float = PATIENCE) -> None:
        """Ask every child to end, and kill what has not ended after ``patience`` seconds."""
        running = [child for child in self.children if child.process is not None]
        for child in running:
            child.process.terminate()
        deadline = time.monotonic() + patience
        for child in running:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not end within {patience:g} s and is killed.")
                child.process.kill()
                child.process.wait()
            kill_rest(child.process)
            child.process = None

    def _start(self, child: Child, now: float) -> None:
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )
        child.started = now

    def _bury(self, child: Child, now: float) -> None:
        status = child.process.returncode
        child.quick_deaths = child.quick_deaths + 1 if now - child.started < STEADY else 0
        pause = pause_before(child.quick_deaths)
        kill_rest(child.process)
        child.process, child.start_at = None, now + pause
        when = f"in {pause:g} s" if pause else "now"
        self.say(f"{child.name} ended with status {status} and is started again {when}.")

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True


def kill_rest(dead: subprocess.Popen) -> None:
    """Kill what is left of the group that ``dead`` led."""
    with suppress(ProcessLookupError):
        os.killpg(dead.pid, signal.SIGKILL)


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this new process when its parent is gone, even killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
